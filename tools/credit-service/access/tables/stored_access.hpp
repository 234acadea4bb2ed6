// SPDX-License-Identifier: Apache-2.0
// Access in a database, of either kind. Threads: as the database.
#pragma once

#include <memory>

#include "tools/credit-service/access/access_store.hpp"
#include "tools/credit-service/sql/sql.hpp"

namespace greentill::credit {

/// docs/service-api.md, "Schema", says what the columns are; a unit test holds the two together.
extern const char* const kAccessSchema;

/// The database must outlive it, and hold the tables.
std::unique_ptr<AccessStore> make_access(sql::Database& database);

}  // namespace greentill::credit
