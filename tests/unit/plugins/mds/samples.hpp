// SPDX-License-Identifier: Apache-2.0
// Trips and events of our own making, in the shapes of MDS 1.2 and 2.0.
#pragma once

#include <string>

#include "tests/unit/plugins/mds/reading.hpp"

namespace greentill::mds::test {

inline const std::string kProvider = "11111111-2222-4333-8444-555555555555";
inline const std::string kTrip = "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee";
inline const std::string kIds = R"("provider_id":")" + kProvider + R"(","trip_id":")" + kTrip + "\"";
inline const std::string kTimes = R"("start_time":1530000000000,"end_time":1530000600999)";
inline const std::string kBicycle = R"("vehicle_type":"bicycle","propulsion_types":["human"])";

inline std::string point(const std::string& ms, const std::string& lng, const std::string& lat) {
  return R"({"type":"Feature","properties":{"timestamp":)" + ms +
         R"(,"stop_id":"x"},"geometry":{"type":"Point","coordinates":[)" + lng + "," + lat + "]}}";
}
inline std::string route(const std::string& points) {
  return R"("route":{"type":"FeatureCollection","features":[)" + points + "]}";
}
/// Three points on a meridian, a hundredth of a degree apart: 1111.950 m each.
inline const std::string kMeridian = point("1530000000000", "24.940000", "60.170000") + "," +
                                     point("1530000300000", "24.940000", "60.180000") + "," +
                                     point("1530000600999", "24.940000", "60.190000");

/// A trip with what is given beside its ids.
inline std::string trip(const std::string& fields) { return "{" + kIds + "," + fields + "}"; }
inline std::string page1(const std::string& trips) { return R"({"version":"1.2.0","data":{"trips":[)" + trips + "]}}"; }
inline std::string page2(const std::string& trips) { return R"({"version":"2.0.0","trips":[)" + trips + "]}"; }

/// What one trip of 1.2, or of 2.0, is read as.
inline std::string one(const std::string& fields) {
  const Seen seen = read_page(page1(trip(fields))).seen;
  REQUIRE(seen.size() == 1);
  return seen[0];
}
inline std::string one2(const std::string& fields) {
  const Seen seen = read_page(page2(trip(fields))).seen;
  REQUIRE(seen.size() == 1);
  return seen[0];
}

inline std::string event1(const std::string& type, const std::string& ms, const std::string& lat, const std::string& of = kTrip) {
  return R"({"provider_id":")" + kProvider + R"(","device_id":")" + kBike + R"(","vehicle_id":"7",)" + kBicycle +
         R"(,"vehicle_state":"on_trip","event_types":[")" + type + R"("],"event_time":)" + ms + R"(,"event_location":)" +
         point(ms, "24.940000", lat) + R"(,"trip_id":")" + of + "\"}";
}
inline std::string changes(const std::string& events) {
  return R"({"version":"1.2.0","data":{"status_changes":[)" + events + "]}}";
}
inline std::string event2(const std::string& types, const std::string& ms, const std::string& lat) {
  return R"({"provider_id":")" + kProvider + R"(","device_id":")" + kEbike + R"(","event_types":[)" + types +
         R"(],"timestamp":)" + ms + R"(,"location":{"lat":)" + lat + R"(,"lng":24.940000},"trip_ids":[")" + kTrip + "\"]}";
}

}  // namespace greentill::mds::test
