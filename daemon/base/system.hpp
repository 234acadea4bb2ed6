// SPDX-License-Identifier: Apache-2.0
// The operating system's clock and random numbers. Threads: safe from any thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>

#include "daemon/base/ports.hpp"

namespace greentill {

class SystemClock : public Clock {
 public:
  [[nodiscard]] std::int64_t unix_seconds() const override;
  [[nodiscard]] std::chrono::milliseconds monotonic() const override;
  [[nodiscard]] bool synchronised() const override;  ///< what the kernel said at most a second ago

 private:
  mutable std::atomic<std::int64_t> asked_at_{INT64_MIN / 2};  ///< monotonic, in milliseconds
  mutable std::atomic<bool> synchronised_{false};
};

/// getrandom(2), read ahead into a pool. Stops the program where the system has no random numbers: nothing may be signed without.
class SystemRandom : public Random {
 public:
  void fill(MutableBytes out) override;

 private:
  std::mutex mutex_;
  Bytes<256> pool_{};
  std::size_t left_ = 0;  ///< unused bytes at the pool's end
};

}  // namespace greentill
