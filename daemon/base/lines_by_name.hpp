// SPDX-License-Identifier: Apache-2.0
// Rations log lines that others can bring about, for each of them by itself, so that one's noise hides nobody else's. Threads:
// one at a time.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "daemon/base/line_allowance.hpp"

namespace greentill {

class LinesByName {
 public:
  /// Allows each name `at_once` lines at once, and one every `each` in the long run. As many names are kept as were ever asked
  /// for: they must be of a kind of which there are only so many.
  LinesByName(std::int64_t at_once, std::chrono::nanoseconds each) : allowed_(at_once, each) {}

  /// What to log now for `line`: the line itself, with how many of that name were left out meanwhile; nothing where this one is
  /// left out too. `now` is a time of any clock that never jumps back.
  std::optional<std::string> take(std::string_view name, const std::string& line, std::chrono::nanoseconds now) {
    auto known = by_name_.find(name);
    if (known == by_name_.end()) known = by_name_.emplace(name, allowed_).first;
    const auto left_out = known->second.take(now);
    if (!left_out) return std::nullopt;
    return *left_out == 0 ? line : line + " (and " + std::to_string(*left_out) + " such lines were left out)";
  }

 private:
  const LineAllowance allowed_;
  std::map<std::string, LineAllowance, std::less<>> by_name_;
};

}  // namespace greentill
