// SPDX-License-Identifier: Apache-2.0
#include "firmware/core/wheel.hpp"

#include <doctest/doctest.h>

#include "firmware/core/ride_machine.hpp"

namespace greentill::test::wheel_test {
namespace {

using namespace firmware;
using claim::RideEnding;

/// Opened at second 10; a pulse each 420 ms, which is 5 m/s, for so many turns. Returns the time behind the last.
std::uint64_t ride_turns(RideMachine& machine, const Settings& settings, int turns, std::uint64_t at_ms = 10'000) {
  machine.unlock(at_ms);
  for (int i = 0; i < turns; ++i) machine.pulse(at_ms += 420, settings);
  return at_ms;
}

}  // namespace

TEST_CASE("wheel: each turn counts once, however its contact bounces") {
  Wheel wheel;
  RideCount count;
  const Settings settings;
  for (std::uint64_t turn = 0; turn < 100; ++turn) {
    for (const std::uint64_t bounce : {0u, 1u, 2u, 4u}) wheel.pulse(turn * 500 + bounce, settings, count);
  }
  CHECK(count.pulses == 100);
  CHECK(count.rejected_pulses == 300);
}

TEST_CASE("wheel: a contact that is shaken faster than a bike rides makes no metres of it") {
  Wheel wheel;
  RideCount count;
  const Settings settings;  // 2,100 mm at 15 m/s: a turn takes 140 ms
  for (std::uint64_t at = 0; at < 14'000; at += 20) wheel.pulse(at, settings, count);
  CHECK(count.pulses == 100);
  CHECK(count.pulses + count.rejected_pulses == 700);
}

TEST_CASE("wheel: at just the top speed a turn counts, and a millisecond sooner it does not") {
  Wheel wheel;
  RideCount count;
  const Settings settings;
  CHECK(wheel.pulse(1000, settings, count));
  CHECK_FALSE(wheel.pulse(1139, settings, count));
  CHECK(wheel.pulse(1140, settings, count));
}

TEST_CASE("wheel: metres are whole, rounded down, and hold the largest counter") {
  CHECK(metres(0, 2100) == 0);
  CHECK(metres(1, 999) == 0);
  CHECK(metres(2035, 2119) == 4312);
  CHECK(metres(0xffffffff, 0xffff) == 281'470'681'677);
}

TEST_CASE("ride machine: unlocked, ridden, closed and not taken up again is a ride up to the closing") {
  RideMachine machine;
  const Settings settings;
  CHECK(machine.phase() == RidePhase::locked);
  const std::uint64_t end = ride_turns(machine, settings, 1000);
  CHECK(machine.phase() == RidePhase::riding);
  machine.close(end + 3000);
  CHECK(machine.phase() == RidePhase::paused);
  CHECK_FALSE(machine.advance(end + 3000 + 599'999, settings).has_value());
  const auto ride = machine.advance(end + 3000 + 600'000, settings);
  REQUIRE(ride.has_value());
  CHECK(ride->ending == RideEnding::locked);
  CHECK(ride->count.pulses == 1000);
  CHECK(ride->count.seconds == 423);
  CHECK(ride->count.pauses == 0);
  CHECK(ride->ended_ms == end + 3000);
  CHECK(machine.phase() == RidePhase::locked);
  CHECK_FALSE(machine.advance(end + 10'000'000, settings).has_value());
}

TEST_CASE("ride machine: closed and opened again within the time is a pause of one ride") {
  RideMachine machine;
  const Settings settings;
  std::uint64_t at = ride_turns(machine, settings, 10);
  machine.close(at);
  machine.pulse(at + 1000, settings);
  machine.unlock(at += 300'000);
  CHECK(machine.phase() == RidePhase::riding);
  machine.pulse(at += 1000, settings);
  machine.close(at += 1000);
  machine.dock();
  const auto ride = machine.advance(at, settings);
  REQUIRE(ride.has_value());
  CHECK(ride->count.pulses == 11);
  CHECK(ride->count.pauses == 1);
  CHECK(ride->count.paused_seconds == 300);
  CHECK(ride->count.seconds == 306);
}

TEST_CASE("ride machine: in a dock a closed lock's ride is over at once, without a pause likewise") {
  RideMachine docked;
  const Settings settings;
  const std::uint64_t end = ride_turns(docked, settings, 5);
  docked.dock();
  CHECK_FALSE(docked.advance(end, settings).has_value());
  docked.close(end);
  CHECK(docked.advance(end, settings).has_value());
  RideMachine other;
  Settings no_pause;
  no_pause.pause_s = 0;
  other.close(ride_turns(other, no_pause, 5));
  CHECK(other.advance(end, no_pause).has_value());
}

TEST_CASE("ride machine: left open, the ride ends where the wheel last turned, and the next begins with an unlocking") {
  RideMachine machine;
  const Settings settings;
  const std::uint64_t end = ride_turns(machine, settings, 100);
  CHECK_FALSE(machine.advance(end + 1'799'999, settings).has_value());
  const auto ride = machine.advance(end + 1'800'000, settings);
  REQUIRE(ride.has_value());
  CHECK(ride->ending == RideEnding::left_open);
  CHECK(ride->ended_ms == end);
  CHECK(ride->count.seconds == 42);
  CHECK(machine.phase() == RidePhase::left_open);
  machine.pulse(end + 1'900'000, settings);
  CHECK_FALSE(machine.in_ride());
  machine.close(end + 2'000'000);
  CHECK(machine.phase() == RidePhase::locked);
  machine.unlock(end + 3'000'000);
  CHECK(machine.phase() == RidePhase::unlocked);
  CHECK(machine.count(end + 3'005'000).pulses == 0);
}

TEST_CASE("ride machine: a bike that is pushed while locked makes no metres, and a second unlocking no second ride") {
  RideMachine machine;
  const Settings settings;
  for (std::uint64_t at = 0; at < 100'000; at += 500) machine.pulse(at, settings);
  CHECK(machine.phase() == RidePhase::locked);
  ride_turns(machine, settings, 10, 200'000);
  machine.unlock(210'000);
  CHECK(machine.count(210'000).pulses == 10);
  CHECK(machine.count(210'000).seconds == 10);
}

}  // namespace greentill::test::wheel_test
