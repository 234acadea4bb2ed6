// SPDX-License-Identifier: Apache-2.0
// A detector, loaded as the daemon loads it.
#pragma once

#include <doctest/doctest.h>

#include "tests/unit/detect/loaded_detectors.hpp"

namespace greentill::detect::test {

class DetectorBench {
 public:
  DetectorBench(const std::filesystem::path& library, const std::string& configuration, const std::string& file = {}) {
    const PluginSpec spec{library.stem(), library, configuration, false, kNoEnd, file};
    error_ = loaded_.load({spec});
  }

  std::vector<event::Activity> detect(const event::Transaction& transaction) {
    REQUIRE_MESSAGE(loaded_.detectors, error_);
    return loaded_.acts(transaction);
  }
  /// Why the configuration was refused; empty where it was not.
  [[nodiscard]] const std::string& error() const { return error_; }
  [[nodiscard]] PluginStatus status() const { return loaded_.status(); }

 private:
  LoadedDetectors loaded_;
  std::string error_;
};

/// "ride.metro m.track=5100 s=600 @2": an activity on one line, "@" its line in the transaction.
inline std::string shown(const event::Activity& activity) {
  std::string text = activity.name;
  for (const event::QuantityValue& quantity : activity.quantities)
    text += " " + quantity.unit + "=" + std::to_string(quantity.value);
  return activity.line == 0 ? text : text + " @" + std::to_string(activity.line);
}

inline std::vector<std::string> shown(const std::vector<event::Activity>& activities) {
  std::vector<std::string> all;
  for (const event::Activity& activity : activities) all.push_back(shown(activity));
  return all;
}

using Shown = std::vector<std::string>;

}  // namespace greentill::detect::test
