// SPDX-License-Identifier: Apache-2.0
// What the rules of accounts need of a database, besides the ledger's own port. Each operation touches what one key leads to.
// tables/stored_accounts.hpp implements it.
//
// Errors: those of the database; of a change they may be told by what follows, at the latest by the commit. Its transaction must
// then be given up, and nothing of it stays. What is read is a copy. Threads: one; within a transaction of the ledger's store,
// but for what only reads.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "daemon/base/error.hpp"
#include "tools/credit-service/holdings/account.hpp"

namespace greentill::credit {

class AccountStore {
 public:
  virtual ~AccountStore() = default;

  // By account.
  /// Nothing where there is none of that id.
  virtual Result<std::optional<Account>> account(const std::string& id) = 0;
  /// A new one, or in place of what is stored under its id.
  virtual Status put(const Account& account) = 0;
  /// Its purses, by number.
  virtual Result<std::vector<Purse>> purses(const std::string& account) = 0;
  /// Requires: the purse is nobody's.
  virtual Status add(const std::string& account, const Purse& purse) = 0;
  /// The purse and what is on it stay; it is nobody's any more.
  virtual Status drop_purse(const std::string& account, std::int64_t purse) = 0;
  /// Those whose member it is, by id.
  virtual Result<std::vector<std::string>> groups(const std::string& member) = 0;
  /// Its spends, in whatever state; by number.
  virtual Result<std::vector<Spend>> spends(const std::string& account) = 0;

  // By purse.
  /// What was booked for it before that place, the latest first, at most `most`.
  virtual Result<std::vector<PurseLeg>> legs(std::int64_t purse, const PurseLeg& before, std::size_t most) = 0;

  // By group.
  /// Their ids, in order.
  virtual Result<std::vector<std::string>> members(const std::string& group) = 0;
  /// Requires: it is none.
  virtual Status add_member(const std::string& group, const std::string& member, std::int64_t at) = 0;
  /// Nothing happens where it is none.
  virtual Status drop_member(const std::string& group, const std::string& member) = 0;

  // By invitation.
  /// Nothing where there is none of that hash.
  virtual Result<std::optional<Invitation>> invitation(const Digest& hash) = 0;
  /// A new one, or in place of what is stored under its hash.
  virtual Status put(const Invitation& invitation) = 0;

  // By account, and by order.
  /// Stores a new one, whose `no` is 0, and returns its number.
  virtual Result<std::int64_t> add_spend(const Spend& spend) = 0;
  /// Changes the state of a stored one.
  virtual Status put(const Spend& spend) = 0;
  /// A stored spend becomes the account's.
  virtual Status move(const Spend& spend, const std::string& to) = 0;
  /// Those for an order, by number.
  virtual Result<std::vector<Spend>> spends_of(std::int64_t order) = 0;

  // The whole, for an operator.
  /// By id, those behind `after`, at most `most`.
  virtual Result<std::vector<Account>> accounts(const std::string& after, std::size_t most) = 0;
};

}  // namespace greentill::credit
