// SPDX-License-Identifier: Apache-2.0
// A clock that stands where the test sets it. Threads: may be set and read from any.
#pragma once

#include <atomic>

#include "daemon/base/ports.hpp"

namespace greentill::test {

class SetClock final : public Clock {
 public:
  explicit SetClock(std::int64_t shows = 0, bool is_kept = false) : now(shows), kept(is_kept) {}
  [[nodiscard]] std::int64_t unix_seconds() const override { return now; }
  [[nodiscard]] std::chrono::milliseconds monotonic() const override { return std::chrono::seconds(since_boot); }
  [[nodiscard]] bool synchronised() const override { return kept; }

  std::atomic<std::int64_t> now;
  std::atomic<bool> kept;
  std::atomic<std::int64_t> since_boot{0};  ///< seconds
};

}  // namespace greentill::test
