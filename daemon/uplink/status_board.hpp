// SPDX-License-Identifier: Apache-2.0
// The link's status, between the strand, which writes it, and whoever reads it. Private to daemon/uplink.
#pragma once

#include <mutex>

#include "daemon/uplink/uplink.hpp"

namespace greentill::uplink {

/// Threads: safe from any thread.
class StatusBoard {
 public:
  template <typename F>
  void update(F change) {
    const std::lock_guard guard(mutex_);
    change(status_);
  }
  [[nodiscard]] LinkStatus snapshot() const {
    const std::lock_guard guard(mutex_);
    return status_;
  }

 private:
  mutable std::mutex mutex_;
  LinkStatus status_;
};

}  // namespace greentill::uplink
