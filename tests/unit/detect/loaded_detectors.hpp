// SPDX-License-Identifier: Apache-2.0
// Detectors, loaded as the daemon loads them, with a clock that is moved by hand and a log that is kept.
#pragma once

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tests/unit/detect/fixture.hpp"

namespace greentill::detect::test {

using Names = std::vector<std::string>;

struct LoadedDetectors {
  /// Why they could not be loaded, or nothing.
  std::string load(const std::vector<PluginSpec>& specs) {
    auto loaded = Detectors::load(specs, host_program(), clock, log);
    if (!loaded) return loaded.error().message;
    detectors = std::move(*loaded);
    return {};
  }
  [[nodiscard]] std::vector<event::Activity> acts(const event::Transaction& transaction) const {
    std::vector<event::Activity> all;
    for (Detected& found : detectors->detect(transaction).acts) all.push_back(std::move(found.activity));
    return all;
  }
  /// What the acts are called.
  [[nodiscard]] Names found(const event::Transaction& transaction = ticket("1")) const {
    Names names;
    for (const event::Activity& act : acts(transaction)) names.push_back(act.name);
    return names;
  }
  /// Of the first of them.
  [[nodiscard]] PluginStatus status() const { return detectors->status()[0]; }

  FakeClock clock;
  KeptLog log;
  std::unique_ptr<Detectors> detectors;
};

}  // namespace greentill::detect::test
