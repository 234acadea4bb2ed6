// SPDX-License-Identifier: Apache-2.0
#include "firmware/core/wheel.hpp"

#include <limits>

namespace greentill::firmware {
namespace {

void count_one(std::uint32_t& counter) {
  if (counter != std::numeric_limits<std::uint32_t>::max()) ++counter;
}

}  // namespace

bool Wheel::pulse(std::uint64_t at_ms, const Settings& settings, RideCount& count) {
  if (has_last_) {
    const std::uint64_t since = at_ms - last_ms_;
    // mm * 100 = cm/s * ms: at top speed a turn takes circumference * 100 / speed.
    const bool too_fast = since * settings.top_speed_cm_s < std::uint64_t{settings.circumference_mm} * 100;
    if (since < settings.debounce_ms || too_fast) {
      // The last accepted one stays the measure: a contact that chatters on must not push the next turn away.
      count_one(count.rejected_pulses);
      return false;
    }
  }
  has_last_ = true;
  last_ms_ = at_ms;
  count_one(count.pulses);
  return true;
}

}  // namespace greentill::firmware
