// SPDX-License-Identifier: Apache-2.0
// What the commands that change the registry have in common. Threads: one.
#pragma once

#include <filesystem>
#include <functional>
#include <set>
#include <string>

#include "tools/credit-service/cli/registry.hpp"
#include "tools/credit-service/ledger/desk.hpp"
#include "tools/credit-service/ledger/store.hpp"
#include "tools/credit-service/registry/registry.hpp"
#include "tools/credit-service/service/replaying.hpp"

namespace greentill::credit {

/// Runs `work` in one transaction, of which nothing is done where it fails.
Status change(const std::filesystem::path& config, const Given& given, const std::function<Status(Registry&)>& work);

/// Does the same within a transaction of the store's that has begun, and keeps it in the file beside the database.
Status change_within(Store& store, const std::filesystem::path& database, const Given& given,
                     const std::function<Status(Registry&)>& work);

/// What a change led to.
// NOLINTNEXTLINE(bugprone-exception-escape): the check takes the document's move for one that throws
struct Outcome {
  Json json;
  std::string text;
};

/// A file that a command names, of at most a MiB.
Result<std::string> read_named(const std::string& file);

/// A time as people give it: a day of the programme's zone, 2026-11-24, at its begin, or 2026-11-24T10:00:00+02:00. `option`
/// begins the error.
Result<std::int64_t> read_time(const std::filesystem::path& config, const std::string& option, const std::string& text);

}  // namespace greentill::credit
