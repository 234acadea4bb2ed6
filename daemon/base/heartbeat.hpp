// SPDX-License-Identifier: Apache-2.0
// Tells the service manager that work gets on, as often as it needs to hear it, by whoever does the work: from a loop that turns.
// Threads: one.
#pragma once

#include <chrono>
#include <cstdint>

#include "daemon/base/ports.hpp"
#include "daemon/base/service_manager.hpp"

namespace greentill {

class Heartbeat {
 public:
  /// Of what is told: while a service starts no watchdog waits, and its time limit does.
  enum class Phase : std::uint8_t { starts, runs };

  /// Both must outlive it.
  Heartbeat(const ServiceManager& manager, const Clock& clock) : manager_(manager), clock_(clock) {}

  void set(Phase phase) { phase_ = phase; }

  /// Called at each turn; cheap.
  void beat() {
    if (manager_.watchdog().count() == 0) return;
    const auto now = clock_.monotonic();
    if (now < next_) return;
    phase_ == Phase::starts ? manager_.starts() : manager_.alive();
    next_ = now + manager_.watchdog() / 4;
  }

 private:
  const ServiceManager& manager_;
  const Clock& clock_;
  Phase phase_ = Phase::runs;
  std::chrono::milliseconds next_{0};
};

}  // namespace greentill
