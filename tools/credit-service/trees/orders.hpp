// SPDX-License-Identifier: Apache-2.0
// Orders of trees: credit of one account or several is set aside, each holder agrees, and then all of it is spent and the trees
// have numbers; or none of it is. docs/trees.md, "Orders". Called within a transaction of the ledger's store. Threads: one.
//
// Errors: invalid, not_found and conflict as accounts.hpp has them, besides the store's.
//
// What always holds (ledger/tables/audit_holdings.cpp checks it):
// - What an order's accounts set aside or spent is the price of its trees.
// - An order has trees once it is confirmed, as many as were ordered and one more for each that was replaced.
// - A site has no more trees ordered than it has room for.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "tools/credit-service/accounts/accounts.hpp"
#include "tools/credit-service/accounts/spending.hpp"
#include "tools/credit-service/holdings/tree_store.hpp"

namespace greentill::credit {

class Orders {
 public:
  static constexpr std::int64_t kMostTrees = 10'000;  ///< of an order
  static constexpr std::size_t kMostAccounts = 100;   ///< of an order
  static constexpr std::int64_t kDaysToAgree = 7;

  /// `programme`: its id, which all numbers begin with. What it refers to must outlive it.
  Orders(TreeStore& trees, AccountStore& holders, Accounts& accounts, Spending& spending, std::string programme, std::int64_t now)
      : trees_(trees), holders_(holders), accounts_(accounts), spending_(spending), programme_(std::move(programme)), now_(now) {}

  struct Part {
    std::string account;
    std::int64_t mg = 0;  ///< 0 of an order of one account: all of it
  };
  struct Request {
    std::string key;  ///< by which its maker would ask again, 1 to 64 bytes; a request with the same key is the same order
    std::string species;
    std::string site;  ///< empty: the first one of the species' region that has room
    std::int64_t trees = 0;
    int year = 0;
    std::vector<Part> parts;
  };
  /// Sets the credit aside. conflict where an account may not spend so much, and nothing is set aside then; where the key is
  /// another order's.
  Result<TreeOrder> place(const Request& request);
  /// A holder says yes. With the last of them the credit is spent, and the trees have numbers.
  Result<TreeOrder> agree(std::int64_t order, const std::string& account);
  /// What was set aside goes back. conflict once the order is confirmed.
  Result<TreeOrder> cancel(std::int64_t order);
  /// Cancels whatever the account has set credit aside for.
  Status cancel_all(const std::string& account);
  /// The order as it is stored; one whose time is over is open until a worker, or the next change, has ended it. Changes nothing.
  Result<TreeOrder> find(std::int64_t order);

 private:
  Result<Site> site_for(const Request& request, const Species& species);
  Result<std::vector<Part>> parts_of(const Request& request, std::int64_t total);
  Status check_same(const TreeOrder& order, const Request& request);
  Status confirm(TreeOrder& order);
  [[nodiscard]] bool is_overdue(const TreeOrder& order) const {
    return order.state == TreeOrder::State::open && now_ >= order.until;
  }

  TreeStore& trees_;
  AccountStore& holders_;
  Accounts& accounts_;
  Spending& spending_;
  std::string programme_;
  std::int64_t now_;
};

/// The next number of a tree of the species, site and year.
Result<std::string> next_number(TreeStore& trees, const std::string& programme, const TreeOrder& order);

}  // namespace greentill::credit
