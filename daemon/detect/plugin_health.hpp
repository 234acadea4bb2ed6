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
  /// Counts it, keeps it, and logs it unless it is the same as the last one.
  void fault(std::string_view what);
  void set_state(std::string_view state);
  void set_version(std::string_view version);
  /// What it says itself, 100 lines at once and 10 a second in the long run; the faults have one of their own, and so have
  /// rejected records.
  void log(LogLevel level, std::string_view message);
  /// A record that a source can make nothing of: under the source's own name.
  void rejected(std::string_view where, std::string_view why);
  /// How many lines were left out last: nothing need come after them, with which it would be told.
  void tell_left_out();
  [[nodiscard]] PluginStatus snapshot() const;

 private:
  /// Lines of one kind: how many there may be, and what stands in front of them.
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
  mutable std::mutex mutex_;
  PluginStatus status_;
};

}  // namespace greentill::detect
