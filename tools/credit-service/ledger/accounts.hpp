// SPDX-License-Identifier: Apache-2.0
// Who earns from a claim, how much of it under the account's limits, and the postings for that. Called within the store's current
// transaction. Threads: one.
#pragma once

#include <vector>

#include "daemon/claim/message.hpp"
#include "tools/credit-service/ledger/store.hpp"

namespace greentill::credit {

class Accounts {
 public:
  explicit Accounts(Store& store) : store_(store) {}

  /// The account that gets a claim's customer share: that of the token, of the hash where the claim has no hint, of the bearer's
  /// secret, or the unattributed pool.
  Result<std::int64_t> customer(const claim::Attribution& attribution, const std::optional<claim::AccountHint>& hint);

  /// How much of `mg` the limits of the account's day and month still allow; uses that much up. Bearers, hashed accounts and the
  /// pool have no limits.
  Result<std::int64_t> within_limits(std::int64_t customer, const Programme& programme, const Rule& rule, std::int64_t ended_at,
                                     std::int64_t mg);
  /// Gives back to the same limits what was used of them.
  Status give_back(std::int64_t customer, const Programme& programme, const Rule& rule, std::int64_t ended_at, std::int64_t mg);

  /// Books the change from one granted amount to another: both are split, and the differences are the legs, which add up to zero.
  /// `at`: Unix seconds.
  Status book(std::int64_t claim, const Programme& programme, std::int64_t customer, std::string_view merchant,
              std::int64_t from_mg, std::int64_t to_mg, std::int64_t at);

 private:
  struct Limit {
    std::int64_t mg;
    std::int64_t period;
  };
  /// The limits that apply; empty for an account that is not a customer known by token.
  Result<std::vector<Limit>> limits(std::int64_t customer, const Programme& programme, const Rule& rule, std::int64_t ended_at);
  Status use(std::int64_t customer, const Rule& rule, const std::vector<Limit>& limits, std::int64_t mg);

  Store& store_;
};

}  // namespace greentill::credit
