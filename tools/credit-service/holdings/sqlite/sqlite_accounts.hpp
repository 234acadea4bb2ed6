// SPDX-License-Identifier: Apache-2.0
// Accounts in the ledger's database. Threads: one.
#pragma once

#include <memory>

#include "daemon/sqlite/sqlite.hpp"
#include "tools/credit-service/holdings/account_store.hpp"

namespace greentill::credit {

/// Run where a ledger is made, behind the ledger's own tables. docs/accounts.md has it.
extern const char* const kAccountSchema;

/// `database` must outlive it.
std::unique_ptr<AccountStore> make_sqlite_accounts(sqlite::Database& database);

}  // namespace greentill::credit
