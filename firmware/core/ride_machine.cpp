// SPDX-License-Identifier: Apache-2.0
#include "firmware/core/ride_machine.hpp"

#include <algorithm>
#include <limits>

namespace greentill::firmware {
namespace {

std::uint32_t seconds_between(std::uint64_t from_ms, std::uint64_t to_ms) {
  return static_cast<std::uint32_t>(std::min<std::uint64_t>((to_ms - from_ms) / 1000, std::numeric_limits<std::uint32_t>::max()));
}

}  // namespace

void RideMachine::unlock(std::uint64_t now_ms) {
  docked_ = false;
  if (phase_ == RidePhase::paused) {
    ++count_.pauses;
    count_.paused_seconds += seconds_between(closed_ms_, now_ms);
    moved_ms_ = now_ms;
    phase_ = RidePhase::riding;
  } else if (phase_ == RidePhase::locked || phase_ == RidePhase::left_open) {
    wheel_.reset();
    count_ = {};
    began_ms_ = moved_ms_ = now_ms;
    phase_ = RidePhase::unlocked;
  }
}

void RideMachine::pulse(std::uint64_t at_ms, const Settings& settings) {
  if (phase_ != RidePhase::unlocked && phase_ != RidePhase::riding) return;
  if (!wheel_.pulse(at_ms, settings, count_)) return;
  moved_ms_ = at_ms;
  phase_ = RidePhase::riding;
}

void RideMachine::close(std::uint64_t now_ms) {
  if (phase_ == RidePhase::left_open) phase_ = RidePhase::locked;
  if (phase_ != RidePhase::unlocked && phase_ != RidePhase::riding) return;
  closed_ms_ = now_ms;
  phase_ = RidePhase::paused;
}

void RideMachine::dock() { docked_ = true; }

std::optional<FinishedRide> RideMachine::advance(std::uint64_t now_ms, const Settings& settings) {
  if (phase_ == RidePhase::paused && (docked_ || now_ms - closed_ms_ >= std::uint64_t{settings.pause_s} * 1000)) {
    return finish(claim::RideEnding::locked, closed_ms_);
  }
  const bool open = phase_ == RidePhase::unlocked || phase_ == RidePhase::riding;
  if (open && now_ms - moved_ms_ >= std::uint64_t{settings.left_open_s} * 1000) {
    return finish(claim::RideEnding::left_open, moved_ms_);
  }
  return std::nullopt;
}

RideCount RideMachine::count(std::uint64_t now_ms) const {
  RideCount count = count_;
  count.seconds = seconds_between(began_ms_, phase_ == RidePhase::paused ? closed_ms_ : now_ms);
  return count;
}

FinishedRide RideMachine::finish(claim::RideEnding ending, std::uint64_t ended_ms) {
  FinishedRide ride{count_, ending, ended_ms};
  ride.count.seconds = seconds_between(began_ms_, ended_ms);
  phase_ = ending == claim::RideEnding::left_open ? RidePhase::left_open : RidePhase::locked;
  return ride;
}

}  // namespace greentill::firmware
