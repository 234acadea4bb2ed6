// SPDX-License-Identifier: Apache-2.0
#include "daemon/detect/plugin_health.hpp"

#include <doctest/doctest.h>

#include "tests/unit/detect/fixture.hpp"

namespace greentill::detect {
namespace {

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
