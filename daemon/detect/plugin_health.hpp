// SPDX-License-Identifier: Apache-2.0
// How one plugin fares: counted where it is called, read by whoever asks for its status.
// Threads: safe from any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

#include "daemon/base/line_allowance.hpp"
#include "daemon/base/ports.hpp"
#include "daemon/detect/detectors.hpp"

namespace greentill::detect {

class PluginHealth {
 public:
  /// `log` must outlive it.
  PluginHealth(std::string name, Log& log);

  void called();
  /// Counts the fault and keeps it as the last one; logs it unless it equals the one before.
  void fault(std::string_view what);
  void set_state(std::string_view state);
  void set_version(std::string_view version);
  /// Logs a line of the plugin's own. Of its lines, of its faults, of its parts' faults and of rejected records each, 100 are
  /// logged at once and 10 a second in the long run; the rest are counted and left out.
  void log(LogLevel level, std::string_view message);
  /// Logs a record that the source rejected, under the source's own name.
  void rejected(std::string_view where, std::string_view why);
  /// Takes how one of the things stands that the source reads from; logs a fault that it did not have before.
  void tell(Part part);
  /// Logs how many lines were left out since the last one that was logged; otherwise only a later line would tell it. Called when
  /// the plugin ends.
  void tell_left_out();
  [[nodiscard]] PluginStatus snapshot() const;

 private:
  /// One kind of line: its module and prefix in the log, and how many may be logged.
  struct Kind {
    std::string module;
    std::string front;
    LineAllowance allowance{100, std::chrono::milliseconds(100)};
  };
  void write(LogLevel level, std::string_view message, Kind& kind);
  void tell_left_out(const Kind& kind, std::uint64_t count);

  Log& log_;
  Kind words_;
  Kind faults_;
  Kind records_;
  Kind part_faults_;
  mutable std::mutex mutex_;
  PluginStatus status_;
  Parts parts_;
};

}  // namespace greentill::detect
