// SPDX-License-Identifier: Apache-2.0
#include "plugins/mds/page.hpp"

#include <doctest/doctest.h>

#include "tests/unit/plugins/mds/samples.hpp"

namespace greentill::mds {
namespace {

using namespace test;

const std::string kGood = trip(kTimes + "," + kBicycle + R"(,"trip_distance":1)");
const std::string kTaken = "bike.shared 1530000000+600 m.track=1";

TEST_CASE("mds page: 1.x and 2.x are told apart by version and shape, wherever the version stands") {
  const std::string disagree = "failed: its 'version' and where its list stands do not agree";
  CHECK(read_page(page1(kGood)).seen == Seen{kTaken});
  CHECK(read_page(page2(kGood)).seen == Seen{kTaken});
  CHECK(read_page(R"({"data":{"trips":[)" + kGood + R"(]},"version":"1.2.0"})").seen == Seen{kTaken});
  CHECK(read_page(R"({"trips":[)" + kGood + R"(],"links":{"next":null},"version":"2.0.2"})").seen == Seen{kTaken});
  CHECK(read_page("[" + kGood + "]").seen == Seen{kTaken});  // what agency /trips of 2.x takes
  CHECK(read_page(R"({"version":"2.0.0","data":{"trips":[)" + kGood + "]}}").seen == Seen{disagree});
  CHECK(read_page(R"({"version":"1.2.0","trips":[)" + kGood + "]}").seen == Seen{disagree});
  CHECK(read_page(R"({"trips":[)" + kGood + R"(],"version":"1.2.0"})").seen == Seen{kTaken, disagree});
  CHECK(read_page(R"({"trips":[)" + kGood + "]}").seen == Seen{kTaken, "failed: it has no 'version'"});
  for (const char* version : {"\"x.y.z\"", "\"3.0\"", "\"0.4.1\"", "\"1\"", "1.2", "null", "\"12.0\""}) {
    CAPTURE(std::string(version));
    CHECK(read_page(R"({"version":)" + std::string(version) + R"(,"trips":[]})").seen ==
          Seen{"failed: its 'version' is none of MDS 1.x and 2.x"});
  }
  CHECK(read_page(R"({"version":"2.0.0","trips":[],"events":[]})").seen ==
        Seen{"failed: it has more than one list of trips or events"});
  CHECK(read_page(R"({"version":"1.2.0","version":"1.2.0"})").seen == Seen{"failed: its 'version' stands twice"});
}

TEST_CASE("mds page: an empty one, with links to the others, is good") {
  CHECK(read_page(page1("")).seen.empty());
  CHECK(read_page(R"({"version":"1.2.0","data":{"trips":[]},"links":{"first":"https://a.test","prev":null,"next":null}})")
            .seen.empty());
  CHECK(read_page("[]").seen.empty());
}

TEST_CASE("mds page: one that breaks off keeps the trips before, names the byte and says nothing of the text") {
  const Seen seen = read_page(R"({"version":"1.2.0","data":{"trips":[)" + kGood + R"(,{"provider_id":"secret)").seen;
  REQUIRE(seen.size() == 2);
  CHECK(seen[0] == kTaken);
  CHECK(seen[1].find("failed: byte ") == 0);
  CHECK(seen[1].find("secret") == std::string::npos);
}

TEST_CASE("mds page: a route and a page of any length, in any pieces, give the same") {
  std::string points;
  for (int i = 0; i < 5000; ++i) {
    points += (i > 0 ? "," : "") + point(std::to_string(1530000000000 + i), "24.940000", i % 2 == 0 ? "60.170000" : "60.180000");
  }
  std::string trips = trip(kTimes + "," + kBicycle + "," + route(points));
  for (int i = 0; i < 20; ++i) trips += ",\n " + trip(kTimes + "," + kBicycle + R"(,"trip_distance":)" + std::to_string(i));
  const Seen whole = read_page(page1(trips)).seen;
  REQUIRE(whole.size() == 21);
  // 4999 steps of 1111.950 m, each rounded down to millimetres.
  CHECK(whole[0] == "bike.shared 1530000000+600 m.track=5558638");
  CHECK(whole[20] == "bike.shared 1530000000+600 m.track=19");
  CHECK(read_page(page1(trips), 1).seen == whole);
  CHECK(read_page(page1(trips), 4093).seen == whole);
}

TEST_CASE("mds page: a trip is put together from its events where a page has its begin and its end, in either order") {
  const std::string start = event1("trip_start", "1530000000000", "60.170000");
  const std::string end = event1("trip_end", "1530000600000", "60.180000");
  const Seen expected{"bike.shared 1530000000+600 m.stations=1111"};
  const Read all = read_page(changes(start + "," + event1("located", "1530000100000", "60.300000") + "," + end));
  CHECK(all.seen == expected);
  REQUIRE(all.transactions.size() == 1);
  CHECK(all.transactions[0].issuer == kProvider);
  CHECK(all.transactions[0].event_id == kTrip);  // as in /trips: counted once
  CHECK(read_page(changes(end + "," + start)).seen == expected);
  CHECK(read_page(R"({"version":"2.0.0","events":[)" + event2(R"("comms_restored","trip_start")", "1530000000000", "60.170000") +
                  "," + event2(R"("trip_end")", "1530000600000", "60.180000") + "]}")
            .seen == Seen{"ebike.shared 1530000000+600 m.stations=1111"});
}

TEST_CASE("mds page: events that make no trip say why, once the page is over") {
  const std::string other = "bbbbbbbb-bbbb-4ccc-8ddd-eeeeeeeeeeee";
  const std::string start = event1("trip_start", "1530000000000", "60.170000");
  const std::string late = event1("trip_start", "1530000600000", "60.170000");
  CHECK(read_page(changes(start + "," + event1("trip_end", "1530000600000", "60.180000", other))).seen ==
        Seen{"event 1: the page has no end of its trip", "event 2: the page has no begin of its trip"});
  CHECK(read_page(changes(start + "," + start)).seen ==
        Seen{"event 2: its trip began before", "event 1: the page has no end of its trip"});
  CHECK(read_page(changes(late + "," + event1("trip_end", "1530000000000", "60.170000"))).seen ==
        Seen{"event 2: its trip ends before it begins"});
  CHECK(read_page(changes(start + "," + event1("trip_end", "1530000600000", "99"))).seen ==
        Seen{"event 2: its trip has no places of begin and end"});
  CHECK(read_page(changes(event1("trip_start", "1530000000", "60.170000"))).seen ==
        Seen{"event 1: its time must be whole milliseconds since 1970, and after 2017"});
  CHECK(read_page(changes(event1("trip_start", "1530000000000", "60.170000", "x"))).seen ==
        Seen{"event 1: a trip's id is no UUID, or there are more than 64"});
  CHECK(read_page(changes("7," + event1("located", "1530000000000", "60.170000"))).seen.empty());
}

TEST_CASE("mds page: a trip whose events say that the operator had to do with it is doubtful") {
  const std::string start = event1("trip_start", "1530000000000", "60.170000");
  const std::string end = event1("trip_end", "1530000600000", "60.180000");
  const auto standing = [](const std::string& events) {
    const Read all = read_page(changes(events));
    REQUIRE(all.transactions.size() == 1);
    CHECK(all.transactions[0].remark.empty() == (all.transactions[0].standing == GT_FINAL));
    return all.transactions[0].standing;
  };
  CHECK(standing(start + "," + end) == GT_FINAL);
  for (const char* type : {"rebalance_pick_up", "maintenance_pick_up", "maintenance", "provider_drop_off", "agency_pick_up"}) {
    CAPTURE(type);
    const std::string both = std::string(type) + R"(","trip_)";
    CHECK(standing(event1(both + "start", "1530000000000", "60.170000") + "," + end) == GT_DOUBTFUL);
    CHECK(standing(start + "," + event1(both + "end", "1530000600000", "60.180000")) == GT_DOUBTFUL);
    CHECK(standing(start + "," + event1(type, "1530000300000", "60.170000") + "," + end) == GT_DOUBTFUL);
    CHECK(standing(end + "," + event1(type, "1530000300000", "60.170000") + "," + start) == GT_DOUBTFUL);
    CHECK(standing(event1(type, "1530000300000", "60.170000", "bbbbbbbb-bbbb-4ccc-8ddd-eeeeeeeeeeee") + "," + start + "," +
                   end) == GT_FINAL);
  }
  const std::string own = R"({"trip_type":"rebalance",)" + end.substr(1);
  CHECK(read_page(changes(start + "," + own)).seen ==
        Seen{"event 2: left out: it is the operator's own ride: its trip_type is 'rebalance'"});
  CHECK(read_page(changes(R"({"trip_type":"maintenance",)" + start.substr(1) + "," + end)).seen ==
        Seen{"event 2: left out: it is the operator's own ride: its trip_type is 'maintenance'"});
}

TEST_CASE("mds page: a cancelled trip takes back what was claimed for it, and its begin is forgotten") {
  const Read all = read_page(
      changes(event1("trip_start", "1530000000000", "60.170000") + "," + event1("trip_cancel", "1530000060000", "60.170000")));
  CHECK(all.seen == Seen{"cancelled " + kTrip + " 1530000060"});
  REQUIRE(all.transactions.size() == 1);
  const plugin::Transaction& t = all.transactions[0];
  CHECK(t.issuer == kProvider);
  CHECK(t.event_id == kTrip + "/cancelled");
  CHECK(t.reversal_reason == GT_CANCELLED);
  CHECK(t.quantities.empty());
}

TEST_CASE("mds page: other pages of MDS, and what is none, fail by name") {
  const auto failure = [](const std::string& text) {
    const Seen seen = read_page(text).seen;
    return seen.size() == 1 ? seen[0] : "";
  };
  const auto holds = [](const std::string& what) {
    return "failed: it holds '" + what + "' of MDS, of which no trip can be made";
  };
  CHECK(failure(R"({"version":"2.0.0","vehicles":[]})") == holds("vehicles"));
  CHECK(failure(R"({"version":"2.0.0","telemetry":[{"trip_ids":["x"]}]})") == holds("telemetry"));
  CHECK(failure(R"({"data":[{"device_id":"x","gps":{}}]})") == holds("telemetry"));
  CHECK(failure(R"({"version":"1.2.0","data":{"vehicles":[]}})") == holds("vehicles"));
  CHECK(failure(R"({"type":"Feature"})") == "failed: it is no page of trips or events of MDS");
  CHECK(failure("{}") == "failed: it is no page of trips or events of MDS");
  CHECK(failure("") == "failed: byte 0: an object must stand here");
  CHECK(failure("7") == "failed: byte 0: an object must stand here");
}

}  // namespace
}  // namespace greentill::mds
