// SPDX-License-Identifier: Apache-2.0
// Bookkeeping in a database, of either kind. Threads: as the database.
#pragma once

#include <memory>

#include "tools/credit-service/holdings/bookkeeping_store.hpp"
#include "tools/credit-service/sql/sql.hpp"

namespace greentill::credit {

/// docs/bookkeeping.md, "Schema", says what the columns are; a unit test holds the two together.
extern const char* const kBookkeepingSchema;

/// The database must outlive it, and hold the tables.
std::unique_ptr<BookkeepingStore> make_bookkeeping(sql::Database& database);

}  // namespace greentill::credit
