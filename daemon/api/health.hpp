// SPDX-License-Identifier: Apache-2.0
// Whether the daemon reaches its goal: claims that are delivered, not only a process that runs. Private to daemon/api. Threads:
// pure.
#pragma once

#include <cstdint>
#include <string>

#include "daemon/api/desk.hpp"

namespace greentill::api {

/// Why deliveries are overdue: a claim has waited for longer than `overdue_after_s`, and nothing was delivered for as long. Empty
/// where they are not, where nothing waits, and where nothing is to be delivered. `now`: Unix seconds.
[[nodiscard]] std::string why_overdue(const DaemonStatus& status, std::int64_t now);

}  // namespace greentill::api
