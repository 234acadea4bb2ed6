// SPDX-License-Identifier: Apache-2.0
// The ledger's tables. Private to this folder. docs/credit-service.md, "The database".
#pragma once

#include "daemon/sqlite/sqlite.hpp"

namespace greentill::credit {

/// Creates the tables, or refuses a database that a newer version made. Safe while other workers do the same.
Status migrate(sqlite::Database& database);

}  // namespace greentill::credit
