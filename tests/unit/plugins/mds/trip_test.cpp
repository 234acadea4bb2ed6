// SPDX-License-Identifier: Apache-2.0
#include "plugins/mds/trip.hpp"

#include <doctest/doctest.h>

#include "tests/unit/plugins/mds/samples.hpp"

namespace greentill::mds {
namespace {

using namespace test;

TEST_CASE("mds trip: of all that the 1.2 schema has, its ids, times, mode and metres alone go on") {
  const std::string secret = "Jo Rider";
  const std::string full = trip(R"("provider_name":")" + secret + R"(","device_id":"00000000-0000-4000-8000-00000000dddd",)" +
                                R"("vehicle_id":")" + secret + R"(","trip_duration":600,"trip_distance":2100,)" + kTimes + "," +
                                kBicycle + R"(,"accuracy":15,"publication_time":1530000700000,"parking_verification_url":")" +
                                secret + R"(","standard_cost":500,"actual_cost":520,"currency":null,)" + route(kMeridian));
  const Read all = read_page(page1(full));
  REQUIRE(all.seen == Seen{"bike.shared 1530000000+600 m.track=2100"});
  const plugin::Transaction& t = all.transactions[0];
  CHECK(t.issuer == kProvider);
  CHECK(t.event_id == kTrip);
  CHECK(t.kind == GT_KIND_TRIP);
  CHECK(t.attributes.empty());
  CHECK(t.lines.empty());
  CHECK(t.evidence.empty());
}

TEST_CASE("mds trip: the distance is the given one, else the track's, else that between the ends, and its key says which") {
  const std::string base = kTimes + "," + kBicycle + ",";
  const std::string from = "bike.shared 1530000000+600 ";
  CHECK(one(base + R"("trip_distance":2043)") == from + "m.track=2043");
  CHECK(one(base + R"("trip_distance":2043.9)") == from + "m.track=2043");
  CHECK(one(base + R"("trip_distance":0,)" + route(kMeridian)) == from + "m.track=0");
  CHECK(one(base + route(kMeridian)) == from + "m.track=2223");
  CHECK(one(base + R"("trip_distance":null,)" + route(kMeridian)) == from + "m.track=2223");
  const std::string quay = "60.170000";
  const std::string fort = "60.180000";
  // There and back to the same dock.
  CHECK(one(base + route(point("1530000000000", "24.940000", quay) + "," + point("1530000300000", "24.940000", fort) + "," +
                         point("1530000600000", "24.940000", quay))) == from + "m.track=2223");
  // Points that are not in the order of time make no track: the earliest and the latest remain.
  CHECK(one(base + route(point("1530000600000", "24.940000", "60.190000") + "," + point("1530000000000", "24.940000", quay) +
                         "," + point("1530000300000", "24.940000", fort))) == from + "m.stations=2223");
  CHECK(one(base + route(point("1530000000000", "24.940000", quay))) ==
        "trip 1: it has no distance, no route of two points, and no places of begin and end");
}

TEST_CASE("mds trip: 2.0 has places of begin and end, and its vehicle elsewhere") {
  const auto device = [](const std::string& id) { return R"("device_id":")" + id + "\","; };
  const std::string places =
      R"("start_location":{"lat":60.170000,"lng":24.940000,"altitude":3},"end_location":{"lat":60.180000,"lng":24.940000},)";
  CHECK(one2(device(kBike) + R"("distance":1500,)" + kTimes) == "bike.shared 1530000000+600 m.track=1500");
  CHECK(one2(device(kEbike) + places + kTimes) == "ebike.shared 1530000000+600 m.stations=1111");
  CHECK(one2(device(kEbike) + places + R"("distance":7,)" + kTimes) == "ebike.shared 1530000000+600 m.track=7");
  CHECK(one2(device("00000000-0000-4000-8000-000000000bff") + R"("distance":7,)" + kTimes) ==
        "trip 1: its device is not in the file of vehicles");
  CHECK(one2(R"("distance":7,)" + kTimes) == "trip 1: its device is not in the file of vehicles");
}

