// SPDX-License-Identifier: Apache-2.0
// The source with its folder and the files beside it.
#include "plugins/mds/source.hpp"

#include <doctest/doctest.h>

#include "tests/unit/detect/fixture.hpp"
#include "tests/unit/plugins/common/folder/folder_bench.hpp"

namespace greentill::mds {
namespace {

using plugin::test::DropFolder;
using plugin::test::SmallHost;
using plugin::test::Texts;

std::string uuid_of(int number) {
  const std::string digits = std::to_string(number);
  return "00000000-0000-4000-8000-" + std::string(12 - digits.size(), '0') + digits;
}

std::string trip2(int number, int device) {
  return R"({"provider_id":")" + uuid_of(1) + R"(","device_id":")" + uuid_of(device) + R"(","trip_id":")" + uuid_of(number) +
         R"(","start_time":1530000000000,"end_time":1530000600000,"distance":900})";
}
std::string page2(const std::string& trips) { return R"({"version":"2.0.0","trips":[)" + trips + "]}"; }
std::string vehicles(int device) {
  return R"({"version":"2.0.0","vehicles":[{"device_id":")" + uuid_of(device) +
         R"(","vehicle_type":"bicycle","propulsion_types":["human"]}]})";
}

const std::string kStations2 =
    R"({"version":"2.3","last_updated":1,"ttl":60,"data":{"stations":[{"station_id":"x-1","name":"n","lat":60.17,"lon":24.94},)"
    R"({"station_id":"x-2","name":"n","lat":60.18,"lon":24.94}]}})";
const std::string kStations3 =
    R"({"version":"3.0","last_updated":"2023-07-17T13:34:13+02:00","ttl":60,"data":{"stations":[{"station_id":"x-3",)"
    R"("name":[{"text":"n","language":"en"}],"lat":60.17,"lon":24.94}]}})";

constexpr const char* kMapping = R"(
issuer = "city"
zone = "Etc/UTC"
begin = { column = "from", formats = ["%H:%M"] }
end = { column = "to", formats = ["%H:%M"] }
mode = { constant = "bike.shared" }
event_id = { column = "id" }
quantities = { "m.stations" = { stations = ["a", "b"] } }
)";

/// A folder with another one beside it, for the files that trips refer to.
struct Bench {
  DropFolder folder;
  DropFolder beside;
  SmallHost host;

  [[nodiscard]] std::string path(const std::string& name) const { return (beside.path() / name).string(); }
  [[nodiscard]] std::string with_mapping() const {
    beside.write("m.toml", kMapping);
    return "mapping = \"m\"\nmappings = \"" + beside.path().string() + "\"\n";
  }
  void start(const std::string& more) { host.start<MdsSource>(folder.configuration("once = true\n" + more)); }
  /// What came of the files that are there now.
  Texts run(const std::string& more) {
    host.kill();
    start(more);
    const std::size_t before = host.stored.size();
    REQUIRE(host.run());
    const Texts texts = host.texts();
    return {texts.begin() + static_cast<std::ptrdiff_t>(before), texts.end()};
  }
};

TEST_CASE("mds source: pages are taken once, and a trip has the same id in every page") {
  Bench bench;
  bench.folder.drop("a.json", page2(trip2(11, 5) + "," + trip2(12, 5)));
  bench.folder.drop("b.json", page2(trip2(12, 5) + ",{}"));
  bench.folder.drop("c.json", "{}");
  CHECK(bench.run("vehicle = \"bicycle/human\"\n") == Texts{uuid_of(11), uuid_of(12), uuid_of(12),
                                                            "b.json: trip 2: it has no provider_id that is a UUID",
                                                            "c.json: it is no page of trips or events of MDS"});
  CHECK(bench.folder.names("done") == Texts{"a.json", "b.json"});
  CHECK(bench.folder.names("failed") == Texts{"c.json", "c.json.reason.txt"});
}

TEST_CASE("mds source: the file of vehicles is read again when it changes, and a broken one leaves the old in force") {
  Bench bench;
  bench.beside.write("vehicles.json", vehicles(5));
  bench.folder.drop("a.json", page2(trip2(11, 5) + "," + trip2(12, 6)));
  bench.start("settle_ms = 0\nvehicles = \"" + bench.path("vehicles.json") + "\"\n");
  REQUIRE(bench.host.run());
  CHECK(bench.host.texts() == Texts{uuid_of(11), "a.json: trip 2: its device is not in the file of vehicles"});
  bench.beside.write("vehicles.json", vehicles(6) + " ");
  bench.folder.drop("b.json", page2(trip2(13, 6)));
  REQUIRE(bench.host.run());
  CHECK(bench.host.texts().back() == uuid_of(13));
  bench.beside.write("vehicles.json", "{");
  bench.folder.drop("c.json", page2(trip2(14, 6)));
  REQUIRE(bench.host.run());
  CHECK(bench.host.texts().back() == uuid_of(14));
  REQUIRE(!bench.host.logged.empty());
  CHECK(bench.host.logged.back().find("what it held before stays in force") != std::string::npos);
}

