// SPDX-License-Identifier: Apache-2.0
#include "plugins/dock/ride.hpp"

#include <doctest/doctest.h>

#include "tests/unit/firmware/lock_fixture.hpp"

namespace greentill::dock::ride_test {
namespace {

using greentill::test::LockFixture;
constexpr std::int64_t kNow = 1'790'000'000;

Ride ride_of(LockFixture& world) {
  firmware::PublicPoint key{};
  REQUIRE(world.keys.export_public_key(key));
  auto ride = read_ride(world.ride_message(1), std::string(LockFixture::kId), key, 1);
  REQUIRE(ride.ok());
  return std::move(*ride);
}

std::string attribute(const plugin::Transaction& trip, const std::string& key) {
  for (const auto& one : trip.attributes) {
    if (one.key == key) return one.value;
  }
  return {};
}

}  // namespace

TEST_CASE("dock ride: a ride becomes a trip with its metres, its time and the lock's message as evidence") {
  LockFixture world;
  world.provision();
  claim::Nonce nonce{};
  REQUIRE(world.lock->ask_time(nonce));
  REQUIRE(world.lock->set_time(world.time(nonce, kNow)) == firmware::Lock::Taken::yes);
  world.ride(100);
  const Ride ride = ride_of(world);
  const auto trip = transaction_of(ride, "lock-0042", "bike.shared", end_of(ride, std::nullopt, kNow + 900));
  CHECK(trip.issuer == "lock-0042");
  CHECK(trip.event_id == "1");
  CHECK(trip.kind == GT_KIND_TRIP);
  CHECK(trip.mode == "bike.shared");
  CHECK(trip.standing == GT_FINAL);
  CHECK(trip.quantities.at(0).unit == "m.odometer");
  CHECK(trip.quantities.at(0).value == 210);
  CHECK(trip.quantities.at(1).unit == "s");
  CHECK(trip.quantities.at(1).value == 44);
  CHECK(trip.end == kNow + 44);
  CHECK(trip.begin == kNow);
  CHECK(trip.evidence == world.ride_message(1));
  CHECK_FALSE(trip.evidence_is_personal);
  CHECK(attribute(trip, "lock.clock") == "sure");
  CHECK(attribute(trip, "lock.ending") == "locked");
}

TEST_CASE("dock ride: where the lock's clock was not set, the dock dates the ride, by what it knows of that clock") {
  LockFixture world;
  world.provision();
  world.ride(100);
  Ride ride = ride_of(world);
  CHECK_FALSE(ride.is_dated());
  const std::int64_t said = ride.ended_at;
  CHECK(said < 100);
  // Seen in the same start, so many seconds behind.
  CHECK(end_of(ride, Behind{1, kNow - 500}, kNow) == said + kNow - 500);
  // Of another start nothing is known: it was ridden before now.
  CHECK(end_of(ride, Behind{2, 500}, kNow) == kNow);
  CHECK(end_of(ride, std::nullopt, kNow) == kNow);
  // A clock that ran before the power failed says the earliest time.
  ride.ended_at = kNow - 7'000;
  CHECK(end_of(ride, std::nullopt, kNow) == kNow - 7'000);
  CHECK(end_of(ride, Behind{1, 3'000}, kNow) == kNow - 4'000);
  CHECK(end_of(ride, Behind{1, 9'000}, kNow) == kNow);
  ride.ended_at = kNow + 100;
  CHECK(end_of(ride, Behind{1, 3'000}, kNow) == kNow + 100);
  const auto trip = transaction_of(ride, "lock-0042", "bike.shared", kNow);
  CHECK(trip.standing == GT_FINAL);
  CHECK(trip.end == kNow);
  CHECK(trip.begin == kNow - 44);
  CHECK(attribute(trip, "lock.dated_by") == "dock");
}

TEST_CASE("dock ride: another lock's, another ride and another key are told apart") {
  LockFixture world;
  world.provision();
  world.ride(3);
  firmware::PublicPoint key{};
  REQUIRE(world.keys.export_public_key(key));
  CHECK_FALSE(read_ride(world.ride_message(1), "lock-0043", key, 1).ok());
  CHECK_FALSE(read_ride(world.ride_message(1), "lock-0042", key, 2).ok());
  CHECK_FALSE(read_ride(world.ride_message(1), "lock-0042", world.programme_key, 1).ok());
  CHECK_FALSE(read_ride(world.ride_message(1), "lock-0042", {}, 1).ok());
  CHECK_FALSE(read_ride({}, "lock-0042", key, 1).ok());
  CHECK(read_ride(world.ride_message(1), "lock-0042", key, 1).ok());
}

}  // namespace greentill::dock::ride_test
