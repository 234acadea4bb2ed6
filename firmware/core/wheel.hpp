// SPDX-License-Identifier: Apache-2.0
// Pulses of a contact at the wheel, one a turn, and the metres they make. Whoever shakes the contact makes no metres: a pulse too
// soon after the last one is a contact that bounces, or a wheel faster than a bike's.
#pragma once

#include <cstdint>

#include "firmware/core/lock_state.hpp"

namespace greentill::firmware {

class Wheel {
 public:
  /// Begins anew: the first pulse is accepted whenever it comes.
  void reset() { has_last_ = false; }

  /// Counts one pulse; returns whether it was accepted. Requires: times that do not go back.
  bool pulse(std::uint64_t at_ms, const Settings& settings, RideCount& count);

 private:
  bool has_last_ = false;
  std::uint64_t last_ms_ = 0;
};

/// Whole metres, rounded down.
[[nodiscard]] constexpr std::int64_t metres(std::uint32_t pulses, std::uint16_t circumference_mm) {
  return static_cast<std::int64_t>(std::uint64_t{pulses} * circumference_mm / 1000);
}

}  // namespace greentill::firmware
