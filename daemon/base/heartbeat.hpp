// SPDX-License-Identifier: Apache-2.0
// Tells the service manager that work gets on, as often as it needs to hear it, by whoever does the work: from a loop that turns.
// Threads: one.
#pragma once

#include "daemon/base/ports.hpp"
#include "daemon/base/service_manager.hpp"

namespace greentill {

class Heartbeat {
 public:
  /// Both must outlive it.
  Heartbeat(const ServiceManager& manager, const Clock& clock) : manager_(manager), clock_(clock) {}

  /// Called at each turn; cheap.
  void beat() {
    if (manager_.watchdog().count() == 0) return;
    const auto now = clock_.monotonic();
    if (now < next_) return;
    manager_.alive();
    next_ = now + manager_.watchdog() / 4;
  }

 private:
  const ServiceManager& manager_;
  const Clock& clock_;
  std::chrono::milliseconds next_{0};
};

}  // namespace greentill
