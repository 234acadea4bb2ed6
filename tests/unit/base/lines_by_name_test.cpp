// SPDX-License-Identifier: Apache-2.0
#include "daemon/base/lines_by_name.hpp"

#include <doctest/doctest.h>

namespace greentill {
namespace {

TEST_CASE("lines by name: each has its own, and what was left out is counted for each") {
  LinesByName lines(2, std::chrono::minutes(10));
  std::chrono::nanoseconds now = std::chrono::hours(1);
  CHECK(lines.take("loud", "first", now) == "first");
  CHECK(lines.take("loud", "second", now) == "second");
  for (int i = 0; i < 1000; ++i) CHECK(!lines.take("loud", "again", now));
  CHECK(lines.take("quiet", "a word", now) == "a word");
  now += std::chrono::minutes(10);
  CHECK(lines.take("loud", "again", now) == "again (and 1000 such lines were left out)");
  CHECK(lines.take("quiet", "another", now) == "another");
  CHECK(!lines.take("loud", "again", now));
}

}  // namespace
}  // namespace greentill
