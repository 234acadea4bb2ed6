// SPDX-License-Identifier: Apache-2.0
// Whether a day lies far beyond others, by median and median distance, which a few wild days do not move (docs/ledger.md,
// "Screening"). Exact: in integers. Threads: pure functions.
#pragma once

#include <cstdint>
#include <vector>

namespace greentill::credit {

/// How days lie.
struct Spread {
  std::size_t days = 0;
  std::int64_t median = 0;  ///< mg, rounded down
  std::int64_t most = 0;
  bool stands_out = false;  ///< whether the value has a score of 6 or more among them
};

/// The score is (value - median) / spread; the spread 1.4826 times the median of the distances to the median, at least a quarter
/// of the median, and 1,000 mg. Requires: one day at least, and no amount below 0 or above 2^60.
[[nodiscard]] Spread spread_of(std::int64_t value, std::vector<std::int64_t> days);

}  // namespace greentill::credit
