// SPDX-License-Identifier: Apache-2.0
// Accounts in the ledger's database, whichever that is. docs/accounts.md, "Schema". Threads: one.
#pragma once

#include <memory>

#include "tools/credit-service/holdings/account_store.hpp"
#include "tools/credit-service/sql/sql.hpp"

namespace greentill::credit {

/// The statements that make the tables, as SQLite has them.
extern const char* const kAccountSchema;

/// `database` must outlive it.
std::unique_ptr<AccountStore> make_accounts(sql::Database& database);

}  // namespace greentill::credit
