// SPDX-License-Identifier: Apache-2.0
// The ledger's tables in PostgreSQL. Private to this folder. docs/scale.md, "Keys".
#pragma once

#include <span>
#include <string>

#include "tools/credit-service/postgres/postgres.hpp"
#include "tools/credit-service/postgres/schema_words.hpp"

namespace greentill::credit {

/// The ledger's tables that are spread, and by which key. What is not among them is small, and the same for all keys.
std::span<const postgres::Spread> spread_tables();

/// Brings the tables to this version, from none or an older one. Safe while other workers do the same. unsupported where they are
/// of a newer one.
Status migrate(postgres::Database& database);

/// not_found where there is no ledger; unsupported where its tables are of another version.
Status check_version(postgres::Database& database);

}  // namespace greentill::credit
