// SPDX-License-Identifier: Apache-2.0
// Credit that leaves accounts: set aside first, then spent or given back. docs/accounts.md, "Spending". Called within a
// transaction of the ledger's store. Threads: one.
//
// What always holds (ledger/tables/audit_holdings.cpp checks it):
// - What is set aside comes from the account's own purses, from credit that may leave them, and is in the system's account
//   `reserved` until it is decided.
// - A spend is decided once: it is spent, or goes back to the purses that it came from.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "daemon/base/error.hpp"
#include "tools/credit-service/holdings/account_store.hpp"
#include "tools/credit-service/ledger/store.hpp"

namespace greentill::credit {

class Spending {
 public:
  /// What it refers to must outlive it.
  Spending(Store& ledger, AccountStore& accounts) : ledger_(ledger), accounts_(accounts) {}

  struct Credit {
    std::int64_t balance = 0;    ///< what its purses have, without what is set aside
    std::int64_t spendable = 0;  ///< what of it may leave the account now
    std::int64_t reserved = 0;   ///< what is set aside
    std::int64_t spent = 0;      ///< ever
  };
  Result<Credit> credit(const std::string& account, std::int64_t now);

  /// Sets `mg` aside for the order, from the oldest purse on. conflict where less may be spent, with how much.
  Result<Spend> reserve(const std::string& account, std::int64_t order, std::int64_t mg, std::int64_t now);
  /// Notes that the holder agreed, spends what was set aside, or gives it back. conflict where that is decided already.
  Status decide(Spend& spend, Spend::State state, std::int64_t now);

 private:
  Store& ledger_;
  AccountStore& accounts_;
};

}  // namespace greentill::credit
