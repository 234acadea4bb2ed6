// SPDX-License-Identifier: Apache-2.0
// Gives what came back the signs that it had when it was sold, so that detectors find in it what they found then. Threads: pure
// functions.
#pragma once

#include <cstdint>
#include <cstdlib>

#include "daemon/event/transaction.hpp"

namespace greentill::event {

[[nodiscard]] inline std::int64_t magnitude(std::int64_t value) { return value == INT64_MIN ? INT64_MAX : std::abs(value); }

/// Tills write a refund's quantities and amounts negative, or only one of them, or neither. Quantities and the total become
/// positive. All amounts change sign where their sum is negative: a discount that comes back has the opposite sign of the prices
/// around it, as it had when it was sold.
void drop_refund_signs(Transaction& reversal);

}  // namespace greentill::event
