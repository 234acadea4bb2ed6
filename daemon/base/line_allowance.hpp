// SPDX-License-Identifier: Apache-2.0
// Rations log lines, so that what complains again and again does not fill the log. Threads: one at a time.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <utility>

namespace greentill {

class LineAllowance {
 public:
  /// Allows `at_once` lines at once, and one line every `each` in the long run.
  constexpr LineAllowance(std::int64_t at_once, std::chrono::nanoseconds each) : at_once_(at_once), each_(each) {}

  /// Asks for a line. Where it may be written: how many were left out since the last one. Nothing where this one is to be left
  /// out too. `now` is a time of any clock that never jumps back.
  std::optional<std::uint64_t> take(std::chrono::nanoseconds now) {
    if (full_at_ < now) full_at_ = now;
    if (full_at_ + each_ > now + at_once_ * each_) {
      ++left_out_;
      return std::nullopt;
    }
    full_at_ += each_;
    return take_left_out();
  }
  /// How many lines were left out since the last one that was written; the count begins anew.
  std::uint64_t take_left_out() { return std::exchange(left_out_, 0); }

 private:
  std::int64_t at_once_;
  std::chrono::nanoseconds each_;
  std::chrono::nanoseconds full_at_{};  // when all `at_once_` lines may be written again
  std::uint64_t left_out_ = 0;
};

}  // namespace greentill
