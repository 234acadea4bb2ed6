// SPDX-License-Identifier: Apache-2.0
// The lock's time of day. A lock has no clock that runs without power: after a start it goes on from the last time that it wrote
// down, and is behind by as long as it was off, until a signed time sets it right.
#pragma once

#include <cstdint>
#include <optional>

#include "daemon/base/calendar.hpp"

namespace greentill::firmware {

/// As RideKey::clock says it.
enum class ClockState : std::uint8_t {
  sure = 0,     ///< set within the last day
  running = 1,  ///< set since the last start
  not_set = 2,  ///< not set since then: no later than the truth, if it was right before
};

class LockClock {
 public:
  /// After a start, with the time that was written down last; 0 where none was.
  void begin(std::int64_t last_known) { base_ = last_known; }
  void set(std::int64_t unix_seconds, std::uint64_t uptime_ms) {
    base_ = unix_seconds - static_cast<std::int64_t>(uptime_ms / 1000);
    set_at_ms_ = uptime_ms;
  }

  /// Unix seconds at a moment of this start.
  [[nodiscard]] std::int64_t now(std::uint64_t uptime_ms) const { return base_ + static_cast<std::int64_t>(uptime_ms / 1000); }
  /// Seconds since it was set; nothing where it was not.
  [[nodiscard]] std::optional<std::int64_t> age(std::uint64_t uptime_ms) const {
    if (!set_at_ms_ || uptime_ms < *set_at_ms_) return std::nullopt;
    return static_cast<std::int64_t>((uptime_ms - *set_at_ms_) / 1000);
  }
  [[nodiscard]] ClockState state(std::uint64_t uptime_ms) const {
    const auto seconds = age(uptime_ms);
    if (!seconds) return ClockState::not_set;
    return *seconds < kSecondsADay ? ClockState::sure : ClockState::running;
  }

 private:
  std::int64_t base_ = 0;
  std::optional<std::uint64_t> set_at_ms_;
};

}  // namespace greentill::firmware
