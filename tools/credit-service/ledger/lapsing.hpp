// SPDX-License-Identifier: Apache-2.0
// Credit that nobody spent in the programme's time lapses, where it has one (docs/credit-service.md, "Lapsing"): each month all
// purses are looked at in parts, as work that goes on where it stopped. Called within the store's current transaction. Private to
// ledger/. Threads: one.
//
// What always holds: nothing lapses that came within the programme's months, whatever was spent meanwhile; what is spent is spent
// of the oldest.
#pragma once

#include "tools/credit-service/ledger/programmes.hpp"
#include "tools/credit-service/ledger/store.hpp"

namespace greentill::credit {

class Lapsing {
 public:
  /// What it refers to must outlive it.
  Lapsing(Store& store, const Programmes& programmes) : store_(store), programmes_(programmes) {}

  /// Sees to it that the next month's look is to come, where the programme in force lets credit lapse.
  Status arrange(std::int64_t now);
  /// Looks at the next purses. Requires: nothing was booked in this transaction.
  Status go_on(const Work& work, std::int64_t now);

 private:
  Status put(std::int64_t month, std::int64_t after, std::int64_t due);
  Status lapse(std::int64_t purse, std::int64_t since, std::int64_t now);
  /// What came to the purse since then, but for what came back from spending; as far as `enough`.
  Result<std::int64_t> came_since(std::int64_t purse, std::int64_t since, std::int64_t enough);

  Store& store_;
  const Programmes& programmes_;
};

}  // namespace greentill::credit
