// SPDX-License-Identifier: Apache-2.0
// What a transaction takes in memory. Threads: pure function.
#pragma once

#include <cstddef>

#include "daemon/event/transaction.hpp"

namespace greentill::event {

/// The struct with all that it owns, which is more than over the wire: an empty line is 7 bytes there.
[[nodiscard]] std::size_t memory_of(const Transaction& transaction);

}  // namespace greentill::event
