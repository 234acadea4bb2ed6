// SPDX-License-Identifier: Apache-2.0
// From what the bolt and the wheel do to a ride: when it begins, what counts as a pause, when it is over. docs/lock.md, "A ride".
// Knows no flash, no key and no time of day.
#pragma once

#include <optional>

#include "daemon/claim/lock_ride.hpp"
#include "firmware/core/wheel.hpp"

namespace greentill::firmware {

enum class RidePhase : std::uint8_t {
  locked,     ///< no ride
  unlocked,   ///< a ride has begun, and the wheel has not turned yet
  riding,     ///< it has turned
  paused,     ///< closed within a ride, which may be taken up again
  left_open,  ///< open, and the ride is over
};

struct FinishedRide {
  RideCount count;
  claim::RideEnding ending = claim::RideEnding::locked;
  std::uint64_t ended_ms = 0;  ///< by the uptime: when it was closed, or last moved
};

class RideMachine {
 public:
  /// The bolt was opened by whoever may. Begins a ride, or takes a paused one up.
  void unlock(std::uint64_t now_ms);
  /// The wheel's contact closed. Without a ride (the bike is pushed, or shaken) it counts nothing.
  void pulse(std::uint64_t at_ms, const Settings& settings);
  /// The bolt went in.
  void close(std::uint64_t now_ms);
  /// The bike stands in a dock: a paused ride is over.
  void dock();
  /// To be called at least every second, and after each of the others: what is over, once.
  [[nodiscard]] std::optional<FinishedRide> advance(std::uint64_t now_ms, const Settings& settings);

  [[nodiscard]] RidePhase phase() const { return phase_; }
  /// Whether a ride is under way, and what is counted of it so far.
  [[nodiscard]] bool in_ride() const { return phase_ != RidePhase::locked && phase_ != RidePhase::left_open; }
  [[nodiscard]] RideCount count(std::uint64_t now_ms) const;

 private:
  [[nodiscard]] FinishedRide finish(claim::RideEnding ending, std::uint64_t ended_ms);

  RidePhase phase_ = RidePhase::locked;
  bool docked_ = false;
  Wheel wheel_;
  RideCount count_;
  std::uint64_t began_ms_ = 0;
  std::uint64_t moved_ms_ = 0;   ///< last accepted pulse, or unlocking
  std::uint64_t closed_ms_ = 0;  ///< while paused
};

}  // namespace greentill::firmware
