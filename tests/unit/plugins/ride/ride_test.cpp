// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/plugins/detector_bench.hpp"

namespace greentill::detect {
namespace {

using namespace test;

event::Transaction trip(const std::string& mode, std::vector<event::QuantityValue> quantities) {
  event::Transaction transaction;
  transaction.issuer = "dock";
  transaction.event_id = "1";
  transaction.kind = event::TransactionKind::trip;
  transaction.begin = 1'760'000'000;
  transaction.end = 1'760'000'600;
  transaction.mode = mode;
  transaction.quantities = std::move(quantities);
  return transaction;
}

Shown found(const event::Transaction& transaction, const std::string& configuration = {}) {
  return shown(DetectorBench(own_plugin("ride"), configuration).detect(transaction));
}

TEST_CASE("ride: each mode it knows is an activity of its own, and no other mode is one") {
  const std::vector<event::QuantityValue> measured{{"m.odometer", 2043}};
  CHECK(found(trip("bike.shared", measured)) == Shown{"ride.bike.shared m.odometer=2043"});
  CHECK(found(trip("ebike.shared", measured)) == Shown{"ride.ebike.shared m.odometer=2043"});
  CHECK(found(trip("metro", measured)) == Shown{"ride.metro m.odometer=2043"});
  CHECK(found(trip("bus", measured)) == Shown{"ride.bus m.odometer=2043"});
  CHECK(found(trip("rail.intercity", measured)) == Shown{"ride.rail.intercity m.odometer=2043"});
  CHECK(found(trip("walk", measured)) == Shown{"ride.walk m.odometer=2043"});
  for (const char* mode : {"", "car", "scooter.shared", "bike", "Bike.Shared", "bike.shared ", "ride.bus", "rail", "walking"}) {
    CAPTURE(mode);
    CHECK(found(trip(mode, measured)).empty());
  }
}

TEST_CASE("ride: what another device signed of the trip stays with the act") {
  event::Transaction transaction = trip("bike.shared", {{"m.odometer", 2043}});
  transaction.evidence = {1, 2, 3};
  const auto acts = DetectorBench(own_plugin("ride"), {}).detect(transaction);
  REQUIRE(acts.size() == 1);
  CHECK(acts[0].evidence == transaction.evidence);
}

TEST_CASE("ride: only a trip is a ride, whatever else names a mode") {
  event::Transaction transaction = trip("bus", {{"m.track", 5000}});
  for (const auto kind : {event::TransactionKind::sale, event::TransactionKind::ticket, event::TransactionKind::bill,
                          event::TransactionKind::charge}) {
    transaction.kind = kind;
    CHECK(found(transaction).empty());
  }
}

TEST_CASE("ride: what was measured is passed on as it is, in its order, with where it was read") {
  CHECK(found(trip("metro", {{"m.track", 5100}, {"s", 600}, {"m.stations", 4800}})) ==
        Shown{"ride.metro m.track=5100 s=600 m.stations=4800"});
  CHECK(found(trip("bus", {{"furlongs", 7}})) == Shown{"ride.bus furlongs=7"});
  // Nothing moved, there and back to one dock, longer than anyone rides: the methodology decides what that is worth.
  CHECK(found(trip("bike.shared", {{"m.odometer", 0}, {"s", 38}})) == Shown{"ride.bike.shared m.odometer=0 s=38"});
  CHECK(found(trip("bike.shared", {{"m.stations", 0}})) == Shown{"ride.bike.shared m.stations=0"});
  CHECK(found(trip("bike.shared", {{"m.odometer", INT64_MAX}})) == Shown{"ride.bike.shared m.odometer=9223372036854775807"});
}

TEST_CASE("ride: a trip that says nothing of its length is no act") { CHECK(found(trip("bike.shared", {})).empty()); }

TEST_CASE("ride: more quantities than an activity holds are a fault, not a claim of a part of them") {
  DetectorBench bench(own_plugin("ride"), "");
  std::vector<event::QuantityValue> many;
  for (int i = 0; i < 8; ++i) many.push_back({"u" + std::to_string(i), i});
  CHECK(bench.detect(trip("bus", many)).size() == 1);
  many.push_back({"u8", 8});
  CHECK(bench.detect(trip("bus", many)).empty());
  CHECK(bench.status().faults == 1);
  CHECK(bench.detect(trip("bus", {{"s", 1}})).size() == 1);
}

TEST_CASE("ride: the configuration adds modes, renames activities and takes modes out") {
  const std::string configuration =
      "[activities]\n\"scooter.shared\" = \"ride.scooter.shared\"\nbus = \"ride.night-bus\"\nmetro = \"\"\n";
  const std::vector<event::QuantityValue> measured{{"m.track", 900}};
  CHECK(found(trip("scooter.shared", measured), configuration) == Shown{"ride.scooter.shared m.track=900"});
  CHECK(found(trip("bus", measured), configuration) == Shown{"ride.night-bus m.track=900"});
  CHECK(found(trip("metro", measured), configuration).empty());
  CHECK(found(trip("bike.shared", measured), configuration) == Shown{"ride.bike.shared m.track=900"});
}

TEST_CASE("ride: a wrong configuration is refused with its line and key") {
  const auto error = [](const std::string& configuration) { return DetectorBench(own_plugin("ride"), configuration).error(); };
  CHECK(error("[activity]\nbus = \"x\"\n") ==
        "detector 'ride': ride:1:1: key 'activity' is not known here; did you mean 'activities'?");
  CHECK(error("[activities]\nbus = 7\n") == "detector 'ride': ride:2:7: key 'activities.bus' must be a text in quotes");
  // A mode's point, not in quotes, makes a table.
  CHECK(error("[activities]\nbike.shared = \"x\"\n").find("key 'activities.bike' must be a text in quotes") != std::string::npos);
  CHECK(error("[activities]\nbus = \"" + std::string(33, 'x') + "\"\n") ==
        "detector 'ride': ride:2:7: key 'activities.bus' must be at most 32 bytes");
  CHECK(error("[activities").find("detector 'ride': ride:1:") == 0);
  CHECK(error("activities = 1\n") == "detector 'ride': ride:1:14: key 'activities' must be a table");
}

}  // namespace
}  // namespace greentill::detect
