// SPDX-License-Identifier: Apache-2.0
#include "daemon/base/local_time.hpp"

#include <doctest/doctest.h>

#include "daemon/base/calendar.hpp"
#include "tests/support/in_zone.hpp"

namespace greentill {
namespace {

constexpr std::int64_t kEvening = 1'795'559'400;  // 2026-11-24 22:30 UTC

TEST_CASE("local time: is the shop's, with its offset, and its day begins at the shop's midnight") {
  const test::InZone helsinki("Europe/Helsinki");
  CHECK(local_rfc3339(kEvening) == "2026-11-25T00:30:00+02:00");
  CHECK(utc_offset_at(kEvening) == 7200);
  CHECK(local_day(kEvening) == kEvening / kSecondsADay + 1);
  CHECK(local_day(kEvening - 3600) == kEvening / kSecondsADay);
}

TEST_CASE("local time: summer time and zones west of Greenwich, and with odd minutes") {
  {
    const test::InZone helsinki("Europe/Helsinki");
    CHECK(local_rfc3339(1'782'000'000) == "2026-06-21T03:00:00+03:00");
  }
  {
    const test::InZone newfoundland("America/St_Johns");
    CHECK(local_rfc3339(kEvening) == "2026-11-24T19:00:00-03:30");
  }
  const test::InZone utc("UTC");
  CHECK(local_rfc3339(0) == "1970-01-01T00:00:00+00:00");
  CHECK(local_day(-1) == -1);
}

TEST_CASE("local time: a moment beyond all calendars is told as it is") {
  CHECK(local_rfc3339(INT64_MAX) == std::to_string(INT64_MAX));
  CHECK(local_day(INT64_MAX) == INT64_MAX / kSecondsADay);
}

}  // namespace
}  // namespace greentill
