// SPDX-License-Identifier: Apache-2.0
// What came back, with the signs that it had when it went out, so that detectors find in it what they found then.
// Threads: pure functions.
#pragma once

#include <cstdint>
#include <cstdlib>

namespace greentill::event {

[[nodiscard]] inline std::int64_t magnitude(std::int64_t value) { return value == INT64_MIN ? INT64_MAX : std::abs(value); }

/// Tills write a refund's quantities and amounts negative, or one of the two, or neither. Of the amounts the lines' sum decides:
/// a discount that comes back has the other sign than the prices around it, as it had when it went out. `Transaction`: the
/// daemon's or a plugin's.
template <typename Transaction>
void turn_to_sold(Transaction& reversal) {
  std::int64_t sum = 0;
  for (const auto& line : reversal.lines) {
    if (__builtin_add_overflow(sum, line.amount_minor, &sum)) sum = line.amount_minor;
  }
  for (auto& line : reversal.lines) {
    line.quantity_milli = magnitude(line.quantity_milli);
    if (sum < 0) line.amount_minor = line.amount_minor == INT64_MIN ? INT64_MAX : -line.amount_minor;
  }
  reversal.total_minor = magnitude(reversal.total_minor);
}

}  // namespace greentill::event
