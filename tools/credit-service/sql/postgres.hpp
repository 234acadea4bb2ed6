// SPDX-License-Identifier: Apache-2.0
// Threads: as the database.
#pragma once

#include <memory>

#include "tools/credit-service/postgres/postgres.hpp"
#include "tools/credit-service/sql/sql.hpp"

namespace greentill::sql {

/// `database` must outlive it.
std::unique_ptr<Database> on(postgres::Database& database);

/// With the connection.
std::unique_ptr<Database> own(postgres::Database database);

}  // namespace greentill::sql
