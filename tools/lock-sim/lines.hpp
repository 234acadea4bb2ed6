// SPDX-License-Identifier: Apache-2.0
// Locks at a dock's socket: as many at once as there are lines, one after the other. Threads: one.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "daemon/base/error.hpp"
#include "tools/lock-sim/sim_lock.hpp"

namespace greentill::lock_sim {

struct LineOptions {
  std::string dock;  ///< "/run/dock/line", "127.0.0.1:4710"
  std::size_t lines = 20;
  bool settled = false;               ///< a lock leaves when the service has settled its rides, not when they are acknowledged
  bool never = false;                 ///< it stays until the time is over
  std::chrono::seconds patience{60};  ///< without any lock's leaving
  std::uint32_t cut_within = 0;       ///< operations of its flash, while it is at the dock; 0: its power does not fail
};

/// Brings each lock to the dock, until all are done. unavailable, with how far it came, where nothing moves for so long.
Status dock(const std::vector<SimLock*>& locks, const LineOptions& options);

}  // namespace greentill::lock_sim
