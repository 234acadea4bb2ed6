// SPDX-License-Identifier: Apache-2.0
#include "daemon/event/refund_signs.hpp"

namespace greentill::event {

void drop_refund_signs(Transaction& reversal) {
  std::int64_t sum = 0;
  for (const Line& line : reversal.lines) {
    if (__builtin_add_overflow(sum, line.amount_minor, &sum)) sum = line.amount_minor;
  }
  for (Line& line : reversal.lines) {
    line.quantity_milli = magnitude(line.quantity_milli);
    if (sum < 0) line.amount_minor = line.amount_minor == INT64_MIN ? INT64_MAX : -line.amount_minor;
  }
  reversal.total_minor = magnitude(reversal.total_minor);
}

}  // namespace greentill::event
