// SPDX-License-Identifier: Apache-2.0
// Trees in the ledger's database. Threads: one.
#pragma once

#include <memory>

#include "daemon/sqlite/sqlite.hpp"
#include "tools/credit-service/holdings/tree_store.hpp"

namespace greentill::credit {

/// Run where a ledger is made, behind the ledger's own tables. docs/trees.md has it.
extern const char* const kTreeSchema;

/// `database` must outlive it.
std::unique_ptr<TreeStore> make_sqlite_trees(sqlite::Database& database);

}  // namespace greentill::credit
