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

const std::string kStation = R"({"station_id":"001","name":"Quay","lat":60.17,"lon":24.94})";

std::string gbfs2(const std::string& list, const std::string& updated = "1751437263", const std::string& ttl = "0") {
  return R"({"last_updated":)" + updated + R"(,"ttl":)" + ttl + R"(,"version":"2.3","data":{"stations":[)" + list + "]}}";
}
std::string gbfs3(const std::string& list, const std::string& updated = R"("2023-07-17T13:34:13+02:00")",
                  const std::string& version = "3.0") {
  return R"({"version":")" + version + R"(","last_updated":)" + updated + R"(,"ttl":300,"data":{"stations":[)" + list + "]}}";
}

TEST_CASE("gbfs: 2.3, with times in Unix seconds") {
  const std::string fort = R"({"station_id":"002","name":"Fort","lat":-12.5,"lon":45.67,"vehicle_type_capacity":{"x":7}})";
  const auto read = parsed<Stations>(gbfs2(kStation + "," + fort));
  CHECK(read.size() == 2);
  CHECK(read.last_updated() == 1751437263);
  CHECK(read.ttl_s() == 0);
  REQUIRE(read.find("002"));
  CHECK(read.find("002")->latitude == -12.5);
  CHECK(read.find("002")->longitude == 45.67);
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
    CHECK(read.find("001")->latitude == 60.17);
  }
}

TEST_CASE("gbfs: each version has its own times") {
  const std::string second = "'last_updated' must be Unix seconds in GBFS 2";
  const std::string third = "'last_updated' must be an RFC 3339 time in GBFS 3";
  CHECK(problem<Stations>(gbfs2(kStation)).empty());
  CHECK(problem<Stations>(gbfs2(kStation, R"("2023-07-17T13:34:13+02:00")")) == second);
  CHECK(problem<Stations>(gbfs2(kStation, "\"1751437263\"")) == second);
  CHECK(problem<Stations>(gbfs2(kStation, "1751437263.5")) == second);
  CHECK(problem<Stations>(gbfs2(kStation, "-1")) == second);
  CHECK(problem<Stations>(gbfs3(kStation, "1751437263")) == third);
  CHECK(problem<Stations>(gbfs3(kStation, R"("2023-07-17T13:34:13")")) == third);
  const std::string version = "'version' must be 2.x or 3.x of GBFS";
  CHECK(problem<Stations>(gbfs3(kStation, "\"\"", "1.1")) == version);
  CHECK(problem<Stations>(R"({"last_updated":1,"ttl":0,"data":{"stations":[]}})") == version);
  CHECK(problem<Stations>(gbfs2(kStation, "1", "-1")) == "'ttl' must be a number of seconds");
  CHECK(problem<Stations>(gbfs2(kStation, "1", "\"60\"")) == "'ttl' must be a number of seconds");
}

TEST_CASE("gbfs: a wrong page is refused with the station's number") {
  const auto second = [](const std::string& station) { return problem<Stations>(gbfs2(kStation + "," + station)); };
  CHECK(problem<Stations>(R"({"last_updated":1,"ttl":0,"version":"2.3","data":{"bikes":[]}})") ==
        "it has no list data.stations: it is no station_information of GBFS");
  CHECK(second(kStation) == "station 2: its station_id was there before");
  CHECK(second(R"({"station_id":"002","lat":"60","lon":24})") == "station 2: it has no lat and lon on the globe");
  CHECK(second(R"({"station_id":"002","lat":91,"lon":24})") == "station 2: it has no lat and lon on the globe");
  CHECK(second(R"({"lat":60,"lon":24})") == "station 2: it has no station_id");
  CHECK(second(R"({"station_id":7,"lat":60,"lon":24})") == "station 2: it has no station_id");
  CHECK(second(R"({"station_id":"1","station_id":"2","lat":60,"lon":24})") == "station 2: a key stands twice");
  CHECK(second("7") == "station 2: it is no object");
  CHECK(problem<Stations>("{").find("it is not JSON") != std::string::npos);
  CHECK(problem<Stations>(gbfs2(kStation) + "x").find("something follows the document") != std::string::npos);
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
  CHECK(problem<Vehicles>(R"({"vehicles":[{"vehicle_type":"bicycle","propulsion_types":["human"]}]})") ==
        "vehicle 1: it has no device_id that is a UUID");
  CHECK(problem<Vehicles>(R"({"vehicles":[{"device_id":"00000000-0000-4000-8000-000000000b02","vehicle_type":"bicycle"}]})") ==
        "vehicle 1: it has no vehicle_type with propulsion_types that MDS knows");
}

}  // namespace
}  // namespace greentill::mds
