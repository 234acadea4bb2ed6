// SPDX-License-Identifier: Apache-2.0
// What others published: the JSON blocks of the MDS specification's text with its schemas, GBFS feeds, and Helsinki's rides.
#include <doctest/doctest.h>

#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "plugins/mds/fleet.hpp"
#include "plugins/mds/history.hpp"
#include "tests/support/corpora.hpp"
#include "tests/unit/plugins/mds/reading.hpp"

namespace greentill::mds {
namespace {

using namespace test;
using nlohmann::json;

const std::string kNoPage = "failed: it is no page of trips or events of MDS";
const std::string kNoVersion = "failed: its 'version' is none of MDS 1.x and 2.x";

TEST_CASE("mds corpus: every block of the specification's text is read as a person would read it") {
  const auto folder = greentill::test::corpus("mds");
  if (!folder) return;
  // They show shapes: their versions and ids are placeholders, and none of them is a trip that was made.
  std::map<std::string, std::string> expected{
      {"1.2.0_agency_README_00.fragment.json", "failed: byte 21: it is not JSON"},  // [ ... ]
      {"2.0.2_agency_README_00.fragment.json", "failed: byte 45: it is not JSON"},
  };
  for (const char* name :
       {"1.2.0_provider_README_01.fragment", "1.2.0_provider_README_03", "1.2.0_provider_README_05", "2.0.2_provider_README_00",
        "2.0.2_provider_README_02.fragment", "2.0.2_provider_README_04.fragment", "2.0.2_provider_README_06"}) {
    expected[std::string(name) + ".json"] = kNoVersion;  // "x.y.z"
  }
  std::size_t blocks = 0;
  for (const auto& entry : std::filesystem::directory_iterator(*folder)) {
    const std::string name = entry.path().filename().string();
    CAPTURE(name);
    const Read all = read_page(read_text(entry.path()));
    CHECK(all.transactions.empty());
    REQUIRE(all.seen.size() == 1);
    const auto found = expected.find(name);
    CHECK(all.seen[0] == (found != expected.end() ? found->second : kNoPage));
    ++blocks;
  }
  CHECK(blocks == 28);
}

TEST_CASE("mds corpus: with a version in place of x.y.z the blocks are pages, whose placeholders are no trips") {
  const auto folder = greentill::test::corpus("mds");
  if (!folder) return;
  const auto with = [&](const std::string& name, const std::string& version) {
    std::string text = read_text(*folder / name);
    text.replace(text.find("x.y.z"), 5, version);
    return read_page(text).seen;
  };
  CHECK(with("2.0.2_provider_README_00.json", "2.0.2") == Seen{"trip 1: it has no provider_id that is a UUID"});
  CHECK(with("1.2.0_provider_README_03.json", "1.2.0").empty());
  CHECK(with("2.0.2_provider_README_06.json", "2.0.2").empty());
  CHECK(with("1.2.0_provider_README_05.json", "1.2.0") ==
        Seen{"failed: it holds 'vehicles' of MDS, of which no trip can be made"});
  // A comma stands behind the last member of its trip.
  const Seen comma = with("1.2.0_provider_README_01.fragment.json", "1.2.0");
  REQUIRE(comma.size() == 1);
  CHECK(comma[0].find("it is not JSON") != std::string::npos);
}

/// A value that the schema allows, made of its examples and types alone.
json sample(const json& schema, const json& of) {
  if (of.contains("$ref")) {
    const auto name = of["$ref"].get<std::string>();
    return sample(schema, schema["definitions"][name.substr(name.rfind('/') + 1)]);
  }
  if (of.contains("oneOf") && !of.contains("type")) return sample(schema, of["oneOf"][0]);
  if (of.contains("enum")) return of["enum"][0];
  const json& type = of["type"].is_array() ? of["type"][0] : of["type"];
  if (type == "object") {
    json object = json::object();
    for (const auto& [name, property] : of["properties"].items()) object[name] = sample(schema, property);
    return object;
  }
  if (type == "array" && of["items"].is_array()) {
    json list = json::array();
    for (const auto& item : of["items"]) list.push_back(sample(schema, item));
    return list;
  }
  if (type == "array") return json::array({sample(schema, of["items"]), sample(schema, of["items"])});
  if (of.contains("examples")) return of["examples"][0];
  if (of.contains("minimum") && of["minimum"] > 0) return of["minimum"];
  return type == "string" ? json("x") : json(1);
}

TEST_CASE("mds corpus: a trip made of the 1.2.0 schema alone is a trip, and is none without what it cannot do without") {
  const auto path = greentill::test::corpus("mds/schema_1.2.0_provider_trips.json");
  if (!path) return;
  const json schema = json::parse(read_text(*path));
  const json& item = schema["properties"]["data"]["properties"]["trips"]["items"];
  json trip = sample(schema, item);
  trip["propulsion_types"] = {"human"};  // the schema's first is combustion, which no bicycle has
  const auto page = [](const json& one) { return json{{"version", "1.2.0"}, {"data", {{"trips", json::array({one})}}}}.dump(); };
  CHECK(read_page(page(trip)).seen == Seen{"bike.shared 1514764800+0 m.track=1000"});
  const std::set<std::string> needed{"provider_id", "trip_id", "start_time", "end_time", "vehicle_type", "propulsion_types"};
  for (const std::string name : item["required"]) {
    CAPTURE(name);
    json without = trip;
    without.erase(name);
    const auto read_without = [&] { return read_page(page(without)); };
    if (name == "vehicle_type") {
      CHECK(read_without().seen == Seen{"trip 1: its device is not in the file of vehicles"});
    } else {
      CHECK(read_without().transactions.empty() == needed.contains(name));
    }
  }
}

TEST_CASE("mds corpus: an event made of the 1.2.0 schemas alone is one, with its trip's begin and end") {
  for (const char* name : {"schema_1.2.0_provider_status_changes.json", "schema_1.2.0_provider_events.json"}) {
    const auto path = greentill::test::corpus(std::string("mds/") + name);
    if (!path) return;
    const json schema = json::parse(read_text(*path));
    json start = sample(schema, schema["properties"]["data"]["properties"]["status_changes"]["items"]);
    start["event_types"] = {"trip_start"};
    start["propulsion_types"] = {"human"};
    json end = start;
    end["event_types"] = {"trip_end"};
    end["event_time"] = start["event_time"].get<std::int64_t>() + 600'000;
    const json page{{"version", "1.2.0"}, {"data", {{"status_changes", {start, end}}}}};
    CHECK(read_page(page.dump()).seen == Seen{"bike.shared 1514764800+600 m.stations=0"});
  }
}

TEST_CASE("mds corpus: the stations of a GBFS 2.3 feed, and the feeds that hold none") {
  const auto folder = greentill::test::corpus("gbfs");
  if (!folder) return;
  std::size_t feeds = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(*folder)) {
    if (!entry.is_regular_file()) continue;
    const std::string text = read_text(entry.path());
    CAPTURE(entry.path().string());
    plugin::MemoryBytes bytes(text);
    ++feeds;
    if (entry.path().filename() != "station_information.json") {
      CHECK_THROWS_AS(Stations::parse(bytes), std::runtime_error);
      continue;
    }
    const Stations stations = Stations::parse(bytes);
    CHECK(stations.size() == 2);
    CHECK(stations.last_updated() == 1751437263);
    REQUIRE(stations.find("TST:Station:1"));
    CHECK(stations.find("TST:Station:1")->place->latitude == 12.34);
    CHECK(stations.find("TST:Station:2")->place->longitude == 44.67);
  }
  CHECK(feeds > 10);
}

/// The text of a history with its distances left out; none of its fields is quoted.
std::string without_distances(const std::string& text) {
  std::istringstream lines(text);
  std::string all;
  std::string line;
  for (bool header = true; std::getline(lines, line); header = false) {
    const std::size_t last = line.rfind(',');
    const std::size_t distance = line.rfind(',', last - 1) + 1;
    all += (header ? line : line.substr(0, distance) + line.substr(last)) + "\n";
  }
  return all;
}

TEST_CASE("mds corpus: Helsinki's rides, measured, and between their stations where nothing was measured") {
  const auto folder = greentill::test::corpus("trips-hsl");
  if (!folder) return;
  const std::string mapping =
      read_text(std::filesystem::path(GREENTILL_SOURCE_DIR) / "config/mappings/helsinki-city-bike-stations.toml");
  // Stations in a row on a meridian, in the order of their numbers, 1.11 m apart.
  const auto find = [](std::string_view id) -> std::optional<journal::Station> {
    return journal::Station{plugin::Coordinates{60.0 + std::stoi(std::string(id)) / 100'000.0, 24.94}};
  };
  const auto rides_of = [&](const std::string& text) {
    plugin::MemoryBytes bytes(text);
    History history(bytes, journal::Mapping::parse(mapping, "m.toml", {"", "", find}));
    return read(history);
  };
  std::size_t rides = 0;
  for (const auto& entry : std::filesystem::directory_iterator(*folder)) {
    if (entry.path().extension() != ".csv") continue;
    const std::string text = read_text(entry.path());
    const Read measured = rides_of(text);
    const Read between = rides_of(without_distances(text));
    REQUIRE(measured.transactions.size() == between.transactions.size());
    CHECK(measured.seen[0] == "bike.shared 1622494645+501 m.odometer=2043");
    CHECK(between.seen[0] == "bike.shared 1622494645+501 m.stations=6");  // from 094 to 100
    for (std::size_t i = 0; i < measured.transactions.size(); ++i) {
      CHECK(measured.transactions[i].quantities.at(0).unit == "m.odometer");
      CHECK(between.transactions[i].quantities.at(0).unit == "m.stations");
    }
    rides += measured.transactions.size();
  }
  CHECK(rides == 100);
}

TEST_CASE("mds corpus: trips of the operator's own, the case of the first public trial") {
  const auto path = greentill::test::corpus("cases/mds-trip-type/trips.json");
  if (!path) return;
  const std::string text = read_text(*path);
  plugin::MemoryBytes bytes(text);
  Page page(bytes, {default_modes(), [](const std::string&) { return Vehicle::parse("bicycle/human"); }});
  const std::string own = "left out: it is the operator's own ride: its trip_type is ";
  CHECK(read(page).seen == Seen{"bike.shared 1767229200+600 m.track=1500", "trip 2: " + own + "'rebalance'",
                                "trip 3: " + own + "'maintenance'", "bike.shared 1767240000+600 m.track=1500"});
}

TEST_CASE("mds corpus: a station that stands twice, the case of the first public trial") {
  const auto folder = greentill::test::corpus("cases/gbfs-duplicate-station");
  if (!folder) return;
  const std::string file = read_text(*folder / "station_information.json");
  plugin::MemoryBytes of_stations(file);
  const Stations stations = Stations::parse(of_stations);
  CHECK(stations.flaws().kept == Seen{"station 3: its station_id was there before"});
  const std::string rows = read_text(*folder / "rides.csv");
  plugin::MemoryBytes of_rides(rows);
  History history(of_rides, journal::Mapping::parse(read_text(*folder / "st.toml"), "st.toml",
                                                    {"", "", [&](std::string_view id) { return stations.find(id); }}));
  CHECK(read(history).seen == Seen{"bike.shared 1677654010+630 m.stations=1243"});
}

}  // namespace
}  // namespace greentill::mds
