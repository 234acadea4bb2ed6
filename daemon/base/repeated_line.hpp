// SPDX-License-Identifier: Apache-2.0
// A complaint that comes again and again, as at each attempt to connect: it is logged at once where its words are new, else now
// and then. Threads: one at a time.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "daemon/base/line_allowance.hpp"

namespace greentill {

class RepeatedLine {
 public:
  /// What to log now for `line`: the line itself, with how often it was left out meanwhile; nothing where this one is left out
  /// too. `now` is a time of any clock that never jumps back.
  std::optional<std::string> take(const std::string& line, std::chrono::nanoseconds now) {
    if (line != last_) {
      if (!changes_.take(now)) return std::nullopt;
      last_ = line;
      repeats_ = kRepeats;
    }
    const auto left_out = repeats_.take(now);
    if (!left_out) return std::nullopt;
    return *left_out == 0 ? line : line + " (and " + std::to_string(*left_out) + " times before)";
  }

 private:
  static constexpr LineAllowance kRepeats{2, std::chrono::minutes(30)};
  static constexpr LineAllowance kChanges{10, std::chrono::minutes(10)};  // two causes in turn are two lines a time

  std::string last_;
  LineAllowance repeats_ = kRepeats;
  LineAllowance changes_ = kChanges;
};

}  // namespace greentill
