// SPDX-License-Identifier: Apache-2.0
// What a claim says of the machine it was made on: how often that has booted, for how long it runs, and what its clock is worth.
#pragma once

#include <cstdint>
#include <filesystem>

#include "daemon/base/error.hpp"
#include "daemon/claim/claim.hpp"

namespace greentill::engine {

/// The number of this boot. It is counted once however often the daemon restarts within the boot, and is durable before it is
/// returned.
Result<std::uint64_t> count_boot(const std::filesystem::path& state_folder);

/// Seconds since this boot, suspended time included.
std::uint64_t uptime_seconds();

/// How far the clock can be relied on. A clock before this program's first release was never set.
claim::ClockState clock_state(std::int64_t unix_now, bool synchronised);

}  // namespace greentill::engine
