// SPDX-License-Identifier: Apache-2.0
#include "plugins/journal/mapping.hpp"

#include <doctest/doctest.h>

#include "tests/unit/plugins/journal/mapping_made.hpp"

namespace greentill::journal {
namespace {

using namespace test;

std::string measured(const std::string& row) {
  auto decoder = csv_decoder(Mapping::parse(kStations, "m.toml", {"", "", two_stations}));
  decoder->begin_file();
  const std::string text = "b,f,t,m\n" + row + "\n";
  const auto header = decoder->next(text, true);
  const auto read = decoder->next(std::string_view(text).substr(header->size), true);
  if (!read->transaction) return read->problem;
  std::string all;
  for (const auto& q : read->transaction->quantities) all += q.unit + "=" + std::to_string(q.value) + " ";
  return all;
}

TEST_CASE("mapping: the way between two stations stands in where nothing else was measured") {
  CHECK(measured("08:00,001,002,2043") == "m.odometer=2043 ");
  CHECK(measured("08:00,001,002,") == "m.stations=1111 ");
  CHECK(measured("08:00,001,001,") == "m.stations=0 ");
  CHECK(measured("08:00,001,,") == "column 't': is empty");
  CHECK(measured("08:00,003,002,") == "column 'f': there is no station with its id");
  CHECK(measured("08:00,003,002,7") == "m.odometer=7 ");
  CHECK(measured("08:00,001,002,x") == "column 'm': it is no amount");
  CHECK_THROWS_WITH(
      Mapping::parse(kStations, "m.toml"),
      doctest::Contains("key 'quantities.\"m.stations\".stations' goes with a source that has a file of stations alone"));
}

struct Wrong {
  std::string text;
  std::string message;
};

TEST_CASE("mapping: a mistake in the file is named with the file, its line, its column and its key") {
  const std::string good = "issuer = \"x\"\nzone = \"Etc/UTC\"\n";
  const std::string rest =
      "begin = { column = \"b\", formats = [\"%Y\"] }\nend = { column = \"e\", formats = [\"%Y\"] }\n"
      "mode = { constant = \"bus\" }\nevent_id = { column = \"i\" }\n";
  const Wrong cases[] = {
      {"", "m.toml:1:1: key 'issuer' is missing"},
      {"issuer = \"\"\n", "m.toml:1:10: key 'issuer' must be 1 to 64 bytes"},
      {"issuer = \"x\"\n", "m.toml:1:1: key 'zone' is missing"},
      {"issuer = \"x\"\nzone = \"Nowhere\"\n",
       "there is no time zone 'Nowhere'; name one of the IANA database, such as Europe/Helsinki"},
      {good + "delimiter = \"::\"\n", "m.toml:3:13: key 'delimiter' must be one character"},
      {good + "delimiter = \"\\\"\"\n", "m.toml:3:13: key 'delimiter' must be one character"},
      {good, "m.toml:1:1: key 'begin' is missing"},
      {good + "begin = { column = \"b\", formats = [] }\n", "m.toml:3:35: key 'begin.formats' must hold one at least"},
      {good + "begin = { column = \"b\", format = \"%Y\" }\n",
       "m.toml:3:9: key 'begin.formats' is missing; there is a key 'format'"},
      {good + "begin = { column = \"b\", formats = [\"%Y\"] }\n",
       "m.toml:1:1: key 'end' is missing, and there is no duration either"},
      {good + "begin = { column = \"b\", formats = [\"%Y\"] }\nduration = { column = \"d\", scale = \"-1\" }\n",
       "m.toml:4:36: key 'duration.scale' must be a positive decimal in quotes, such as \"1000\" or \"0.001\""},
      {good + rest + "quantities = { g = { column = \"a\", great_circle = [\"b\"] } }\n",
       "m.toml:7:20: key 'quantities.g' needs either a column, or a great_circle, or stations"},
      {good + rest + "quantities = { g = { great_circle = [\"b\"] } }\n",
       "m.toml:7:37: key 'quantities.g.great_circle' must be the columns of begin and end: [lat, lng, lat, lng]"},
      {good + rest + "colour = 1\nquantities = { g = { column = \"a\" } }\n", "m.toml:7:10: key 'colour' is not known here"},
      {"issuer = ", "m.toml:1:"},
  };
  for (const Wrong& one : cases) {
    CAPTURE(one.text);
    std::string message = "nothing is wrong";
    try {
      (void)Mapping::parse(one.text, "m.toml");
    } catch (const std::runtime_error& error) {
      message = error.what();
    }
    CHECK(message.substr(0, one.message.size()) == one.message);
  }
}

TEST_CASE("mapping: either a constant mode or a column with values, either a column or the whole row as event id") {
  const auto error = [](std::string from, const std::string& to) {
    std::string text = kPlainMapping;
    text.replace(text.find(from), from.size(), to);
    try {
      (void)Mapping::parse(text, "m.toml");
    } catch (const std::runtime_error& wrong) {
      return std::string(wrong.what());
    }
    return std::string();
  };
  const std::string mode = R"(mode = { constant = "bike.shared" })";
  CHECK(error(mode, "mode = { }") == "m.toml:6:8: key 'mode' needs either a constant or a column with its values");
  CHECK(error(mode, R"(mode = { constant = "a", column = "b" })").find("key 'mode' needs either") != std::string::npos);
  CHECK(error(mode, R"(mode = { column = "b" })").find("key 'mode.values' is missing") != std::string::npos);
  const std::string event = R"(event_id = { column = "id" })";
  CHECK(error(event, "event_id = { whole_row = false }") ==
        "m.toml:7:12: key 'event_id' needs either a column or whole_row = true");
  CHECK(error(event, R"(event_id = { column = "id", whole_row = true })").find("needs either") != std::string::npos);
}

const std::string kMinutes = R"(
issuer = "op"
zone = "Europe/Helsinki"
delimiter = ";"
begin = { column = "start", formats = ["%d.%m.%Y %H:%M", "%Y-%m-%dT%H:%M:%S%z"] }
duration = { column = "minutes", scale = "60" }
mode = { column = "type", values = { B = "bike.shared", E = "ebike.shared" } }
event_id = { column = "no" }
[quantities."m.track"]
column = "km"
scale = "1000"
[quantities.s]
column = "minutes"
scale = "60"
)";

TEST_CASE("mapping: a duration instead of an end, units of the file's own, modes by value, several time formats") {
  const std::string header = "no;type;start;minutes;km\n";
  CHECK(made(kMinutes, header + "1;B;31.05.2021 23:57;8.5;2.0435\n") ==
        Found{"op 1 bike.shared 1622494620+510 m.track=2043 s=510"});
  CHECK(made(kMinutes, header + "2;E;2021-05-31T20:57:00Z;1;0\n") == Found{"op 2 ebike.shared 1622494620+60 m.track=0 s=60"});
  CHECK(made(kMinutes, header + "3;S;31.05.2021 23:57;1;1\n") == Found{"column 'type': its value is not among the mapping's"});
  CHECK(made(kMinutes, header + "4;B;31.05.2021 23:57;;1\n") == Found{"column 'minutes': is empty"});
  CHECK(made(kMinutes, header + "5;B;31.05.2021 23:57;527041;1\n") == Found{"column 'minutes': is longer than a year"});
  CHECK(made(kMinutes, header + "6;B;28.03.2021 03:30;1;1\n") ==
        Found{"column 'start': its time does not exist in Europe/Helsinki: the clocks skipped it"});
}

TEST_CASE("mapping: a source may give another issuer and another zone") {
  CHECK(made(kMinutes, "no;type;start;minutes;km\n1;B;31.05.2021 23:57;1;1\n", {"other-city", "Europe/Lisbon"}) ==
        Found{"other-city 1 bike.shared 1622501820+60 m.track=1000 s=60"});
}

TEST_CASE("mapping: without an id of its own a row is known by all its fields, wherever their borders are") {
  const std::string mapping =
      "issuer = \"x\"\nzone = \"Etc/UTC\"\nbegin = { column = \"t\", formats = [\"%H:%M\"] }\n"
      "duration = { column = \"d\" }\nmode = { constant = \"bus\" }\nevent_id = { whole_row = true }\n"
      "quantities = { s = { column = \"d\" } }\n";
  const auto ids = [&](const std::string& rows) {
    Found all;
    for (const std::string& line : made(mapping, "t,d,a,b\n" + rows)) all.push_back(line.substr(2, 32));
    return all;
  };
  const Found found = ids("08:00,1,x,y\n08:00,1,x,y\n\"08:00\", 1 ,x,\"y\"\n08:00,1,xy,\n08:00,1,,xy\n08:00,1,x,Y\n");
  REQUIRE(found.size() == 6);
  CHECK(found[0] == found[1]);
  CHECK(found[0] == found[2]);
  for (std::size_t i = 2; i < 6; ++i) {
    for (std::size_t j = i + 1; j < 6; ++j) CHECK(found[i] != found[j]);
  }
  // SHA-256 of "5:08:001:11:x1:y", its first 16 bytes: the id is part of what makes a ride claimed once, so it must never change.
  CHECK(found[0] == "ac838b4bcce634d2a595446b1f287848");
}

}  // namespace
}  // namespace greentill::journal
