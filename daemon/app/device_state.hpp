// SPDX-License-Identifier: Apache-2.0
// What the device keeps beside its outbox: how often it booted, its API token, the key behind customers' bearer secrets; and what
// the machine says of its clock.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "daemon/base/error.hpp"
#include "daemon/base/ports.hpp"
#include "daemon/claim/claim.hpp"

namespace greentill::app {

/// Counts this boot once, however often the daemon restarts within it: the number is durable before it is returned.
Result<std::uint64_t> count_boot(const std::filesystem::path& state_folder);

/// Seconds since this boot, suspended time included.
std::uint64_t uptime_seconds();

/// A clock before this program's own release was never set.
claim::ClockState clock_state(std::int64_t unix_now, bool synchronised);

/// A secret of 32 bytes, created at the first call and kept readable by the owner alone.
Result<Digest> load_or_create_secret(const std::filesystem::path& path, Random& random);

/// The bearer token for writing, as text; created at the first call.
Result<std::string> load_or_create_token(const std::filesystem::path& path, Random& random);

}  // namespace greentill::app