TEST_CASE("mds trip: times are whole milliseconds, and nothing else") {
  const auto times = [](const std::string& start, const std::string& end) {
    return one(R"("start_time":)" + start + R"(,"end_time":)" + end + "," + kBicycle + R"(,"trip_distance":1)");
  };
  const std::string wrong_start = "trip 1: start_time must be whole milliseconds since 1970, and after 2017";
  CHECK(times("1529968782421", "1529968999999") == "bike.shared 1529968782+217 m.track=1");
  CHECK(times("1529968782421.0", "1529968782421") == "bike.shared 1529968782+0 m.track=1");
  CHECK(times("1529968782", "1529968999") == wrong_start);  // seconds
  CHECK(times("1529968782421.5", "1529968999999") == wrong_start);
  CHECK(times("1.53e12", "1529968999999") == wrong_start);
  CHECK(times("-1529968782421", "1529968999999") == wrong_start);
  CHECK(times("\"2018-06-25T23:19:42Z\"", "1529968999999") == "trip 1: start_time must be a number");
  CHECK(times("true", "1529968999999") == "trip 1: start_time must be a number");
  CHECK(times("1529968782421", "9999999999999999") == "trip 1: end_time must be whole milliseconds since 1970, and after 2017");
  CHECK(times("1529968999999", "1529968782421") == "trip 1: end_time is before start_time");
  CHECK(times("null", "1529968999999") == "trip 1: it has no start_time");
  CHECK(times("1529968782421", "null") == "trip 1: it has no end_time: it is not over");
}

TEST_CASE("mds trip: what it must have, and what it may not; the next one is read nevertheless") {
  const std::string base = kTimes + "," + kBicycle;
  const std::string rest = base + R"(,"trip_distance":1)";
  const auto whole = [](const std::string& object) { return read_page(page1(object)).seen; };
  CHECK(whole("{" + rest + "}") == Seen{"trip 1: it has no provider_id that is a UUID"});
  CHECK(whole(R"({"provider_id":")" + kProvider + "\"," + rest + "}") == Seen{"trip 1: it has no trip_id that is a UUID"});
  CHECK(one(base + R"(,"trip_distance":-5)") == "trip 1: trip_distance must be a number of metres");
  CHECK(one(base + R"(,"trip_distance":"2 km")") == "trip 1: trip_distance must be a number");
  CHECK(one(base + R"(,"trip_distance":1,"trip_distance":2)") == "trip 1: a key stands twice");
  CHECK(one(base + "," +
            route(point("1530000000000", "24.940000", "60.170000") + "," + point("1530000300000", "200", "60.180000"))) ==
        "trip 1: a point of its route has no coordinates on the globe");
  CHECK(one(base + "," + route(point("1530000000", "24.940000", "60.170000"))) ==
        "trip 1: a point of its route has no timestamp in milliseconds");
  CHECK(whole("7," + trip(rest) + ",[]") ==
        Seen{"trip 1: it is no object", "bike.shared 1530000000+600 m.track=1", "trip 3: it has no provider_id that is a UUID"});
}

TEST_CASE("mds trip: vehicle and propulsion are the mode") {
  const auto mode = [](const std::string& type, const std::string& propulsion) {
    const std::string seen =
        one(kTimes + R"(,"vehicle_type":")" + type + R"(","propulsion_types":)" + propulsion + R"(,"trip_distance":1)");
    return seen.substr(0, seen.find(" 1530000000"));
  };
  const auto none = [](const std::string& vehicle) {
    return "trip 1: a vehicle '" + vehicle + "' has no mode: name it under [modes], if it should have one";
  };
  CHECK(mode("bicycle", R"(["human"])") == "bike.shared");
  CHECK(mode("bicycle", R"(["electric_assist"])") == "ebike.shared");
  CHECK(mode("bicycle", R"(["human","electric_assist"])") == "ebike.shared");
  CHECK(mode("bicycle", R"(["electric_assist","human"])") == "ebike.shared");
  CHECK(mode("cargo_bicycle", R"(["electric"])") == "ebike.shared");
  CHECK(mode("scooter", R"(["electric"])") == "scooter.shared");
  CHECK(mode("scooter_standing", R"(["electric"])") == "scooter.shared");
  CHECK(mode("moped", R"(["electric"])") == "moped.shared");
  CHECK(mode("car", R"(["combustion","electric"])") == "car.shared");
  CHECK(mode("bicycle", R"(["combustion"])") == none("bicycle/combustion"));
  CHECK(mode("bicycle", R"(["human","rocket"])") == none("bicycle/unknown"));
  CHECK(mode("bicycle", "[]") == none("bicycle/unknown"));
  CHECK(mode("delivery_robot", R"(["electric"])") == none("delivery_robot/electric"));
  CHECK(mode("Jo's bike", R"(["human"])") == "trip 1: its vehicle has no mode: name it under [modes], if it should have one");
}

