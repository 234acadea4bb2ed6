// SPDX-License-Identifier: Apache-2.0
#include "firmware/core/main_loop.hpp"

#include <doctest/doctest.h>

#include "tests/unit/firmware/update_model.hpp"

namespace greentill::test::main_loop_test {
namespace {

using namespace firmware;

struct Loop : LockFixture {
  Loop() { provision(); }
  MainLoop::Next pass(std::uint64_t milliseconds) {
    board.pass(milliseconds);
    return loop.pass(now += milliseconds);
  }
  void turns(int count) {
    for (int turn = 0; turn < count; ++turn) {
      pass(500);
      lock->pulse();
    }
  }
  HostSupply supply;
  HostWatchdog watchdog;
  MainLoop loop{*lock, nullptr, supply, watchdog};
  std::uint64_t now = 0;
};

}  // namespace

TEST_CASE("main loop: the watchdog is fed by seconds that pass with their work done, and by nothing else") {
  Loop world;
  for (int i = 0; i < 1000; ++i) CHECK(world.pass(0) == MainLoop::Next::listen);
  CHECK(world.watchdog.fed() == 0);
  for (int i = 0; i < 100; ++i) world.pass(100);
  CHECK(world.watchdog.fed() == 10);
}

TEST_CASE("main loop: at the supply's warning the ride is written down to the second, and goes on where the power comes back") {
  Loop world;
  world.lock->unlock();
  world.turns(75);
  world.supply.set_failing(true);
  CHECK(world.pass(0) == MainLoop::Next::wait);
  const std::uint64_t written = world.flash.operations();
  CHECK(world.lock->journal().state().ride.pulses == 75);
  CHECK(world.lock->journal().state().ride.seconds == 37);
  world.turns(10);  // counted, and not written
  CHECK(world.flash.operations() == written);
  CHECK(world.watchdog.fed() >= 40);
  world.supply.set_failing(false);
  CHECK(world.pass(0) == MainLoop::Next::listen);
  world.turns(5);
  world.lock->close();
  world.lock->dock();
  CHECK(world.lock->journal().state().last_counter == 1);
}

TEST_CASE("main loop: where the power is gone after the warning, the next start signs the ride as it was then") {
  Loop world;
  world.lock->unlock();
  world.turns(75);
  world.supply.set_failing(true);
  world.pass(0);
  CHECK(world.restart(ResetReason::brown_out) == Lock::Start::ready);
  const auto bytes = world.ride_message(1);
  const auto message = claim::parse_keyed_message(bytes, claim::MessageType::lock_ride);
  REQUIRE(message.ok());
  const auto ride = claim::parse_lock_ride(message->payload);
  REQUIRE(ride.ok());
  CHECK(ride->ride.get(claim::RideKey::pulses) == 75);
  CHECK(ride->ride.get(claim::RideKey::seconds) == 37);
  CHECK(ride->ride.get(claim::RideKey::ending) == 2);
  DockModel dock(world);
  REQUIRE(dock.hello());
  CHECK(dock.hello_content[4 + 65 + 24] == static_cast<std::uint8_t>(ResetReason::brown_out));
}

TEST_CASE("main loop: the time is written down at the warning, and once for each") {
  Loop world;
  world.supply.set_failing(true);
  world.board.pass(5000);
  world.pass(0);
  CHECK(world.lock->journal().state().time == 5);
  const std::uint64_t written = world.flash.operations();
  for (int i = 0; i < 20; ++i) world.pass(300);
  CHECK(world.flash.operations() == written);
}

TEST_CASE("main loop: a new image is started when its second comes") {
  UpdateModel world;
  HostSupply supply;
  HostWatchdog watchdog;
  MainLoop loop(*world.lock, &*world.updater, supply, watchdog);
  CHECK(loop.pass(1000) == MainLoop::Next::listen);
  REQUIRE(world.send(world.make_image(2)));
  CHECK(loop.pass(1999) == MainLoop::Next::listen);
  CHECK(loop.pass(2000) == MainLoop::Next::restart);
}

}  // namespace greentill::test::main_loop_test
