// SPDX-License-Identifier: Apache-2.0
// What the rules of bookkeeping need of a database, besides the ledger's own port. Each operation touches what one key leads to.
// tables/stored_bookkeeping.hpp implements it.
//
// Errors: those of the database; of a change they may be told by what follows, at the latest by the commit. Its transaction must
// then be given up, and nothing of it stays. What is read is a copy. Threads: one; within a transaction of the ledger's store,
// but for what only reads.
#pragma once

#include <optional>
#include <vector>

#include "daemon/base/error.hpp"
#include "tools/credit-service/holdings/voucher.hpp"

namespace greentill::credit {

class BookkeepingStore {
 public:
  virtual ~BookkeepingStore() = default;

  // By voucher.
  /// Nothing where there is none of that number.
  virtual Result<std::optional<Voucher>> voucher(std::int64_t no) = 0;
  /// Stores a new one, whose `no` is 0, and returns its number.
  virtual Result<std::int64_t> add(const Voucher& voucher) = 0;
  /// Changes its state, and what goes with that.
  virtual Status put(const Voucher& voucher) = 0;

  // By year.
  /// Nothing where the year was not closed.
  virtual Result<std::optional<YearClose>> close_of(std::int64_t year) = 0;
  /// Requires: the year was not closed. It stays as it is for good.
  virtual Status add(const YearClose& close) = 0;

  // The whole, for an operator.
  /// Those behind `after`, by number, at most `most`; of a kind and in a state, where these are given.
  virtual Result<std::vector<Voucher>> vouchers(std::optional<Voucher::Kind> kind, std::optional<Voucher::State> state,
                                                std::int64_t after, std::size_t most) = 0;
  /// By name, as the last transaction left them.
  virtual Result<std::vector<Budget>> budgets() = 0;
  /// By year.
  virtual Result<std::vector<YearClose>> closes() = 0;
  /// The numbers of people's purses (customer, hashed, bearer and erased) that have something, behind `after`, at most `most`.
  virtual Result<std::vector<std::int64_t>> purses_with_credit(std::int64_t after, std::size_t most) = 0;
};

}  // namespace greentill::credit
