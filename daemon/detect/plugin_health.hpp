// SPDX-License-Identifier: Apache-2.0
// How one plugin fares: counted where it is called, read by whoever asks for its status.
// Threads: safe from any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>

#include "daemon/base/ports.hpp"
#include "daemon/detect/detectors.hpp"

namespace greentill::detect {

/// How many lines may be logged: 100 at once, 10 a second in the long run.
class LineAllowance {
 public:
  /// False where the line is one too many. `left_out`: how many were, since the last one that was not.
  bool take(std::chrono::steady_clock::time_point now, std::uint64_t& left_out);

 private:
  static constexpr std::int64_t kAtOnce = 100;
  static constexpr std::chrono::milliseconds kEach{100};
  std::chrono::steady_clock::time_point full_at_;  // when all of them may be logged again
  std::uint64_t left_out_ = 0;
};

class PluginHealth {
 public:
  /// `log` must outlive it.
  PluginHealth(std::string name, Log& log);

  void called();
  /// Counts it, keeps it, and logs it unless it is the same as the last one.
  void fault(std::string_view what);
  void set_state(std::string_view state);
  void set_version(std::string_view version);
  /// What it says itself, as often as a LineAllowance lets it; the faults have one of their own.
  void log(LogLevel level, std::string_view message);
  [[nodiscard]] PluginStatus snapshot() const;

 private:
  void write(LogLevel level, std::string_view message, LineAllowance& allowance);

  Log& log_;
  LineAllowance words_;
  LineAllowance faults_;
  mutable std::mutex mutex_;
  PluginStatus status_;
};

}  // namespace greentill::detect
