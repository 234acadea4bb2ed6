// SPDX-License-Identifier: Apache-2.0
// One detector at work, in process or in a child. Threads: one thread, except status().
#pragma once

#include <filesystem>
#include <memory>
#include <vector>

#include "daemon/base/error.hpp"
#include "daemon/base/ports.hpp"
#include "daemon/detect/detectors.hpp"

namespace greentill::detect {

class DetectorRunner {
 public:
  virtual ~DetectorRunner() = default;
  /// Asks the detector and adds its acts to `into`; after a fault none. Where it did not look, adds itself to into.absent.
  virtual void detect(const event::Transaction& transaction, Findings& into) = 0;
  [[nodiscard]] virtual PluginStatus status() const = 0;
};

Result<std::unique_ptr<DetectorRunner>> run_in_process(const PluginSpec& spec, Log& log);
Result<std::unique_ptr<DetectorRunner>> run_isolated(const PluginSpec& spec, const std::filesystem::path& host_program,
                                                     Clock& clock, Log& log);

}  // namespace greentill::detect
