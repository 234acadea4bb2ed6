// SPDX-License-Identifier: Apache-2.0
#include "daemon/base/wall_time.hpp"

#include <doctest/doctest.h>

#include <string>

namespace greentill {
namespace {

TEST_CASE("wall time: what RFC 3339 takes, and what the ISO forms of files") {
  constexpr std::int64_t kNone = INT64_MIN;
  struct {
    const char* text;
    std::int64_t rfc3339;         // Unix seconds
    std::int64_t iso;             // on the local clock
    std::int64_t offset = kNone;  // that the ISO form states
  } const cases[] = {
      {"1970-01-01T00:00:00Z", 0, 0, 0},
      {"2026-11-24T08:15:00+02:00", 1'795'500'900, 1'795'508'100, 7200},
      {"2026-11-24t06:15:00.999z", 1'795'500'900, kNone},
      {"2026-11-24 08:15:00+02:00", 1'795'500'900, kNone},
      {"1996-12-19T16:39:57-08:00", 851'042'397, 851'013'597, -28'800},
      {"1990-12-31T15:59:60-08:00", 662'688'000, 662'659'200, -28'800},
      {"1937-01-01T12:00:27.87+00:20", -1'041'337'173, -1'041'335'973, 1200},
      {"2016-12-31T23:59:60Z", 1'483'228'800, 1'483'228'800, 0},
      {"2024-02-29T00:00:00-00:00", 1'709'164'800, 1'709'164'800, 0},
      {"2026-11-24T06:15:00.12345678901234Z", 1'795'500'900, 1'795'500'900, 0},
      {"2018-07-24T13:22:04,000+0200", kNone, 1'532'438'524, 7200},
      {"2018-07-24T13:22:04", kNone, 1'532'438'524},
      {"2018-07-24T13:22:04.5", kNone, 1'532'438'524},
      {"1985-04-12T23:20:50+0200", kNone, 482'196'050, 7200},
  };
  for (const auto& one : cases) {
    CAPTURE(one.text);
    CHECK(parse_rfc3339(one.text).value_or(kNone) == one.rfc3339);
    const auto iso = parse_iso_time(one.text);
    CHECK((iso ? iso->seconds : kNone) == one.iso);
    if (iso) CHECK(iso->utc_offset_s.value_or(kNone) == one.offset);
  }
  for (const char* wrong : {"", "2026-11-24", "2026-11-24  08:15:00Z", "2026-13-01T00:00:00Z", "2025-02-29T00:00:00Z",
                            "2026-11-24T24:00:00Z", "2026-11-24T08:60:00Z", "2026-11-24T08:15:61Z", "2026-11-24T08:15:00+24:00",
                            "2026-11-24T08:15:00.Z", "2026-11-24T08:15:00Zx", "26-11-24T08:15:00Z", "1985-4-12T23:20:50Z",
                            "1985-04-12T23:20:50+02", "1985-04-12T23:20Z", "1985-04-12T23:20:50Z "}) {
    CAPTURE(wrong);
    CHECK(!parse_rfc3339(wrong));
    CHECK(!parse_iso_time(wrong));
  }
}

TEST_CASE("wall time: formats are matched to the last character") {
  const auto seconds = [](const char* text, const char* format) {
    const auto time = parse_time(text, format);
    return time ? time->seconds : -1;
  };
  CHECK(seconds("1970-01-02T03:04:05", "%Y-%m-%dT%H:%M:%S") == 97'445);
  CHECK(seconds("1/2/1970 3:04", "%m/%d/%Y %H:%M") == 97'440);
  CHECK(seconds("02.01.1970 03:04:05", "%d.%m.%Y %H:%M:%S") == 97'445);
  CHECK(seconds("1970-01-02 03:04:05.999999", "%Y-%m-%d %H:%M:%S.%f") == 97'445);
  CHECK(seconds("2000-02-29 00:00", "%Y-%m-%d %H:%M") == 951'782'400);
  CHECK(seconds("1970-01-01 00:00:60", "%Y-%m-%d %H:%M:%S") == 60);
  for (const char* text : {"", "1970-01-02", "1970-01-02 03:04:05", "1970-01-02 03:04 ", " 1970-01-02 03:04", "70-01-02 03:04",
                           "1970-13-02 03:04", "1970-02-29 03:04", "1970-00-02 03:04", "1970-01-00 03:04", "1970-01-02 24:00",
                           "1970-01-02 03:60", "1970-01-02 03:4", "1970-001-02 03:04", "1970-01-02T03:04", "34:05.6"}) {
    CAPTURE(std::string(text));
    CHECK(seconds(text, "%Y-%m-%d %H:%M") == -1);
  }
  CHECK(seconds("1970-01-02 03:04:05.1234567890", "%Y-%m-%d %H:%M:%S.%f") == -1);
  CHECK(seconds("1970-01-02 03:04:05.", "%Y-%m-%d %H:%M:%S.%f") == -1);
  CHECK(seconds("03", "%q") == -1);
}

TEST_CASE("wall time: half days, in what many languages write, with whatever space before them") {
  const auto seconds = [](const char* text, const char* format) {
    const auto time = parse_time(text, format);
    return time ? time->seconds : -1;
  };
  constexpr const char* kUs = "%m/%d/%Y %I:%M:%S %p";
  CHECK(seconds("1/2/1970 03:04:05 AM", kUs) == 97'445);
  CHECK(seconds("1/2/1970 3:04:05 pm", kUs) == 97'445 + 43'200);
  CHECK(seconds("1/2/1970 12:00:00 AM", kUs) == 86'400);
  CHECK(seconds("1/2/1970 12:00:00 PM", kUs) == 86'400 + 43'200);
  for (const char* text :
       {"1/2/1970 3:04:05 p.m.", "1/2/1970 3:04:05 P. M.", "1/2/1970 3:04:05\u00a0p.\u00a0m.", "1/2/1970 3:04:05\u202fPM",
        "1/2/1970 3:04:05 下午", "1/2/1970 3:04:05 午後", "1/2/1970 3:04:05 오후"}) {
    CAPTURE(text);
    CHECK(seconds(text, kUs) == 97'445 + 43'200);
  }
  CHECK(seconds("1970-01-02 오전 3:04", "%Y-%m-%d %p %I:%M") == 97'440);
  for (const char* text : {"1/2/1970 13:04:05 PM", "1/2/1970 0:04:05 AM", "1/2/1970 3:04:05", "1/2/1970 3:04:05 XM",
                           "1/2/1970 3:04:05 P", "1/2/1970 3:04:05 PMx"}) {
    CAPTURE(text);
    CHECK(seconds(text, kUs) == -1);
  }
  CHECK(seconds("2/1/70", "%d/%m/%y") == 3'155'846'400);  // 2070-01-02
}

TEST_CASE("wall time: seconds and milliseconds since 1970 are told apart by their digits, and are in no zone") {
  CHECK(parse_time("1669872420", "%s")->seconds == 1'669'872'420);
  CHECK(parse_time("1669872420", "%s")->utc_offset_s == 0);
  CHECK(parse_time("1669872420.75", "%s.%f")->seconds == 1'669'872'420);
  CHECK(parse_time("1669872420999", "%Q")->seconds == 1'669'872'420);
  CHECK(parse_time("1669872420999", "%Q")->utc_offset_s == 0);
  CHECK(!parse_time("1669872420999", "%s"));
  CHECK(!parse_time("1669872420", "%Q"));
  for (const char* text : {"", "0", "-1669872420", "1669872420x", "+1669872420", "166987242099999999999"}) {
    CAPTURE(text);
    CHECK(!parse_time(text, "%s"));
    CHECK(!parse_time(text, "%Q"));
  }
}

TEST_CASE("wall time: a format says what is wrong with it") {
  for (const char* format : {"%Y-%m-%dT%H:%M:%S", "%d.%m.%y %H:%M", "%m/%d/%Y %I:%M %p", "%s", "%s.%f", "%Q", "%H:%M%z"}) {
    CAPTURE(format);
    CHECK(!time_format_fault(format));
  }
  const auto fault = [](const char* format) { return time_format_fault(format).value_or(""); };
  const std::string known = " is none of %Y %y %m %d %H %I %M %S %p %f %z %s %Q";
  CHECK(fault("%Y-%m-%d %T") == "'%T'" + known);
  CHECK(fault("%Y-%b-%d") == "'%b'" + known);
  CHECK(fault("%Y%") == "'%'" + known);
  CHECK(fault("%%Y") == "'%%'" + known);
  CHECK(fault("yyyy-mm-dd") == "it has no field such as %Y");
  CHECK(fault("%m/%m/%Y") == "'%m' stands twice");
  CHECK(fault("%Y %y") == "%Y and %y are both the year");
  CHECK(fault("%H %I %p") == "%H and %I are both the hour");
  CHECK(fault("%I:%M") == "%I and %p go together: an hour of half a day, and which half");
  CHECK(fault("%H:%M %p") == "%I and %p go together: an hour of half a day, and which half");
  CHECK(fault("%s %Y") == "%s and %Q are the whole time: nothing goes with them but %f");
  CHECK(fault("%s%Q") == "%s and %Q are both the whole time");
}

TEST_CASE("wall time: an offset in the text is kept apart from the clock's reading") {
  const auto time = parse_time("1970-01-02T03:04:05+02:30", "%Y-%m-%dT%H:%M:%S%z");
  REQUIRE(time);
  CHECK(time->seconds == 97'445);
  CHECK(time->utc_offset_s == 9000);
  CHECK(parse_time("00:00-0030", "%H:%M%z")->utc_offset_s == -1800);
  CHECK(parse_time("00:00Z", "%H:%M%z")->utc_offset_s == 0);
  CHECK(!parse_time("00:00+24:00", "%H:%M%z"));
  CHECK(!parse_time("00:00", "%H:%M%z"));
}

}  // namespace
}  // namespace greentill
