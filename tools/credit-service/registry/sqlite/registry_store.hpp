// SPDX-License-Identifier: Apache-2.0
// The registry's tables in the ledger's SQLite database. docs/registry.md, "Schema".
#pragma once

#include <memory>

#include "daemon/sqlite/sqlite.hpp"
#include "tools/credit-service/registry/store.hpp"

namespace greentill::credit {

/// The statements that make the tables.
extern const char* const kRegistrySchema;

/// On a connection that must outlive it. On one for reading alone every change fails.
std::unique_ptr<RegistryStore> make_sqlite_registry(sqlite::Database& database);

}  // namespace greentill::credit
