// SPDX-License-Identifier: Apache-2.0
// What came back, with the signs that it had when it went out, so that detectors find in it what they found then.
// Threads: pure functions.
#pragma once

#include <cstdint>
#include <cstdlib>

#include "daemon/event/transaction.hpp"

namespace greentill::event {

[[nodiscard]] inline std::int64_t magnitude(std::int64_t value) { return value == INT64_MIN ? INT64_MAX : std::abs(value); }

/// Tills write a refund's quantities and amounts negative, or one of the two, or neither. Of the amounts the lines' sum decides:
/// a discount that comes back has the other sign than the prices around it, as it had when it went out.
void drop_refund_signs(Transaction& reversal);

}  // namespace greentill::event
