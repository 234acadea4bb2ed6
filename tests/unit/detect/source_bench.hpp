// SPDX-License-Identifier: Apache-2.0
// Sources in their children, with a clock that is moved by hand and a sink that remembers. Threads: the test's.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <vector>

#include <doctest/doctest.h>

#include "tests/unit/detect/fixture.hpp"

namespace greentill::detect::test {

struct SourceBench {
  FakeClock clock;
  KeptLog log;
  RememberingSink sink;
  LineRation ration;

  std::unique_ptr<Sources> start_all(const std::vector<PluginSpec>& specs) {
    auto sources = Sources::start(specs, host_program(), sink, clock, log);
    REQUIRE_MESSAGE(sources.ok(), sources.error().message);
    return std::move(*sources);
  }
  /// Moves the clock along until the condition holds.
  bool eventually_later(const std::function<bool()>& condition) {
    return eventually([&] {
      clock.advance(std::chrono::milliseconds(100));
      return condition();
    });
  }
};

}  // namespace greentill::detect::test
