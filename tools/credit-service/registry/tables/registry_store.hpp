// SPDX-License-Identifier: Apache-2.0
// The registry's tables in the ledger's database, whichever that is. docs/registry.md, "Schema".
#pragma once

#include <memory>

#include "tools/credit-service/registry/store.hpp"
#include "tools/credit-service/sql/sql.hpp"

namespace greentill::credit {

/// The statements that make the tables, as SQLite has them.
extern const char* const kRegistrySchema;

/// On a connection for reading alone every change fails. `database` must outlive it.
std::unique_ptr<RegistryStore> make_registry(sql::Database& database);

}  // namespace greentill::credit
