// SPDX-License-Identifier: Apache-2.0
// Accounts, postings and limits within the transaction under way. Private to ledger/. Threads: one.
#pragma once

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "daemon/claim/message.hpp"
#include "tools/credit-service/ledger/database.hpp"
#include "tools/credit-service/programme/programme.hpp"

namespace greentill::credit {

class Accounts {
 public:
  static Result<std::unique_ptr<Accounts>> open(Database& database);

  /// Forgets what was looked up: another worker's, or a transaction that was rolled back.
  void forget() { ids_.clear(); }

  /// The account that earns a claim's customer share: the token's, the bearer secret's, or the unattributed pool.
  Result<std::int64_t> customer(const claim::Attribution& attribution, const std::optional<claim::AccountHint>& hint);

  /// What is left of `mg` under the limits of the account's day and month; uses it up. Bearers and the pool have no limits.
  Result<std::int64_t> within_limits(std::int64_t customer, const Programme& programme, const Rule& rule, std::int64_t ended_at,
                                     std::int64_t mg);
  /// Gives back what was used of the same limits.
  Status give_back(std::int64_t customer, const Programme& programme, const Rule& rule, std::int64_t ended_at, std::int64_t mg);

  /// Books the change from one granted amount to another: both are split, the differences are posted, and they add up to zero.
  Status book(std::int64_t booking, const Programme& programme, std::int64_t customer, std::string_view merchant,
              std::int64_t from_mg, std::int64_t to_mg);

 private:
  struct Period {
    std::int64_t limit_mg;
    std::int64_t name;
  };
  explicit Accounts(Database& database) : database_(&database) {}
  Result<std::int64_t> account(std::string_view kind, std::string_view name);
  Status post(std::int64_t booking, std::string_view kind, std::string_view name, std::int64_t mg);
  Status post_to(std::int64_t booking, std::int64_t account, std::int64_t mg);
  /// The limits that hold for the account; none for who is no customer known by token.
  Result<std::vector<Period>> periods(std::int64_t customer, const Programme& programme, const Rule& rule, std::int64_t ended_at);
  Status use(std::int64_t customer, const Rule& rule, const std::vector<Period>& periods, std::int64_t mg);
  Result<std::int64_t> used(std::int64_t account, std::string_view activity, std::int64_t period);

  Database* database_;
  std::unordered_map<std::string, std::int64_t> ids_;
  std::unique_ptr<Statement> find_account_, add_account_, add_posting_, find_usage_, add_usage_, kind_of_;
};

}  // namespace greentill::credit
