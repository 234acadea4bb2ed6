// SPDX-License-Identifier: Apache-2.0
// The held claims in groups, as a person decides them: docs/ledger.md, "Holding". Threads: pure functions.
#pragma once

#include <string>
#include <vector>

#include "tools/credit-service/ledger/books.hpp"
#include "tools/credit-service/programme/calendar.hpp"

namespace greentill::credit {

/// Claims of one device that arrived on one day and are held for one reason.
struct HeldGroup {
  std::string device;
  std::int64_t day = 0;  ///< 20261124, of the arrival
  Reason reason = Reason::none;
  std::vector<std::string> merchants;  ///< by name, each once
  HeldSum sum;
};

/// The groups by device, day and reason. A claim that is held for several reasons is in several groups; with a reason in the
/// filter only in that one's. Reads one snapshot.
Result<std::vector<HeldGroup>> group_held(Books& books, const HeldFilter& filter, const Calendar& calendar);

}  // namespace greentill::credit
