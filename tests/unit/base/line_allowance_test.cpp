// SPDX-License-Identifier: Apache-2.0
#include "daemon/base/line_allowance.hpp"

#include <doctest/doctest.h>

namespace greentill {
namespace {

using std::chrono::milliseconds;

TEST_CASE("line allowance: a hundred lines at once, ten a second in the long run, and what was left out is counted") {
  LineAllowance allowance(100, milliseconds(100));
  milliseconds now = std::chrono::hours(1);
  for (int i = 0; i < 100; ++i) CHECK(allowance.take(now) == 0);
  for (int i = 0; i < 50; ++i) CHECK(!allowance.take(now));
  now += milliseconds(100);
  CHECK(allowance.take(now) == 50);
  CHECK(!allowance.take(now));
  int taken = 0;
  for (int i = 0; i < 10'000; ++i) {
    now += milliseconds(1);
    if (allowance.take(now)) ++taken;
  }
  CHECK(taken == 100);
  now += std::chrono::hours(1);
  for (int i = 0; i < 100; ++i) CHECK(allowance.take(now));
  CHECK(!allowance.take(now));
}

TEST_CASE("line allowance: one a minute, the first at any time") {
  LineAllowance allowance(1, std::chrono::minutes(1));
  CHECK(allowance.take(milliseconds(0)) == 0);
  CHECK(!allowance.take(milliseconds(59'999)));
  CHECK(!allowance.take(milliseconds(59'999)));
  CHECK(allowance.take(milliseconds(60'000)) == 2);
  CHECK(!allowance.take(milliseconds(60'000)));
  CHECK(allowance.take_left_out() == 1);
  CHECK(allowance.take_left_out() == 0);
}

}  // namespace
}  // namespace greentill
