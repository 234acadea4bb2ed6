// SPDX-License-Identifier: Apache-2.0
// The ledger's tables. Private to this folder. docs/credit-service.md, "The database".
#pragma once

#include "daemon/sqlite/sqlite.hpp"

namespace greentill::credit {

/// Creates the tables in an empty database; else as check_version(). Safe while other workers do the same.
Status create_or_check(sqlite::Database& database);

/// Refuses a database that has no ledger, or one of another version: unsupported.
Status check_version(sqlite::Database& database);

}  // namespace greentill::credit
