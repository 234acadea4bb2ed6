// SPDX-License-Identifier: Apache-2.0
// The rules of accounts and trees over one store, as commands and the HTTP API use them. Threads: one.
#pragma once

#include "daemon/base/system.hpp"
#include "tools/credit-service/accounts/accounts.hpp"
#include "tools/credit-service/accounts/spending.hpp"
#include "tools/credit-service/bookkeeping/vouchers.hpp"
#include "tools/credit-service/config/config.hpp"
#include "tools/credit-service/trees/catalogue.hpp"
#include "tools/credit-service/trees/orders.hpp"
#include "tools/credit-service/trees/planting.hpp"

namespace greentill::credit {

struct Counter {
  /// What it refers to must outlive it.
  Counter(const Config& config, Store& store, std::int64_t now);

  /// All that is one's becomes the other's, certificates too; as Accounts::merge().
  Status merge(const std::string& from, const std::string& into);
  /// Ends what it has open with others, since a person's right does not wait for them, and forgets whose it was; its access
  /// tokens are good for nothing more. As Accounts::erase().
  Result<Account> erase(const std::string& id);

  const Config& config;
  Store& store;
  AccountStore& holders;
  TreeStore& trees;
  std::int64_t now;
  SystemRandom random;
  Accounts accounts;
  Spending spending;
  Orders orders;
  Planting planting;
  Catalogue catalogue;
  Vouchers vouchers;
};

}  // namespace greentill::credit
