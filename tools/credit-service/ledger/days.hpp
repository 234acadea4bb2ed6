// SPDX-License-Identifier: Apache-2.0
// What each device asks for by activity and day of the act, and when that is looked at (docs/ledger.md, "Screening"). Called
// within the store's current transaction. Private to ledger/. Threads: one.
//
// What always holds (tables/audit_days.cpp checks it): a day's `asked` is what its accepted reductions ask for, held or not; what
// is refused, a dismissed claim or a duplicate among them, asks for nothing.
#pragma once

#include <string>
#include <vector>

#include "daemon/base/calendar.hpp"
#include "daemon/claim/claim.hpp"
#include "tools/credit-service/ledger/programmes.hpp"

namespace greentill::credit {

/// When a day is looked at first.
inline constexpr std::int64_t kLookAfterSeconds = 6 * kSecondsAnHour;
/// What comes for a day that is over is looked at so much later: by then the rest of it has come as well.
inline constexpr std::int64_t kLookSoonSeconds = 600;

class Days {
 public:
  /// Both must outlive it.
  Days(Store& store, Programmes& programmes) : store_(store), programmes_(programmes) {}

  /// What the reduction asks for by its own programme, before ceilings and limits, and the day of its act. corrupt where it was
  /// never accepted.
  Result<DayValue> asked(const Decision& decision, const claim::Reduction& reduction);

  /// Counts a reduction whose decision changes; `was` is null for what has just come.
  Status count(const std::string& device, std::int64_t claim, const claim::Reduction& reduction, const Decision* was,
               const Decision& is);

  /// At the end of the transaction: puts the work of looking at the days for which enough came.
  Status arrange(std::int64_t now);

 private:
  struct Grown {
    std::string device, activity;
    std::int64_t day = 0;
    friend bool operator==(const Grown&, const Grown&) = default;
  };

  Store& store_;
  Programmes& programmes_;
  std::vector<Grown> grown_;
};

}  // namespace greentill::credit
