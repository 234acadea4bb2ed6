// SPDX-License-Identifier: Apache-2.0
// Log lines that are said and not written yet, in bounded memory. While nobody takes them, what matters least is left out first
// and counted, so that errors still find room. Threads: one at a time.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>

#include "daemon/base/ports.hpp"

namespace greentill {

using LogTime = std::chrono::system_clock::time_point;

struct LogLine {
  LogLevel level = LogLevel::info;
  LogTime at;
  std::string module;
  std::string message;
  bool for_caller = false;  ///< the last word to whoever started the program: a terminal shows it without time and level
};

/// What was left out between two lines that were written.
struct LostLines {
  std::array<std::uint64_t, 4> by_level{};
  LogTime first;
  LogTime last;
};

class LogQueue {
 public:
  /// What a line may take of memory; its message is cut beyond.
  static constexpr std::size_t kMostMessageBytes = 16u << 10;
  /// Lines are kept up to this many bytes: information up to half of them, warnings up to three quarters, errors all.
  static constexpr std::size_t kMostBytes = 256u << 10;

  /// Keeps the line, or counts it as lost. Once one was lost, all of its level and below are, until reopen().
  void push(LogLine line);
  /// The oldest line.
  std::optional<LogLine> pop();
  /// What was lost, where most of the queue has been taken since; lines of every level are kept again.
  std::optional<LostLines> reopen();
  [[nodiscard]] bool empty() const { return lines_.empty(); }
  /// Whether lines were lost that reopen() has not told of.
  [[nodiscard]] bool leaves_out() const { return left_out_.has_value(); }
  /// All lines that were ever lost.
  [[nodiscard]] std::uint64_t lost() const { return lost_; }

 private:
  std::deque<LogLine> lines_;
  std::size_t bytes_ = 0;
  int least_kept_ = 0;  // the lowest level that is kept now; 4: none
  std::optional<LostLines> left_out_;
  std::uint64_t lost_ = 0;
};

}  // namespace greentill
