// SPDX-License-Identifier: Apache-2.0
#include "daemon/event/rfc3339.hpp"

#include <doctest/doctest.h>

namespace greentill::event {

TEST_CASE("rfc 3339: a time with its offset, and nothing else") {
  CHECK(parse_rfc3339("1970-01-01T00:00:00Z") == 0);
  CHECK(parse_rfc3339("2026-11-24T08:15:00+02:00") == 1'795'500'900);
  CHECK(parse_rfc3339("2026-11-24t06:15:00.999z") == 1'795'500'900);
  CHECK(parse_rfc3339("2026-11-24 08:15:00+02:00") == 1'795'500'900);
  CHECK(parse_rfc3339("1996-12-19T16:39:57-08:00") == 851'042'397);
  CHECK(parse_rfc3339("1990-12-31T15:59:60-08:00") == 662'688'000);
  CHECK(parse_rfc3339("1937-01-01T12:00:27.87+00:20") == -1'041'337'173);
  CHECK(parse_rfc3339("2016-12-31T23:59:60Z") == 1'483'228'800);
  CHECK(parse_rfc3339("2024-02-29T00:00:00-00:00") == 1'709'164'800);
  for (const char* wrong :
       {"", "2026-11-24", "2026-11-24T08:15:00", "2026-11-24  08:15:00Z", "2026-13-01T00:00:00Z", "2025-02-29T00:00:00Z",
        "2026-11-24T24:00:00Z", "2026-11-24T08:60:00Z", "2026-11-24T08:15:61Z", "2026-11-24T08:15:00+24:00",
        "2026-11-24T08:15:00.Z", "2026-11-24T08:15:00Zx", "26-11-24T08:15:00Z", "1985-4-12T23:20:50Z", "1985-04-12T23:20:50+0200",
        "1985-04-12T23:20:50+02", "1985-04-12T23:20Z", "1985-04-12T23:20:50Z "}) {
    CAPTURE(wrong);
    CHECK_FALSE(parse_rfc3339(wrong).has_value());
  }
}

}  // namespace greentill::event