TEST_CASE("mds source: trips that say nothing of their vehicle, without anything that does, fail as a file") {
  Bench bench;
  bench.folder.drop("a.json", page2(trip2(11, 5)));
  CHECK(bench.run("") ==
        Texts{"a.json: its trips do not say what vehicle they were made with: name a file of vehicles, or one vehicle for all"});
  CHECK(bench.folder.names("failed") == Texts{"a.json", "a.json.reason.txt"});
}

TEST_CASE("mds source: a history with station ids, whose stations are read again when they change") {
  Bench bench;
  bench.beside.write("stations.json", kStations2);
  bench.folder.drop("a.csv", "id,from,to,a,b\n1,08:00,08:10,1,2\n2,08:00,08:10,1,3\n3,08:00,08:10,2,\n");
  bench.start("settle_ms = 0\n" + bench.with_mapping() + "station_prefix = \"x-\"\nstations = \"" + bench.path("stations.json") +
              "\"\n");
  REQUIRE(bench.host.run());
  CHECK(bench.host.texts() ==
        Texts{"1", "a.csv: line 3: column 'b': there is no station with its id", "a.csv: line 4: column 'b': is empty"});
  bench.beside.write("stations.json", kStations3);
  bench.folder.drop("b.csv", "id,from,to,a,b\n4,08:00,08:10,3,3\n");
  REQUIRE(bench.host.run());
  CHECK(bench.host.texts().back() == "4");
}

TEST_CASE("mds source: a station that is wrong is told with the file of stations, and the rides of the others are read") {
  Bench bench;
  bench.beside.write(
      "stations.json",
      R"({"version":"2.3","last_updated":1,"ttl":60,"data":{"stations":[{"station_id":"1","lat":60.17,"lon":24.94},)"
      R"({"station_id":"2","lat":60.18,"lon":24.94},{"station_id":"1","lat":60.17,"lon":24.94},)"
      R"({"station_id":"3","lat":60.1,"lon":24.9},{"station_id":"3","lat":60.2,"lon":24.9},{"station_id":"4"}]}})");
  bench.folder.drop("a.csv", "id,from,to,a,b\n1,08:00,08:10,1,2\n2,08:00,08:10,3,1\n3,08:00,08:10,1,4\n4,08:00,08:10,2,1\n");
  CHECK(bench.run(bench.with_mapping() + "stations = \"" + bench.path("stations.json") + "\"\n") ==
        Texts{"1", "a.csv: line 3: column 'a': its station stands twice, with two places",
              "a.csv: line 4: column 'b': its station has no place in the file of stations", "4"});
  const std::string file = bench.path("stations.json") + ": ";
  CHECK(bench.host.logged == Texts{file + "station 3: its station_id was there before",
                                   file + "station 5: its station_id was there before, with another place",
                                   file + "station 6: it has no lat and lon on the globe"});
}

TEST_CASE("mds source: stations that no customer uses are left out by what the file of stations calls them") {
  Bench bench;
  bench.beside.write(
      "stations.json",
      R"({"version":"3.0","last_updated":"2023-07-17T13:34:13Z","ttl":60,"data":{"stations":[)"
      R"({"station_id":"1","name":[{"text":"Quay","language":"en"},{"text":"Laituri","language":"fi"}],"lat":60.17,"lon":24.94},)"
      R"({"station_id":"2","name":[{"text":"Verstas","language":"fi"},{"text":"North Workshop","language":"en"}],"lat":60.18,"lon":24.94}]}})");
  const std::string with = bench.with_mapping();
  bench.beside.write("m.toml",
                     R"(leave_out = [{ columns = ["a", "b"], values = ["*workshop*", "99"] }])" + std::string(kMapping));
  bench.folder.drop("a.csv", "id,from,to,a,b\n1,08:00,08:10,1,1\n2,08:00,08:10,1,2\n3,08:00,08:10,2,1\n4,08:00,08:10,99,1\n");
  const auto out = [](const std::string& line, const std::string& column) {
    return "a.csv: line " + line + " left out: column '" + column + "': the mapping leaves its value out: no customer's ride";
  };
  CHECK(bench.run(with + "stations = \"" + bench.path("stations.json") + "\"\n") ==
        Texts{"1", out("3", "b"), out("4", "a"), out("5", "a")});
}

