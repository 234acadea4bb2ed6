// SPDX-License-Identifier: Apache-2.0
// Credit that nobody spent in the programme's time lapses, where it has one (docs/credit-service.md, "Lapsing"): each month all
// purses are looked at in parts, as work that goes on where it stopped. Called within the store's current transaction. Private to
// ledger/. Threads: one.
//
// What always holds: nothing lapses that came within the programme's months, or that could not be spent yet; what is spent is
// spent of the oldest, of all purses of its owner together.
#pragma once

#include "tools/credit-service/ledger/notices.hpp"
#include "tools/credit-service/ledger/programmes.hpp"
#include "tools/credit-service/ledger/store.hpp"

namespace greentill::credit {

class Lapsing {
 public:
  /// What it refers to must outlive it.
  Lapsing(Store& store, const Programmes& programmes, Notices& notices)
      : store_(store), programmes_(programmes), notices_(notices) {}

  /// Sees to it that the next month's look is to come, where the programme in force lets credit lapse.
  Status arrange(std::int64_t now);
  /// Looks at the next purses. A month that workers took batches in for less than a day, by their clocks, waits: a clock that is
  /// ahead takes nobody's credit at once. Requires: nothing was booked in this transaction.
  Status go_on(const Work& work, std::int64_t now);

 private:
  Status put(std::int64_t month, std::int64_t after, std::int64_t due);
  /// Of all purses that have the owner of this one; what lapsed.
  Result<std::int64_t> lapse(std::int64_t purse, std::int64_t since, std::int64_t now);
  Result<std::vector<std::int64_t>> purses_with(std::int64_t purse);
  /// What came to the purse since then, but for what came back from spending; as far as `enough`.
  Result<std::int64_t> came_since(std::int64_t purse, std::int64_t since, std::int64_t enough);

  Store& store_;
  const Programmes& programmes_;
  Notices& notices_;
};

/// Before which credit had come that lapsed with the month in which `at` is.
[[nodiscard]] std::optional<std::int64_t> lapsed_before(const Calendar& calendar, std::int64_t months, std::int64_t at);

}  // namespace greentill::credit
