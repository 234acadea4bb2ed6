// SPDX-License-Identifier: Apache-2.0
#include "tools/broker-guard/throttle.hpp"

#include <doctest/doctest.h>

namespace greentill::guard {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kFullBatch = 128u << 10;

/// How many messages of that size pass at that time.
int pass(Throttle& throttle, std::string_view device, std::size_t bytes, Throttle::Time now) {
  int passed = 0;
  while (throttle.take(device, bytes, now)) ++passed;
  return passed;
}

TEST_CASE("throttle: 8000 at once, 4000 a second in the long run, each device for itself") {
  Throttle throttle;
  Throttle::Time now = 1h;
  CHECK(pass(throttle, "dock-7", 0, now) == 8000);
  CHECK(pass(throttle, "dock-8", 0, now) == 8000);
  now += 1s;
  CHECK(pass(throttle, "dock-7", 0, now) == 4000);
  CHECK_FALSE(throttle.take("dock-7", 0, now));
  now += 1h;
  CHECK(pass(throttle, "dock-7", 0, now) == 8000);
}

TEST_CASE("throttle: large ones count by their bytes, and one that does not pass uses nothing up") {
  Throttle throttle;
  Throttle::Time now = 1h;
  const int at_once = pass(throttle, "dock-7", kFullBatch, now);
  CHECK(at_once == 481);
  for (int i = 0; i < 1000; ++i) CHECK_FALSE(throttle.take("dock-7", kFullBatch, now));
  now += 1s;
  const int a_second = pass(throttle, "dock-7", kFullBatch, now);
  CHECK(a_second == 240);
  CHECK_FALSE(throttle.take("dock-8", 256u << 20, now));
  CHECK(throttle.take("dock-8", 0, now));
}

TEST_CASE("throttle: a device that empties its backlog as fast as it is booked meets none of it") {
  Throttle throttle;
  Throttle::Time now = 1h;
  int refused = 0;
  for (int second = 0; second < 3600; ++second) {
    for (int batch = 0; batch < 160; ++batch) refused += throttle.take("dock-7", kFullBatch, now) ? 0 : 1;
    now += 1s;
  }
  CHECK(refused == 0);
}

}  // namespace
}  // namespace greentill::guard
