// SPDX-License-Identifier: Apache-2.0
#include "daemon/detect/plugin_health.hpp"

#include <doctest/doctest.h>

#include "tests/unit/detect/fixture.hpp"

namespace greentill::detect {
namespace {

using std::chrono::milliseconds;

TEST_CASE("plugin health: a hundred lines at once, ten a second in the long run, and what was left out is counted") {
  LineAllowance allowance;
  auto now = std::chrono::steady_clock::time_point(std::chrono::hours(1));
  std::uint64_t left_out = 0;
  for (int i = 0; i < 100; ++i) CHECK(allowance.take(now, left_out));
  for (int i = 0; i < 50; ++i) CHECK_FALSE(allowance.take(now, left_out));
  now += milliseconds(100);
  CHECK(allowance.take(now, left_out));
  CHECK(left_out == 50);
  CHECK_FALSE(allowance.take(now, left_out));
  int taken = 0;
  for (int i = 0; i < 10'000; ++i) {
    now += milliseconds(1);
    if (allowance.take(now, left_out)) ++taken;
  }
  CHECK(taken == 100);
  now += std::chrono::hours(1);
  for (int i = 0; i < 100; ++i) CHECK(allowance.take(now, left_out));
  CHECK_FALSE(allowance.take(now, left_out));
}

TEST_CASE("plugin health: a plugin that floods the log hides neither its faults nor its rejected records") {
  test::KeptLog log;
  PluginHealth health("loud", log);
  for (int i = 0; i < 1000; ++i) health.log(LogLevel::info, "noise");
  health.fault("it broke");
  CHECK(log.count("noise") == 100);
  CHECK(log.has("loud: it broke"));
  health.rejected("a.csv:1", "it is no ride");
  CHECK(log.has("a.csv:1: it is no ride"));
}

TEST_CASE("plugin health: what was left out last is told at the end, once") {
  test::KeptLog log;
  PluginHealth health("loud", log);
  for (int i = 0; i < 130; ++i) health.log(LogLevel::info, "noise");
  const std::size_t told = log.count("noise");
  health.tell_left_out();
  CHECK(log.has("loud: " + std::to_string(130 - told) + " lines were left out here"));
  health.tell_left_out();
  CHECK(log.count("left out here") == 1);
}

}  // namespace
}  // namespace greentill::detect
