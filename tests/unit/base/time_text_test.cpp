// SPDX-License-Identifier: Apache-2.0
#include "daemon/base/time_text.hpp"

#include <doctest/doctest.h>

namespace greentill::test::time_text {
namespace {

TEST_CASE("a day begins at midnight, before 1970 too") {
  CHECK(day_at(0) == 0);
  CHECK(day_at(86'399) == 0);
  CHECK(day_at(86'400) == 1);
  CHECK(day_at(-1) == -1);
  CHECK(day_at(-86'400) == -1);
  CHECK(day_at(-86'401) == -2);
  CHECK(date_text(20'787) == "2026-11-30");
  CHECK(date_text(-719'528) == "0000-01-01");
}

TEST_CASE("a time is written in four digits of a year, or not at all") {
  CHECK(clock_text(1'796'040'000, 'T') == "2026-11-30T12:00:00");
  CHECK(clock_text(-1, ' ') == "1969-12-31 23:59:59");
  CHECK(clock_text(253'402'300'799, ' ') == "9999-12-31 23:59:59");
  CHECK_FALSE(clock_text(253'402'300'800, ' '));
  CHECK(clock_text(-62'167'219'200, ' ') == "0000-01-01 00:00:00");
  CHECK_FALSE(clock_text(-62'167'219'201, ' '));
  CHECK_FALSE(clock_text(INT64_MAX, ' '));
  CHECK_FALSE(clock_text(INT64_MIN, ' '));
}

TEST_CASE("an offset has its sign, hours and minutes") {
  CHECK(offset_text(0) == "+00:00");
  CHECK(offset_text(7200) == "+02:00");
  CHECK(offset_text(-12'600) == "-03:30");
  CHECK(offset_text(20'700) == "+05:45");
}

}  // namespace
}  // namespace greentill::test::time_text
