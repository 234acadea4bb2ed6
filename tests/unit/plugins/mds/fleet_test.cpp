// SPDX-License-Identifier: Apache-2.0
#include "plugins/mds/fleet.hpp"

#include <doctest/doctest.h>

#include <stdexcept>

#include "plugins/common/readers/record_reader.hpp"

namespace greentill::mds {
namespace {

template <typename T>
T parsed(std::string_view text) {
  plugin::MemoryBytes bytes(text);
  return T::parse(bytes);
}

template <typename T>
std::string problem(std::string_view text) {
  try {
    (void)parsed<T>(text);
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return {};
}

using Seen = std::vector<std::string>;

const std::string kStation = R"({"station_id":"001","name":"Quay","lat":60.17,"lon":24.94})";

std::string gbfs2(const std::string& list, const std::string& updated = "1751437263", const std::string& ttl = "0") {
  return R"({"last_updated":)" + updated + R"(,"ttl":)" + ttl + R"(,"version":"2.3","data":{"stations":[)" + list + "]}}";
}
std::string gbfs3(const std::string& list, const std::string& updated = R"("2023-07-17T13:34:13+02:00")",
                  const std::string& version = "3.0") {
  return R"({"version":")" + version + R"(","last_updated":)" + updated + R"(,"ttl":300,"data":{"stations":[)" + list + "]}}";
}

Seen flaws(const std::string& text) {
  const auto read = parsed<Stations>(text);
  CHECK(read.size() == 1);
  return read.flaws().kept;
}

TEST_CASE("gbfs: 2.3, with times in Unix seconds") {
  const std::string fort = R"({"station_id":"002","name":"Fort","lat":-12.5,"lon":45.67,"vehicle_type_capacity":{"x":7}})";
  const auto read = parsed<Stations>(gbfs2(kStation + "," + fort));
  CHECK(read.size() == 2);
  CHECK(read.last_updated() == 1751437263);
  CHECK(read.ttl_s() == 0);
  REQUIRE(read.find("002"));
  CHECK(read.find("002")->place->latitude == -12.5);
  CHECK(read.find("002")->place->longitude == 45.67);
  CHECK(!read.find("003"));
  CHECK(parsed<Stations>(gbfs2("")).size() == 0);
}

TEST_CASE("gbfs: 3.x, with names in several languages and times of RFC 3339") {
  const std::string quay = R"({"station_id":"001","name":[{"text":"Quay","language":"en"},{"text":"Laituri","language":"fi"}],)"
                           R"("lat":60.17,"lon":24.94,"is_virtual_station":false})";
  for (const char* version : {"3.0", "3.1-RC3"}) {
    const auto read = parsed<Stations>(gbfs3(quay, R"("2023-07-17T13:34:13+02:00")", version));
    CHECK(read.size() == 1);
    CHECK(read.last_updated() == 1689593653);
    CHECK(read.ttl_s() == 300);
    CHECK(read.find("001")->place->latitude == 60.17);
  }
}

TEST_CASE("gbfs: each version has its own times, and its stations are read without them") {
  const std::string second = "'last_updated' must be Unix seconds in GBFS 2";
  const std::string third = "'last_updated' must be an RFC 3339 time in GBFS 3";
  CHECK(flaws(gbfs2(kStation)).empty());
  CHECK(flaws(gbfs2(kStation, R"("2023-07-17T13:34:13+02:00")")) == Seen{second});
  CHECK(flaws(gbfs2(kStation, "\"1751437263\"")) == Seen{second});
  CHECK(flaws(gbfs2(kStation, "1751437263.5")) == Seen{second});
  CHECK(flaws(gbfs2(kStation, "-1")) == Seen{second});
  CHECK(flaws(gbfs3(kStation, "1751437263")) == Seen{third});
  CHECK(flaws(gbfs3(kStation, R"("2023-07-17T13:34:13")")) == Seen{third});
  CHECK(flaws(gbfs2(kStation, "1", "-1")) == Seen{"'ttl' must be a number of seconds"});
  CHECK(flaws(gbfs2(kStation, "1", "\"60\"")) == Seen{"'ttl' must be a number of seconds"});
}

TEST_CASE("gbfs: 1.x, which says its version since 1.1 alone, and counts seconds") {
  const std::string rest = R"("last_updated":1751437263,"ttl":60,"data":{"stations":[)" + kStation + "]}}";
  for (const std::string& text : {"{" + rest, R"({"version":"1.0",)" + rest, R"({"version":"1.1",)" + rest}) {
    const auto read = parsed<Stations>(text);
    CHECK(read.size() == 1);
    CHECK(read.last_updated() == 1751437263);
    CHECK(read.flaws().count == 0);
  }
  const std::string version = "'version' must be 1.x, 2.x or 3.x of GBFS";
  CHECK(problem<Stations>(gbfs3(kStation, "\"\"", "4.0")) == version);
  CHECK(problem<Stations>(gbfs3(kStation, "\"\"", "x")) == version);
}

TEST_CASE("gbfs: an entry that is wrong is named, and the others are read") {
  const auto second = [](const std::string& station) {
    const auto read = parsed<Stations>(gbfs2(kStation + "," + station));
    REQUIRE(read.find("001"));
    CHECK(read.flaws().count == 1);
    return read.flaws().kept.at(0);
  };
  CHECK(second(kStation) == "station 2: its station_id was there before");
  CHECK(second(R"({"station_id":"002","lat":"sixty","lon":24})") == "station 2: it has no lat and lon on the globe");
  CHECK(second(R"({"station_id":"002","lat":91,"lon":24})") == "station 2: it has no lat and lon on the globe");
  CHECK(second(R"({"station_id":"002","lat":0,"lon":0.0})") == "station 2: it has no lat and lon on the globe");
  CHECK(second(R"({"station_id":"002","lat":null,"lon":24})") == "station 2: it has no lat and lon on the globe");
  CHECK(second(R"({"lat":60,"lon":24})") == "station 2: it has no station_id");
  CHECK(second(R"({"station_id":null,"lat":60,"lon":24})") == "station 2: it has no station_id");
  CHECK(second(R"({"station_id":"1","station_id":"2","lat":60,"lon":24})") == "station 2: a key stands twice");
  CHECK(second("7") == "station 2: it is no object");
  CHECK(second("[]") == "station 2: it has no station_id");
  CHECK(second(R"({"station_id":")" + std::string(257, 'x') + R"(","lat":60,"lon":24})") ==
        "station 2: its station_id has more than 256 bytes");
}

TEST_CASE("gbfs: a station that stands twice with two places has none, whatever comes after, and one without a place says so") {
  const std::string elsewhere = R"({"station_id":"001","lat":60.18,"lon":24.94})";
  const std::string nowhere = R"({"station_id":"002"})";
  const auto read = parsed<Stations>(gbfs2(kStation + "," + elsewhere + "," + kStation + "," + nowhere));
  REQUIRE(read.find("001"));
  CHECK(!read.find("001")->place);
  CHECK(read.find("001")->problem == "stands twice, with two places");
  CHECK(!read.find("002")->place);
  CHECK(read.find("002")->problem == "has no place in the file of stations");
  CHECK(!read.find("003"));
  CHECK(read.flaws().kept == Seen{"station 2: its station_id was there before, with another place",
                                  "station 3: its station_id was there before", "station 4: it has no lat and lon on the globe"});
  // A better entry for the same station counts.
  const auto mended = parsed<Stations>(gbfs2(nowhere + R"(,{"station_id":"002","lat":60.18,"lon":24.94})"));
  CHECK(mended.find("002")->place->latitude == 60.18);
}

TEST_CASE("gbfs: ids and places that are numbers or texts, in the other way than the version has them") {
  const auto read =
      parsed<Stations>(gbfs2(R"({"station_id":7,"lat":"60.17","lon":"24.94"},{"station_id":"8","lat":60.18,"lon":24.94})"));
  CHECK(read.flaws().count == 0);
  REQUIRE(read.find("7"));
  CHECK(read.find("7")->place->latitude == 60.17);
}

TEST_CASE("gbfs: a file whose numbers were all rounded says so once it has enough of them") {
  const auto stations = [](int count, const std::string& more) {
    std::string list;
    for (int i = 10; i < 10 + count; ++i) {
      list += (i > 10 ? "," : "") + std::string(R"({"station_id":")") + std::to_string(i) + R"(","lat":60.)" + std::to_string(i) +
              R"(,"lon":24.9})";
    }
    return parsed<Stations>(gbfs2(list + more));
  };
  CHECK(stations(10, "").find("11")->place->within == doctest::Approx(0.005));
  CHECK(stations(3, "").find("11")->place->within == 0);
  // One that is written with six decimals shows that the others only lack their zeros.
  CHECK(stations(10, R"(,{"station_id":"x","lat":60.123456,"lon":24.9})").find("11")->place->within ==
        doctest::Approx(0.0000005));
}

TEST_CASE("gbfs: what is no page of stations, or has none that can be used, is refused") {
  CHECK(problem<Stations>(R"({"last_updated":1,"ttl":0,"version":"2.3","data":{"bikes":[]}})") ==
        "it has no list data.stations: it is no station_information of GBFS");
  CHECK(problem<Stations>(gbfs2(R"({"station_id":"001","num_bikes_available":3},{"station_id":"002"})")) ==
        "none of its 2 entries can be used: station 1: it has no lat and lon on the globe");
  CHECK(problem<Stations>("{").find("it is not JSON") != std::string::npos);
  CHECK(problem<Stations>(gbfs2(kStation) + "x").find("something follows the document") != std::string::npos);
  CHECK(problem<Stations>(R"({"version":"2.3","version":"2.3","data":{"stations":[]}})") == "a key stands twice");
}

TEST_CASE("gbfs: more wrong entries than anyone reads are counted") {
  std::string list = kStation;
  for (int i = 0; i < 30; ++i) list += ",7";
  const auto read = parsed<Stations>(gbfs2(list));
  CHECK(read.flaws().kept.size() == 20);
  CHECK(read.flaws().count == 30);
}

TEST_CASE("mds vehicles: which vehicle a device is part of, from either version's page") {
  const std::string list =
      R"("vehicles":[{"device_id":"00000000-0000-4000-8000-000000000B01","vehicle_id":"7","vehicle_type":"bicycle",)"
      R"("propulsion_types":["human","electric_assist"]},{"device_id":"00000000-0000-4000-8000-000000000b02",)"
      R"("vehicle_type":"scooter_standing","propulsion_types":["electric"]}])";
  for (const std::string& text :
       {R"({"version":"2.0.0",)" + list + "}", R"({"version":"1.2.0","data":{)" + list + R"(},"last_updated":1,"ttl":1})"}) {
    const auto vehicles = parsed<Vehicles>(text);
    CHECK(vehicles.size() == 2);
    CHECK(vehicles.find("00000000-0000-4000-8000-000000000b01")->name() == "bicycle/electric");
    CHECK(vehicles.find("00000000-0000-4000-8000-000000000b02")->name() == "scooter_standing/electric");
    CHECK(!vehicles.find("00000000-0000-4000-8000-000000000b03"));
  }
  CHECK(problem<Vehicles>(R"({"version":"2.0.0","trips":[]})") == "it has no list 'vehicles': it is no page of vehicles of MDS");
  const std::string none = "none of its 1 entries can be used: vehicle 1: ";
  CHECK(problem<Vehicles>(R"({"vehicles":[{"vehicle_type":"bicycle","propulsion_types":["human"]}]})") ==
        none + "it has no device_id that is a UUID");
  CHECK(problem<Vehicles>(R"({"vehicles":[{"device_id":"00000000-0000-4000-8000-000000000b02","vehicle_type":"bicycle"}]})") ==
        none + "it has no vehicle_type with propulsion_types that MDS knows");
  // GBFS's page of the same name.
  CHECK(problem<Vehicles>(R"({"version":"3.0","data":{"vehicles":[{"vehicle_id":"7","vehicle_type_id":"a"}]}})") ==
        none + "it has no device_id that is a UUID");
}

TEST_CASE("mds vehicles: an entry that is wrong is named, its device is taken for no other, and the others are read") {
  const auto entry = [](int device, const std::string& type, const std::string& propulsion) {
    return R"({"device_id":"00000000-0000-4000-8000-00000000000)" + std::to_string(device) + R"(","vehicle_type":")" + type +
           R"(","propulsion_types":[")" + propulsion + "\"]}";
  };
  const auto device = [](int number) { return "00000000-0000-4000-8000-00000000000" + std::to_string(number); };
  const auto read = parsed<Vehicles>(R"({"vehicles":[)" + entry(1, "bicycle", "human") + "," + entry(2, "bicycle", "steam") +
                                     ",7," + entry(3, "bicycle", "human") + "," + entry(3, "car", "electric") + "," +
                                     entry(1, "bicycle", "human") + "," + entry(4, "electric_scooter", "electric") + "]}");
  CHECK(read.find(device(1))->name() == "bicycle/human");
  CHECK(read.find(device(4))->name() == "scooter_standing/electric");
  CHECK_THROWS_WITH((void)read.find(device(2)), "what the file of vehicles says of its device cannot be used");
  CHECK_THROWS_AS((void)read.find(device(3)), plugin::Unusable);
  CHECK(!read.find(device(5)));
  CHECK(read.flaws().kept == Seen{"vehicle 2: it has no vehicle_type with propulsion_types that MDS knows",
                                  "vehicle 3: it is no object", "vehicle 5: its device_id was there before, as another vehicle"});
}

}  // namespace
}  // namespace greentill::mds
