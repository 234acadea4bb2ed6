// SPDX-License-Identifier: Apache-2.0
// The ready mappings of other cities than those that shipped_mappings_test.cpp has, and what all of them leave out.
#include <doctest/doctest.h>

#include "tests/support/corpora.hpp"
#include "tests/unit/plugins/journal/shipped.hpp"

namespace greentill::journal {
namespace {

using namespace test;

/// Three stations on a meridian, a hundredth of a degree apart, the last one no customer's.
std::optional<Station> three_stations(std::string_view id) {
  if (id == "001" || id == "1") return Station{plugin::Coordinates{19.43, -99.13}, "", {"Parque"}};
  if (id == "002" || id == "2") return Station{plugin::Coordinates{19.44, -99.13}, "", {"Plaza"}};
  if (id == "900") return Station{plugin::Coordinates{19.45, -99.13}, "", {"Taller central"}};
  return std::nullopt;
}
const MappingOverrides kThreeStations{"", "", three_stations};

TEST_CASE("shipped mappings: places that were rounded on purpose make the least that can have been ridden") {
  const auto metres = [](const std::string& places) {
    const std::string ride = lyft("classic_bike", "2024-06-01 10:00:00", "2024-06-01 10:20:00", places);
    return ride.substr(ride.find("m.stations"));
  };
  CHECK(metres("41.93,-87.67,41.94,-87.66") == "m.stations=0");
  CHECK(metres("41.93,-87.67,41.907993,-87.631501") == "m.stations=3355");
  CHECK(metres("41.920771,-87.663712,41.907993,-87.631501") == "m.stations=3020");
  CHECK(metres("41.9,-87.67,41.9,-87.72") == "m.stations=3310");  // a writer left the zeros of 41.90 out
  CHECK(metres("42,-88,42,-87") == "m.stations=0");
  CHECK(lyft("classic_bike", "2024-06-01 10:00:00", "2024-06-01 10:20:00", "0.0,0.0,41.94,-87.66") ==
        "column 'start_lat': 0, 0 stands for no place");
}

TEST_CASE("shipped mappings: rounded coordinates, the case of the first public trial") {
  const auto path = greentill::test::corpus("cases/csv-rounded-coordinates/rides.csv");
  if (!path) return;
  CHECK(rides("lyft-trips", read_text(*path), {"divvy", "America/Chicago"}) ==
        Found{"BBBB000000000001 ebike.shared 1709575200+240 m.stations=0",
              "BBBB000000000002 ebike.shared 1709575800+840 m.stations=3355",
              "BBBB000000000003 bike.shared 1709578800+1200 m.stations=3020"});
}

TEST_CASE("shipped mappings: rides from or to a workshop, a depot or a test station are left out with their column") {
  const auto named = [](const std::string& from, const std::string& to) {
    return rides("lyft-trips", kLyft + "A1,classic_bike,2024-06-01 10:00:00,2024-06-01 10:20:00," + from + ",1," + to + ",2," +
                                   kPlaces + ",member\n")[0];
  };
  for (const char* station : {"Base - 2132 W Hubbard Warehouse", "HUBBARD ST BIKE CHECKING (LBS-WH-TEST)", "hubbard_test_lws",
                              "WATSON TESTING - DIVVY", "8D QC Station 01", "NYCBS Depot - STY", "MTL-ECO5-03"}) {
    CAPTURE(station);
    CHECK(named(station, "1 St") == left_out("start_station_name"));
    CHECK(named("1 St", station) == left_out("end_station_name"));
  }
  for (const char* station : {"Union Depot", "Protestant Church", "Contest Rd", "Warehouse District Station", ""}) {
    CAPTURE(station);
    CHECK(named(station, "1 St") == "A1 bike.shared 1717250400+1200 m.stations=1111");
  }
  const std::string row = "2021-05-31T23:57:25,2021-06-01T00:05:46,";
  CHECK(rides("helsinki-city-bike", kHelsinki + row + "094,Aukio,997,Workshop Helsinki,900,500\n" + row +
                                        "094,Aukio,500,Relay Box test station,900,500\n") ==
        Found{left_out("Return station id"), left_out("Return station name")});
}

TEST_CASE("shipped mappings: Citi Bike before 2021, in both spellings of its header") {
  const std::string rest = ",72,\"1 St & Ave, N\",40.700000,-74.000000,79,2 St,40.710000,-74.000000,22285,Subscriber,1980,1\n";
  const std::string old =
      "\"tripduration\",\"starttime\",\"stoptime\",\"start station id\",\"start station name\",\"start station latitude\","
      "\"start station longitude\",\"end station id\",\"end station name\",\"end station latitude\",\"end station longitude\","
      "\"bikeid\",\"usertype\",\"birth year\",\"gender\"\n";
  const Found ride{"ebike.shared 1451624441+923 m.stations=1111"};
  CHECK(rides("citi-bike-2013", old + "923,1/1/2016 00:00:41,1/1/2016 00:16:04" + rest) == ride);
  CHECK(rides("citi-bike-2013", old + "923,2016-01-01 00:00:41,2016-01-01 00:16:04" + rest) == ride);
  CHECK(rides("citi-bike-2013", old + "923,2016-01-01 00:00:41.5410,2016-01-01 00:16:04.0270" + rest) == ride);
  const std::string other =
      "Trip Duration,Start Time,Stop Time,Start Station ID,Start Station Name,Start Station Latitude,Start Station Longitude,"
      "End Station ID,End Station Name,End Station Latitude,End Station Longitude,Bike ID,User Type,Birth Year,Gender\n";
  CHECK(rides("citi-bike-2013", other + "923,2016-01-01 00:00:41,2016-01-01 00:16:04" + rest) == ride);
  CHECK(rides("citi-bike-2013", other + "923,2016-01-01 00:00:41,2016-01-01 00:16:04,1,NYCBS Depot - GOW,40.70,-74.00,79,2 "
                                        "St,40.71,-74.00,1,Customer,,0\n") == Found{left_out("Start Station Name")});
}

TEST_CASE("shipped mappings: BIXI, whose times are milliseconds since 1970") {
  const std::string header =
      "STARTSTATIONNAME,STARTSTATIONARRONDISSEMENT,STARTSTATIONLATITUDE,STARTSTATIONLONGITUDE,ENDSTATIONNAME,"
      "ENDSTATIONARRONDISSEMENT,"
      "ENDSTATIONLATITUDE,ENDSTATIONLONGITUDE,STARTTIMEMS,ENDTIMEMS\n";
  CHECK(rides("bixi",
              header +
                  "Parc / Rue,Centre,45.510000,-73.570000,Quai / Rue,Sud,45.520000,-73.570000,1669872420123,1669873020999\n") ==
        Found{"ebike.shared 1669872420+600 m.stations=1111"});
  CHECK(rides("bixi", header + "Parc / Rue,Centre,45.510000,-73.570000,,,,,1669872420123,\n") ==
        Found{"column 'ENDTIMEMS': is empty"});
  CHECK(rides("bixi", header + "Parc / Rue,Centre,45.51,-73.57,Quai,Sud,45.52,-73.57,1669872420,1669873020\n") ==
        Found{"column 'STARTTIMEMS': it matches none of the mapping's time formats"});
}

TEST_CASE("shipped mappings: Ecobici, with date and time in two columns, between its stations") {
  const std::string row = "M,31,1234567,001,31/05/2021,23:57:25,002,01/06/2021,00:05:46\n";
  for (const char* arrival : {"Ciclo_EstacionArribo,Fecha Arribo", "Ciclo_Estacion_Arribo,Fecha_Arribo"}) {
    const std::string header = "Genero_Usuario,Edad_Usuario,Bici,Ciclo_Estacion_Retiro,Fecha_Retiro,Hora_Retiro," +
                               std::string(arrival) + ",Hora_Arribo\n";
    CHECK(rides("ecobici", header + row, kThreeStations) == Found{"ebike.shared 1622523445+501 m.stations=1111"});
    CHECK(rides("ecobici", header + "M,31,1,001,31/05/2021,11:57:25 p. m.,002,01/06/2021,12:05:46 a. m.\n", kThreeStations) ==
          Found{"ebike.shared 1622523445+501 m.stations=1111"});
    CHECK(rides("ecobici", header + "M,31,1,001,31/05/2021,,002,01/06/2021,00:05:46\n", kThreeStations) ==
          Found{"column 'Hora_Retiro': is empty"});
    CHECK(rides("ecobici", header + "M,31,1,900,31/05/2021,23:57:25,002,01/06/2021,00:05:46\n", kThreeStations) ==
          Found{left_out("Ciclo_Estacion_Retiro")});
    CHECK(rides("ecobici", header + "M,31,1,404,31/05/2021,23:57:25,002,01/06/2021,00:05:46\n", kThreeStations) ==
          Found{"column 'Ciclo_Estacion_Retiro': there is no station with its id"});
  }
}

TEST_CASE("shipped mappings: Oslo Bysykkel, with times that state their offset") {
  const std::string header =
      "started_at,ended_at,duration,start_station_id,start_station_name,start_station_description,start_station_latitude,"
      "start_station_longitude,end_station_id,end_station_name,end_station_description,end_station_latitude,end_station_"
      "longitude\n";
  const std::string rest = ",236,463,Plassen,ved torget,59.910000,10.750000,437,Kaia,\"ved sjøen, sør\",59.920000,10.750000\n";
  const Found ride{"bike.shared 1682770238+236 m.stations=1111"};
  CHECK(rides("oslo-bysykkel", header + "2023-04-29 12:10:38.207000+00:00,2023-04-29 12:14:34.256000+00:00" + rest) == ride);
  CHECK(rides("oslo-bysykkel", header + "2023-04-29 12:10:38+00:00,2023-04-29 12:14:34+00:00" + rest) == ride);
}

TEST_CASE("shipped mappings: London's cycle hire since 2022, and before in three spellings") {
  const std::string now =
      "\"Number\",\"Start date\",\"Start station number\",\"Start station\",\"End date\",\"End station number\",\"End station\","
      "\"Bike number\",\"Bike model\",\"Total duration\",\"Total duration (ms)\"\n";
  const auto since_2022 = [&](const std::string& model, const std::string& from) {
    return rides("tfl-cycle-hire",
                 now + "\"125\",\"2022-09-12 23:50\",\"001\",\"" + from +
                     "\",\"2022-09-13 00:10\",\"002\",\"B Street, West\",\"7\",\"" + model + "\",\"20m 5s\",\"1205123\"\n",
                 kThreeStations)[0];
  };
  CHECK(since_2022("CLASSIC", "A Street, East") == "125 bike.shared 1663023000+1200 m.stations=1111");
  CHECK(since_2022("PBSC_EBIKE", "A Street, East") == "125 ebike.shared 1663023000+1200 m.stations=1111");
  CHECK(since_2022("CLASSIC", "Mechanical Workshop Penton") == left_out("Start station"));
  const Found ride{"9 bike.shared 1472598600+720 m.stations=1111"};
  CHECK(rides("tfl-cycle-hire-2012",
              "Rental Id,Duration,Bike Id,End Date,EndStation Id,EndStation Name,Start Date,StartStation Id,StartStation Name\n"
              "9,720,77,31/08/2016 00:22,2,\"B Street, West\",31/08/2016 00:10,1,\"A Street, East\"\n",
              kThreeStations) == ride);
  CHECK(rides("tfl-cycle-hire-2012",
              "Rental Id,Duration,Bike Id,End Date,EndStation Logical Terminal,EndStation Name,endStationPriority_id,Start Date,"
              "StartStation Logical Terminal,StartStation Name\n9,720,77,31/08/2016 00:22,2,\"B Street, West\",0,31/08/2016 "
              "00:10,1,\"A\"\n",
              kThreeStations) == ride);
  CHECK(rides("tfl-cycle-hire-2012",
              "Rental Id,Duration_Seconds,Bike Id,End Date,End Station Id,End Station Name,Start Date,Start Station Id,Start "
              "Station Name\n"
              "9,720,77,31/08/2016 00:22:00,2,B,31/08/2016 00:10:00,1,A\n",
              kThreeStations) == ride);
}

TEST_CASE("shipped mappings: Seoul's bikes, in the spellings of its header and in CP949") {
  const std::string header =
      "자전거번호,대여일시,대여 대여소번호,대여 대여소명,대여거치대,반납일시,반납대여소번호,반납대여소명,반납거치대,이용시간(분),"
      "이용거리(M),생년,성별,이용자종류,대여대여소ID,반납대여소ID,자전거구분\n";
  const std::string row =
      "SPB-1,2022-12-01 00:00:10,1933,공원 앞,0,2022-12-01 00:12:40,1934,역 앞,0,12,1223.45,1990,M,내국인,ST-1,ST-2,일반자전거\n";
  const MappingOverrides in_utf8{"", "", {}, "utf-8"};
  const Found ride{"bike.shared 1669820410+750 m.track=1223"};
  CHECK(rides("seoul-bike", header + row, in_utf8) == ride);
  CHECK(rides("seoul-bike", "\xef\xbb\xbf" + header + row) == ride);
  std::string older = header;
  older.replace(older.find("이용시간(분)"), std::string("이용시간(분)").size(), "이용시간");
  older.replace(older.find("이용거리(M)"), std::string("이용거리(M)").size(), "이용거리");
  CHECK(rides("seoul-bike", older + row, in_utf8) == ride);
  // A workshop's number, and times that are none.
  CHECK(rides("seoul-bike", header + "SPB-1,2022-12-01 00:00:10,9994,정비,0,2022-12-01 00:12:40,1934,역 앞,0,12,5,\\N,,,,,\n",
              in_utf8) == Found{left_out("대여 대여소번호")});
  CHECK(rides("seoul-bike", header + "SPB-1,0000-00-00 00:00:00,1933,역,0,2022-12-01 00:12:40,1934,역 앞,0,12,5,\\N,,,,,\n",
              in_utf8) == Found{"column '대여일시': it matches none of the mapping's time formats"});
  // The header of a rental, as its bytes are in CP949, with the columns that are asked for.
  const std::string cp949 =
      "\xb4\xeb\xbf\xa9\xc0\xcf\xbd\xc3,\xb4\xeb\xbf\xa9 \xb4\xeb\xbf\xa9\xbc\xd2\xb9\xf8\xc8\xa3,\xb4\xeb\xbf\xa9 "
      "\xb4\xeb\xbf\xa9\xbc\xd2\xb8\xed,"
      "\xb9\xdd\xb3\xb3\xc0\xcf\xbd\xc3,\xb9\xdd\xb3\xb3\xb4\xeb\xbf\xa9\xbc\xd2\xb9\xf8\xc8\xa3,"
      "\xb9\xdd\xb3\xb3\xb4\xeb\xbf\xa9\xbc\xd2\xb8\xed,"
      "\xc0\xcc\xbf\xeb\xbd\xc3\xb0\xa3(\xba\xd0),\xc0\xcc\xbf\xeb\xb0\xc5\xb8\xae(M)\n"
      "2022-12-01 00:00:10,1933,\xbf\xaa,2022-12-01 00:12:40,1934,\xbf\xaa,12,1223.45\n";
  CHECK(rides("seoul-bike", cp949) == ride);
}

}  // namespace
}  // namespace greentill::journal
