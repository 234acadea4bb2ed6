// SPDX-License-Identifier: Apache-2.0
// The ledger's store in one SQLite database that any number of workers share; its lock is all they coordinate by.
#pragma once

#include <filesystem>
#include <memory>

#include "tools/credit-service/ledger/store.hpp"

namespace greentill::credit {

/// Whether a database that went back is taken. taken_by_a_new_epoch: the caller begins one, and books nothing before.
enum class WentBack : std::uint8_t { refused, taken_by_a_new_epoch };

/// Where it is kept how far the database has come.
std::filesystem::path mark_path(const std::filesystem::path& database);

/// Opens the database, creating it where it does not exist. Opening, and every later call, waits up to ten seconds for another
/// worker's lock. conflict or invalid where the database or its log is not what the mark beside it says
/// (docs/credit-service.md, "A ledger that went back").
Result<std::unique_ptr<Store>> open_sqlite_store(const std::filesystem::path& path, WentBack went_back = WentBack::refused);

}  // namespace greentill::credit
