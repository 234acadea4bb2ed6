// SPDX-License-Identifier: Apache-2.0
// Changes of the registry that its file has and the database lacks, since a program died between the two or a backup was
// restored. Threads: one.
#pragma once

#include <filesystem>
#include <set>
#include <string>

#include "tools/credit-service/ledger/desk.hpp"
#include "tools/credit-service/ledger/store.hpp"

namespace greentill::credit {

/// Changes that were made again, and whom they are about.
struct Replayed {
  std::size_t changes = 0;
  std::set<std::string> devices;
  bool methodologies = false;  ///< some were published or withdrawn
};
/// Makes the changes again that the file beside the database has and its registry has not, and what they mean for claims.
Result<Replayed> replay_missing(Store& store, Desk& desk, const std::filesystem::path& database);

}  // namespace greentill::credit
