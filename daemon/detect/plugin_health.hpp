// SPDX-License-Identifier: Apache-2.0
// How one plugin fares: counted where it is called, read by whoever asks for its status.
// Threads: safe from any thread.
#pragma once

#include <mutex>
#include <string>
#include <string_view>

#include "daemon/base/ports.hpp"
#include "daemon/detect/detectors.hpp"

namespace greentill::detect {

class PluginHealth {
 public:
  /// `log` must outlive it.
  PluginHealth(std::string name, Log& log);

  void called();
  /// Counts it, keeps it, and logs it unless it is the same as the last one.
  void fault(std::string_view what);
  void set_state(std::string_view state);
  void set_version(std::string_view version);
  void log(LogLevel level, std::string_view message);
  [[nodiscard]] PluginStatus snapshot() const;

 private:
  Log& log_;
  mutable std::mutex mutex_;
  PluginStatus status_;
};

}  // namespace greentill::detect