TEST_CASE("mds source: a history in another encoding is read by the source's key") {
  Bench bench;
  bench.beside.write("stations.json", kStations2);
  const std::string with = bench.with_mapping();
  bench.folder.drop("a.csv", "id,from,to,a,b\n\xe9,08:00,08:10,x-1,x-2\n");
  const std::string stations = "stations = \"" + bench.path("stations.json") + "\"\n";
  CHECK(bench.run(with + stations) == Texts{"a.csv: line 2: it is not UTF-8"});
  bench.folder.drop("b.csv", "id,from,to,a,b\n\xe9,08:00,08:10,x-1,x-2\n");
  CHECK(bench.run("encoding = \"latin-1\"\n" + with + stations) == Texts{"é"});
}

TEST_CASE("mds source: a history without a mapping, its stations or its columns fails as a file, with what is missing") {
  Bench bench;
  const std::string rows = "id,from,to,a,b\n1,08:00,08:10,1,2\n";
  const std::string mapping = bench.with_mapping();
  bench.folder.drop("a.csv", rows);
  CHECK(bench.run("") == Texts{"a.csv: a trip history in CSV needs the keys 'mapping' and 'mappings'"});
  CHECK_THROWS_WITH(
      bench.start(mapping),
      doctest::Contains("key 'quantities.\"m.stations\".stations' goes with a source that has a file of stations alone"));
  bench.folder.drop("b.csv", rows);
  CHECK(bench.run(mapping + "stations = \"" + bench.path("none.json") + "\"\n") ==
        Texts{"b.csv: " + bench.path("none.json") + ": there is no such file"});
  bench.beside.write("stations.json", kStations2);
  bench.folder.drop("c.csv", "id,from,to,a\n1,08:00,08:10,1\n");
  CHECK(bench.run(mapping + "stations = \"" + bench.path("stations.json") + "\"\n") ==
        Texts{"c.csv: the header lacks the column 'b'; it has 'id', 'from', 'to', 'a'"});
}

TEST_CASE("mds source: modes are the configuration's to change") {
  Bench bench;
  bench.folder.drop("a.json", page2(trip2(11, 5)));
  CHECK(bench.run("vehicle = \"bus/electric\"\n") ==
        Texts{"a.json: trip 1: a vehicle 'bus/electric' has no mode: name it under [modes], if it should have one"});
  bench.folder.drop("b.json", page2(trip2(11, 5)));
  CHECK(bench.run("vehicle = \"bus/electric\"\n[modes]\n\"bus/electric\" = \"bus\"\n") == Texts{uuid_of(11)});
}

TEST_CASE("mds source: a wrong configuration is refused with its line and key") {
  Bench bench;
  const auto refused = [&](const std::string& more, const char* why) {
    CHECK_THROWS_WITH(bench.start(more), doctest::Contains(why));
  };
  refused("colour = 1\n", "key 'colour' is not known here");
  refused("vehicle = \"bicycle\"\n", "mds:3:11: key 'vehicle' must be a vehicle such as \"bicycle/human\"");
  refused("vehicle = \"bicycle/steam\"\n", "key 'vehicle' must be a vehicle");
  refused("[modes]\nbicycle = \"x\"\n", "key 'modes.bicycle' must be a vehicle such as \"bicycle/electric\"");
  refused("[modes]\n\"bicycle/human\" = \"\"\n", "key 'modes.bicycle/human' must not be empty");
  refused("zone = \"Etc/UTC\"\n", "key 'zone' goes with a mapping alone");
  refused("mapping = \"../x\"\nmappings = \"/\"\n", "key 'mapping' must be the name of a file in the mappings folder");
  refused("mapping = \"x\"\nmappings = \"/nowhere\"\n", "/nowhere/x.toml: cannot open: No such file or directory");
}

}  // namespace
}  // namespace greentill::mds

namespace greentill::detect {
namespace {

using namespace test;

TEST_CASE("mds source: as the daemon runs it, in a child") {
  const plugin::test::DropFolder folder;
  folder.drop("a.json",
              R"({"version":"1.2.0","data":{"trips":[{"provider_id":"00000000-0000-4000-8000-000000000001",)"
              R"("trip_id":"00000000-0000-4000-8000-000000000002","vehicle_type":"bicycle","propulsion_types":["human"],)"
              R"("start_time":1530000000000,"end_time":1530000600000,"trip_distance":900}]}})");
  const PluginSpec spec = patient_spec("trips", own_plugin("mds"), folder.configuration("once = true\n"));
  RememberingSink sink;
  KeptLog log;
  FakeClock clock;
  auto started = Sources::start({spec}, host_program(), sink, clock, log);
  REQUIRE_MESSAGE(started.ok(), started.error().message);
  REQUIRE(eventually([&] { return (*started)->status()[0].state == "finished"; }));
  REQUIRE(sink.count() == 1);
  CHECK(sink.kept()[0].transaction.mode == "bike.shared");
  CHECK(sink.kept()[0].transaction.quantities[0].unit == "m.track");
}

}  // namespace
}  // namespace greentill::detect
