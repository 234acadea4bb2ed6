// SPDX-License-Identifier: Apache-2.0
// Private to daemon/outbox.
#pragma once

#include <cstdint>

namespace greentill::outbox {

/// Numbers of chains are this far apart, so that chains of assignments that were left have room before the one in force.
inline constexpr std::int64_t kBetweenChains = 16;

/// The number of a chain that comes behind that one, as the one in force.
constexpr std::int64_t number_behind(std::int64_t no) { return (no / kBetweenChains + 1) * kBetweenChains; }

}  // namespace greentill::outbox

/// The position of chain h's last claim; null where it has none.
#define GREENTILL_LAST_POSITION "(SELECT max(position) FROM claims WHERE position > h.no << 40 AND position < (h.no + 1) << 40)"
