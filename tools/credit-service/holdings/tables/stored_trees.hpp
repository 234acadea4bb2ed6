// SPDX-License-Identifier: Apache-2.0
// Trees in the ledger's database, whichever that is. docs/trees.md, "Schema". Threads: one.
#pragma once

#include <memory>

#include "tools/credit-service/holdings/tree_store.hpp"
#include "tools/credit-service/sql/sql.hpp"

namespace greentill::credit {

/// The statements that make the tables, as SQLite has them.
extern const char* const kTreeSchema;

/// `database` must outlive it.
std::unique_ptr<TreeStore> make_trees(sql::Database& database);

}  // namespace greentill::credit
