// SPDX-License-Identifier: Apache-2.0
// The ledger's store in one SQLite database that any number of workers share; its lock is all they coordinate by.
#pragma once

#include <filesystem>
#include <memory>

#include "tools/credit-service/ledger/store.hpp"

namespace greentill::credit {

/// Opens the database, creating it where it does not exist. Opening, and every later call, waits up to ten seconds for another
/// worker's lock.
Result<std::unique_ptr<Store>> open_sqlite_store(const std::filesystem::path& path);

}  // namespace greentill::credit