TEST_CASE("mds trip: other names for MDS's kinds of vehicles are the same kinds") {
  const auto mode = [](const std::string& type, const std::string& propulsion) {
    const std::string seen =
        one(kTimes + R"(,"vehicle_type":")" + type + R"(","propulsion_types":)" + propulsion + R"(,"trip_distance":1)");
    return seen.substr(0, seen.find(" 1530000000"));
  };
  for (const char* type :
       {"electric_scooter", "Electric Scooter", "e-scooter", "escooter", "electric_kick_scooter", "kick_scooter"}) {
    CAPTURE(type);
    CHECK(mode(type, R"(["electric"])") == "scooter.shared");
  }
  CHECK(mode("e-bike", "[]") == "ebike.shared");
  CHECK(mode("electric_bike", R"(["human"])") == "ebike.shared");
  CHECK(mode("bike", R"(["human"])") == "bike.shared");
  CHECK(Vehicle::parse("electric_scooter").is_known());
  CHECK(Vehicle::parse("e-bike/human").name() == "bicycle/electric");
  CHECK(!Vehicle::parse("bicycle").is_known());
  CHECK(!Vehicle::parse("e-bike/steam").is_known());
}

TEST_CASE("mds trip: the operator's own rides say so, and where nobody can tell who rode, the trip is doubtful") {
  const std::string base = kTimes + "," + kBicycle + R"(,"trip_distance":1500,"trip_type":)";
  const std::string ride = "bike.shared 1530000000+600 m.track=1500";
  for (const char* type : {"\"rider\"", "\"private\"", "\"shared\"", "\"Rider\"", "null", "\"\""}) {
    CAPTURE(type);
    const Read all = read_page(page1(trip(base + type)));
    CHECK(all.seen == Seen{ride});
    REQUIRE(all.transactions.size() == 1);
    CHECK(all.transactions[0].standing == GT_FINAL);
  }
  for (const char* type :
       {"rebalance", "maintenance", "empty", "reservation", "delivery", "return", "advertising", "mapping", "roaming"}) {
    CAPTURE(type);
    const std::string own = "trip 1: left out: it is the operator's own ride: its trip_type is '" + std::string(type) + "'";
    CHECK(one(base + "\"" + type + "\"") == own);
    CHECK(one(base + "[\"rider\",\"" + type + "\"]") == own);
  }
  CHECK(one(base + "\"Rebalance\"") == "trip 1: left out: it is the operator's own ride: its trip_type is 'rebalance'");
  for (const char* type : {"\"joyride\"", "7", "true", R"({"of":"rider"})", R"(["rider",1])"}) {
    CAPTURE(type);
    const Read all = read_page(page1(trip(base + type)));
    REQUIRE(all.transactions.size() == 1);
    CHECK(all.transactions[0].standing == GT_DOUBTFUL);
    CHECK(all.transactions[0].remark == "its trip_type is none of MDS's: whether a customer rode is not known");
  }
  CHECK(one(base + R"("private","fare_attributes":{"payment_type":"test"})") ==
        "trip 1: left out: it is the operator's own ride: its payment_type is 'test'");
  CHECK(one(base + R"("private","fare_attributes":{"payment_type":"cash"})") == ride);
}

