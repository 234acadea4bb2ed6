// SPDX-License-Identifier: Apache-2.0
// The ledger's store in one SQLite database that any number of workers share: they meet in its lock alone.
#pragma once

#include <filesystem>
#include <memory>

#include "tools/credit-service/ledger/store.hpp"

namespace greentill::credit {

/// Opens the database, or makes it. Waits up to ten seconds for another worker's lock, here and in every call.
Result<std::unique_ptr<Store>> open_sqlite_store(const std::filesystem::path& path);

}  // namespace greentill::credit
