// SPDX-License-Identifier: Apache-2.0
// What a transaction takes in memory. Threads: pure function.
#pragma once

#include <cstddef>

#include "daemon/event/transaction.hpp"

namespace greentill::event {

/// The bytes of the struct and of all that it owns. That is more than on the wire: an empty line takes 7 bytes there.
[[nodiscard]] std::size_t memory_of(const Transaction& transaction);

}  // namespace greentill::event
