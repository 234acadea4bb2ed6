// SPDX-License-Identifier: Apache-2.0
#include "daemon/base/corrected_clock.hpp"

#include <doctest/doctest.h>

#include "tests/support/set_clock.hpp"

namespace greentill::corrected_clock_test {

TEST_CASE("corrected clock: it goes on from what it was told, whatever becomes of the system's") {
  test::SetClock system(1'000);
  system.kept = false;
  std::uint64_t elapsed = 50;
  CorrectedClock clock(system, [&elapsed] { return elapsed; });
  CHECK(clock.unix_seconds() == 1'000);
  CHECK_FALSE(clock.corrected());
  clock.correct(5'000);
  CHECK(clock.unix_seconds() == 5'000);
  elapsed += 7;
  system.now = 3;  // somebody sets it, wrongly
  CHECK(clock.unix_seconds() == 5'007);
  CHECK(clock.corrected() == 5'007);
  clock.correct(6'000);
  CHECK(clock.unix_seconds() == 6'000);
}

TEST_CASE("corrected clock: where a time server keeps the system's clock, that holds") {
  test::SetClock system(1'000);
  system.kept = false;
  CorrectedClock clock(system, [] { return std::uint64_t{0}; });
  clock.correct(5'000);
  system.kept = true;
  CHECK(clock.unix_seconds() == 1'000);
  CHECK_FALSE(clock.corrected());
  system.kept = false;
  CHECK(clock.unix_seconds() == 5'000);
}

}  // namespace greentill::corrected_clock_test
