// SPDX-License-Identifier: Apache-2.0
// The ledger's tables. Private to the stores. docs/credit-service.md, "The database".
#pragma once

#include <string>

#include "daemon/sqlite/sqlite.hpp"

namespace greentill::credit {

/// The ledger's and the registry's tables, indexes and views, as SQLite has them; other stores put them into their words.
std::string table_descriptions();
/// Likewise those of accounts and trees.
std::string holding_descriptions();
/// Likewise those of who may ask by HTTP.
std::string access_descriptions();
std::string bookkeeping_descriptions();

/// Creates the tables in an empty database; else as check_version(). Safe while other workers do the same.
Status create_or_check(sqlite::Database& database);

/// Refuses a database that has no ledger, or one of another version: unsupported.
Status check_version(sqlite::Database& database);

}  // namespace greentill::credit
