// SPDX-License-Identifier: Apache-2.0
// Times as they are typed.
#include "tools/cli/common/when.hpp"

#include <doctest/doctest.h>

#include "tests/support/in_zone.hpp"

namespace greentill {
namespace {

constexpr std::int64_t kNow = 1'795'559'400;  // 2026-11-25 00:30 in Helsinki

std::string stretch(const char* text) {
  const auto read = cli::parse_when(text, kNow);
  return read ? cli::local_time_text(read->begin) + " +" + std::to_string(read->end - read->begin) : "none";
}

TEST_CASE("when: days and moments in the shop's zone") {
  const test::InZone helsinki("Europe/Helsinki");
  CHECK(stretch("today") == "2026-11-25 00:00 +86400");
  CHECK(stretch("yesterday") == "2026-11-24 00:00 +86400");
  CHECK(stretch("2026-11-24") == "2026-11-24 00:00 +86400");
  CHECK(stretch("2026-11-24 08:15") == "2026-11-24 08:15 +1");
  CHECK(stretch("2026-11-24T08:15:30") == "2026-11-24 08:15 +1");
  CHECK(stretch("00:15") == "2026-11-25 00:15 +1");
  CHECK(stretch("2026-11-24T08:15:00Z") == "2026-11-24 10:15 +1");
  for (const char* wrong : {"", "noon", "2026-13-01", "2026-11-24 25:00", "24.11.2026", "today ", "tomorrow"}) {
    CAPTURE(wrong);
    CHECK(stretch(wrong) == "none");
  }
  CHECK_FALSE(cli::parse_day("08:15", kNow).has_value());
}

TEST_CASE("when: a day on which the clocks change has 23 or 25 hours") {
  const test::InZone helsinki("Europe/Helsinki");
  CHECK(stretch("2026-03-29") == "2026-03-29 00:00 +82800");
  CHECK(stretch("2026-10-25") == "2026-10-25 00:00 +90000");
}

}  // namespace
}  // namespace greentill
