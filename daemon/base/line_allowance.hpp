// SPDX-License-Identifier: Apache-2.0
// Keeps whoever complains again and again from filling the log. Threads: one at a time.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <utility>

namespace greentill {

class LineAllowance {
 public:
  /// So many lines at once, and one each `each` in the long run.
  LineAllowance(std::int64_t at_once, std::chrono::nanoseconds each) : at_once_(at_once), each_(each) {}

  /// Of a line that may be written at this time: how many were left out since the last one. Nothing where it is to be left out
  /// too. `now`: of a clock that never jumps back, from any begin.
  std::optional<std::uint64_t> take(std::chrono::nanoseconds now) {
    if (full_at_ < now) full_at_ = now;
    if (full_at_ + each_ > now + at_once_ * each_) {
      ++left_out_;
      return std::nullopt;
    }
    full_at_ += each_;
    return take_left_out();
  }
  /// How many were left out since then, which are told.
  std::uint64_t take_left_out() { return std::exchange(left_out_, 0); }

 private:
  std::int64_t at_once_;
  std::chrono::nanoseconds each_;
  std::chrono::nanoseconds full_at_{};  // when all of them may be written again
  std::uint64_t left_out_ = 0;
};

}  // namespace greentill
