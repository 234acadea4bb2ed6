// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>
#include <stdlib.h>
#include <time.h>

#include <cmath>
#include <numbers>
#include <set>

#include "tests/support/corpora.hpp"
#include "tests/unit/plugins/journal/shipped.hpp"

namespace greentill::journal {
namespace {

using namespace test;

/// Cut at each comma: enough for files that need no quotes.
std::vector<std::string> cut(const std::string& line) {
  std::vector<std::string> fields;
  std::istringstream in(line);
  for (std::string field; std::getline(in, field, ',');) fields.push_back(field);
  return fields;
}

/// The C library's reading of local time, which asks the time zone files by itself.
std::int64_t library_time(const char* zone, const std::string& text) {
  ::setenv("TZ", zone, 1);
  ::tzset();
  struct tm fields {};
  REQUIRE(::strptime(text.c_str(), "%Y-%m-%dT%H:%M:%S", &fields) != nullptr);
  fields.tm_isdst = -1;
  const std::int64_t at = ::mktime(&fields);
  ::unsetenv("TZ");
  ::tzset();
  return at;
}

TEST_CASE("shipped mappings: Helsinki's published rides, each field against a reading of our own") {
  const auto folder = greentill::test::corpus("trips-hsl");
  if (!folder) return;
  std::size_t rides = 0;
  for (const auto& entry : std::filesystem::directory_iterator(*folder)) {
    if (entry.path().extension() != ".csv") continue;
    const std::string text = read_text(entry.path());
    const auto rows = rows_of("helsinki-city-bike", text);
    std::set<std::string> ids;
    std::set<std::string> lines;
    std::size_t number = 0;
    std::istringstream in(text);
    std::string line;
    std::getline(in, line);
    while (std::getline(in, line)) {
      if (!line.empty() && line.back() == '\r') line.pop_back();
      if (line.empty()) continue;
      REQUIRE(number < rows.size());
      const Row& row = rows[number++];
      CAPTURE(line);
      REQUIRE_MESSAGE(row.transaction, row.problem);
      const auto fields = cut(line);
      REQUIRE(fields.size() == 8);
      CHECK(row.transaction->issuer == "helsinki-city-bike");
      CHECK(row.transaction->kind == GT_KIND_TRIP);
      CHECK(row.transaction->mode == "bike.shared");
      CHECK(row.transaction->begin == library_time("Europe/Helsinki", fields[0]));
      CHECK(row.transaction->end == library_time("Europe/Helsinki", fields[1]));
      REQUIRE(row.transaction->quantities.size() == 1);
      CHECK(row.transaction->quantities[0].unit == "m.odometer");
      CHECK(row.transaction->quantities[0].value == static_cast<std::int64_t>(std::stod(fields[6])));
      ids.insert(row.transaction->event_id);
      lines.insert(line);
    }
    CHECK(number == rows.size());
    CHECK(ids.size() == lines.size());
    rides += number;
  }
  CHECK(rides == 100);
}

std::string helsinki(const std::string& departure, const std::string& back, const std::string& seconds) {
  const auto rows =
      rows_of("helsinki-city-bike", kHelsinki + departure + "," + back + ",001,Kaivopuisto,002,Laivasillankatu,900," + seconds);
  REQUIRE(rows.size() == 1);
  if (!rows[0].transaction) return rows[0].problem;
  return std::to_string(rows[0].transaction->begin) + "+" + std::to_string(rows[0].transaction->end - rows[0].transaction->begin);
}

TEST_CASE("shipped mappings: Helsinki, the night of 31 October 2021, when 3 to 4 o'clock came twice") {
  // 03:30 is 00:30 or 01:30 UTC; the duration tells which, for the begin and for the end.
  CHECK(helsinki("2021-10-31T02:50:00", "2021-10-31T03:10:00", "1200") == "1635637800+1200");
  CHECK(helsinki("2021-10-31T02:50:00", "2021-10-31T03:10:00", "4800") == "1635637800+4800");
  CHECK(helsinki("2021-10-31T03:50:00", "2021-10-31T03:10:00", "1200") == "1635641400+1200");
  CHECK(helsinki("2021-10-31T03:50:00", "2021-10-31T04:10:00", "1200") == "1635645000+1200");
  CHECK(helsinki("2021-10-31T03:50:00", "2021-10-31T04:10:00", "4800") == "1635641400+4800");
  // Both within the hour: which of the two nobody can tell, so the first.
  CHECK(helsinki("2021-10-31T03:10:00", "2021-10-31T03:30:00", "1200") == "1635639000+1200");
  CHECK(helsinki("2021-10-31T03:10:00", "2021-10-31T03:30:00", "") == "1635639000+1200");
}

TEST_CASE("shipped mappings: Helsinki, the night of 28 March 2021, when there was no time from 3 to 4 o'clock") {
  CHECK(helsinki("2021-03-28T02:50:00", "2021-03-28T04:10:00", "1200") == "1616892600+1200");
  CHECK(helsinki("2021-03-28T03:10:00", "2021-03-28T04:10:00", "600") ==
        "column 'Departure': its time does not exist in Europe/Helsinki: the clocks skipped it");
  CHECK(helsinki("2021-03-28T02:50:00", "2021-03-28T03:10:00", "1200") ==
        "column 'Return': its time does not exist in Europe/Helsinki: the clocks skipped it");
}

TEST_CASE("shipped mappings: Helsinki, other years' spelling, and rides that were none") {
  CHECK(helsinki("2021-05-31 23:57:25", "2021-06-01 00:05:46", "500") == "1622494645+501");
  CHECK(helsinki("2021-05-31T23:57:25", "2021-05-31T23:57:20", "0") == "column 'Return': it is before the begin");
  CHECK(helsinki("57:25.0", "05:46.0", "500") == "column 'Departure': it matches none of the mapping's time formats");
  const auto rows = rows_of("helsinki-city-bike",
                            kHelsinki + "2021-05-31T23:57:25,2021-06-01T00:05:46,094,\"Aukio, pohjoinen\",100,Tie,0,500\n");
  REQUIRE(rows[0].transaction);
  CHECK(rows[0].transaction->quantities[0].value == 0);
}

TEST_CASE("shipped mappings: the bike share systems of Lyft, every kind of bike and every spelling of the time") {
  CHECK(lyft("classic_bike", "2024-06-01 10:00:00", "2024-06-01 10:20:00", kPlaces) ==
        "A1 bike.shared 1717250400+1200 m.stations=1111");
  CHECK(lyft("docked_bike", "2024-06-01 10:00:00.123", "2024-06-01 10:20:00.456", kPlaces) ==
        "A1 bike.shared 1717250400+1200 m.stations=1111");
  CHECK(lyft("electric_bike", "6/1/2024 10:00:00", "6/1/2024 10:20", kPlaces) ==
        "A1 ebike.shared 1717250400+1200 m.stations=1111");
  CHECK(lyft("electric_scooter", "2024-06-01 10:00:00", "2024-06-01 10:20:00", kPlaces) ==
        "A1 scooter.shared 1717250400+1200 m.stations=1111");
  // Back to the same dock; and a ride so short that its minutes are equal.
  CHECK(lyft("classic_bike", "6/1/2024 10:00", "6/1/2024 10:00", "40.7,-74.0,40.7,-74.0") ==
        "A1 bike.shared 1717250400+0 m.stations=0");
  // Every seventieth ride or so has no end.
  CHECK(lyft("classic_bike", "2024-06-01 10:00:00", "2024-06-01 10:20:00", "40.7,-74.0,,") == "column 'end_lat': is empty");
  CHECK(lyft("classic_bike", "2024-06-01 10:00:00", "2024-06-01 10:20:00", "40.7,-74.0,91,0") ==
        "column 'end_lat': it is no coordinate");
  CHECK(lyft("classic_bike", "00:00.0", "20:00.0", kPlaces) ==
        "column 'started_at': it matches none of the mapping's time formats");
}

TEST_CASE("shipped mappings: New York, the night of 7 November 2021, without a duration to go by") {
  const auto night = [](const std::string& from, const std::string& to) {
    return lyft("classic_bike", "2021-11-07 " + from, "2021-11-07 " + to, "40.7,-74.0,40.7,-74.0");
  };
  CHECK(night("00:50:00", "01:10:00") == "A1 bike.shared 1636260600+1200 m.stations=0");
  CHECK(night("01:10:00", "01:30:00") == "A1 bike.shared 1636261800+1200 m.stations=0");
  // Only through the change does it end after it began.
  CHECK(night("01:50:00", "01:10:00") == "A1 bike.shared 1636264200+1200 m.stations=0");
  // The earliest begin, so a ride of 80 minutes rather than one of 20: time earns nothing here, distance does.
  CHECK(night("01:50:00", "02:10:00") == "A1 bike.shared 1636264200+4800 m.stations=0");
  CHECK(lyft("classic_bike", "2021-03-14 01:50:00", "2021-03-14 03:10:00", kPlaces) ==
        "A1 bike.shared 1615704600+1200 m.stations=1111");
  CHECK(lyft("classic_bike", "2021-03-14 02:10:00", "2021-03-14 03:10:00", kPlaces) ==
        "column 'started_at': its time does not exist in America/New_York: the clocks skipped it");
}

}  // namespace
}  // namespace greentill::journal
