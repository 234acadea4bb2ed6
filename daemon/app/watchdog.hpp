// SPDX-License-Identifier: Apache-2.0
// Feeds the service manager's watchdog by a message that goes round through whatever must get on for a sale to be taken: the
// strand, the committer's thread between two commits, the engine's turn. Where one of them is stuck the message does not come
// back, and the manager starts the daemon anew. Threads: start() from one; the rest runs on the strand and the committer's
// thread.
#pragma once

#include <functional>

#include "daemon/base/ports.hpp"
#include "daemon/base/service_manager.hpp"

namespace greentill::app {

class Watchdog {
 public:
  /// `round` passes the message on, and calls what it is given once it has come through. All must outlive the strand's work.
  Watchdog(Executor& strand, const ServiceManager& manager, std::function<void(std::function<void()>)> round)
      : strand_(strand), manager_(manager), round_(std::move(round)) {}

  /// Goes round four times within the manager's patience; does nothing where nobody waits.
  void start() {
    if (manager_.watchdog().count() > 0) go_round();
  }

 private:
  void go_round() {
    round_([this] {
      manager_.alive();
      strand_.post_after(manager_.watchdog() / 4, [this] { go_round(); });
    });
  }

  Executor& strand_;
  const ServiceManager& manager_;
  const std::function<void(std::function<void()>)> round_;
};

}  // namespace greentill::app