TEST_CASE("mds trip: one bad trip, or one bad point of a route, spoils nothing beside it") {
  const std::string base = kTimes + "," + kBicycle;
  const std::string bad_point = point("1530000300000", "200", "60.180000");
  const std::string from = "bike.shared 1530000000+600 ";
  CHECK(one(base + R"(,"trip_distance":2043,)" + route(kMeridian + "," + bad_point)) == from + "m.track=2043");
  CHECK(one(base + "," +
            route(point("1530000000000", "24.940000", "60.170000") + "," + bad_point + "," +
                  point("1530000600000", "24.940000", "60.180000"))) == from + "m.track=1111");
  CHECK(one(base + R"(,"end_location":{"lat":60.180000,"lng":24.940000},"start_location":{"lat":60.170000,"lng":24.940000},)" +
            route(bad_point)) == from + "m.stations=1111");
  const Seen seen = read_page(page1(trip(base + R"(,"trip_distance":1)") + "," + trip(base) + ",null," +
                                    trip(base + R"(,"trip_distance":1,"trip_type":"maintenance")") + "," +
                                    trip(base + R"(,"trip_distance":2)")))
                        .seen;
  CHECK(seen == Seen{from + "m.track=1", "trip 2: it has no distance, no route of two points, and no places of begin and end",
                     "trip 3: it is no object", "trip 4: left out: it is the operator's own ride: its trip_type is 'maintenance'",
                     from + "m.track=2"});
}

TEST_CASE("mds trip: places that were rounded make the least that can have been ridden, by how the numbers are written") {
  const std::string base = kTimes + "," + kBicycle + ",";
  const std::string from = "bike.shared 1530000000+600 ";
  const auto between = [&](const std::string& lat1, const std::string& lng1, const std::string& lat2, const std::string& lng2) {
    return one(base + R"("start_location":{"lat":)" + lat1 + R"(,"lng":)" + lng1 + R"(},"end_location":{"lat":)" + lat2 +
               R"(,"lng":)" + lng2 + "}");
  };
  CHECK(between("60.17", "24.94", "60.18", "24.94") == from + "m.stations=0");
  CHECK(between("60.17", "24.94", "60.19", "24.94") == from + "m.stations=1111");
  CHECK(between("60.170", "24.940", "60.180", "24.940") == from + "m.stations=1000");
  CHECK(between("60.17", "24.941", "60.18", "24.941") == from + "m.stations=1000");  // a zero was left out
  CHECK(between("60", "24", "61", "24") == from + "m.stations=0");
  CHECK(between("6.017e1", "24.94", "6.019e1", "24.94") == from + "m.stations=1111");
  // A track of such points: near ones say nothing, far ones do.
  std::string points;
  for (int i = 0; i <= 400; ++i) {
    const int thousandths = 60'000 + i;
    points += (i > 0 ? "," : "") +
              point(std::to_string(1530000000000 + i), "24.940",
                    std::to_string(thousandths / 1000) + "." + std::to_string(1000 + thousandths % 1000).substr(1));
  }
  // 400 steps of a thousandth, 44,478 m: counted every tenth of them, of which nine are sure, the last time up to the end.
  const std::string track = one(base + route(points));
  REQUIRE(track.starts_with(from + "m.track="));
  const int metres = std::stoi(track.substr((from + "m.track=").size()));
  CHECK(metres <= 44'478);
  CHECK(metres >= 44'478 * 8 / 10);
}

TEST_CASE("mds trip: one that stands in two pages is one event, in whatever case its ids are written") {
  const std::string fields = kTimes + "," + kBicycle + R"(,"trip_distance":1)";
  std::string upper = page1(trip(fields));
  upper.replace(upper.find(kTrip), kTrip.size(), "AAAAAAAA-BBBB-4CCC-8DDD-EEEEEEEEEEEE");
  for (const std::string& page : {page1(trip(fields)), upper, page2(trip(kTimes + "," + kBicycle + R"(,"distance":1)"))}) {
    const Read all = read_page(page);
    REQUIRE(all.transactions.size() == 1);
    CHECK(all.transactions[0].issuer == kProvider);
    CHECK(all.transactions[0].event_id == kTrip);
  }
}

}  // namespace
}  // namespace greentill::mds
