// SPDX-License-Identifier: Apache-2.0
// The days of a statement, and how it is printed.
#include <doctest/doctest.h>

#include "tools/common/table.hpp"
#include "tools/common/text.hpp"
#include "tools/credit-service/programme/calendar.hpp"

namespace greentill::credit::statement_test {
namespace {

TEST_CASE("days join without gap or overlap, also where clocks change at midnight") {
  for (const char* zone : {"Europe/Helsinki", "Africa/Cairo", "America/Havana", "Asia/Tokyo", "America/Santiago"}) {
    CAPTURE(zone);
    const auto calendar = Calendar::of_zone(zone);
    REQUIRE(calendar);
    std::int64_t expected = 0;
    int days = 0;
    for (std::int64_t day = 20260101; day <= 20261231; ++day) {
      const auto begin = calendar->begin_of(day);
      if (!begin) continue;
      ++days;
      CAPTURE(day);
      CHECK(calendar->local(*begin).day == day);
      CHECK(calendar->local(*begin - 1).day < day);
      if (expected != 0) CHECK(*begin == expected);
      expected = *calendar->end_of(day);
    }
    CHECK(days == 365);
  }
}

TEST_CASE("a date that no calendar has is none") {
  const auto calendar = Calendar::of_zone("Europe/Helsinki");
  REQUIRE(calendar);
  for (const std::int64_t day : {20260229, 20261301, 20260100, 20260132, -20260101, 0}) CHECK_FALSE(calendar->begin_of(day));
  CHECK(calendar->begin_of(20240229));
}

TEST_CASE("columns are as wide as their widest cell, in characters, and nothing in them steers the terminal") {
  tools::Table table({{"name"}, {"count", tools::Table::Align::right}, {"note"}});
  CHECK(table.empty());
  table.add({"caf\u00e9", "7", ""});
  table.add({"x\x1b[2J", "1,234", "seen"});
  CHECK(table.text() ==
        "name      count  note\n"
        "caf\u00e9          7\n"
        "x\\x1b[2J  1,234  seen\n");
}

TEST_CASE("cells of CSV are quoted where they must be, and can speak neither to a terminal nor to a spreadsheet") {
  CHECK(tools::csv_record({"a", "", "b c"}) == "a,,b c\r\n");
  CHECK(tools::csv_record({"", ""}) == ",\r\n");
  CHECK(tools::csv_record({"a,b", "say \"x\"", "one\ntwo", "\x1b[2J"}) == "\"a,b\",\"say \"\"x\"\"\",one\\x0atwo,\\x1b[2J\r\n");
  CHECK(tools::csv_record({"=HYPERLINK(\"x\")", "+1-2", "@till", "-till", "-", "\t=1", "\r=1"}) ==
        "\"'=HYPERLINK(\"\"x\"\")\",'+1-2,'@till,'-till,'-,\\x09=1,\\x0d=1\r\n");
  CHECK(tools::csv_record({"-0.001", "-12", "12", "-1.", "-1.2.3"}) == "-0.001,-12,12,'-1.,'-1.2.3\r\n");
  CHECK(tools::plain_grams(1'234'567) == "1234.567");
  CHECK(tools::plain_grams(-1) == "-0.001");
}

}  // namespace
}  // namespace greentill::credit::statement_test
