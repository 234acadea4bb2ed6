// SPDX-License-Identifier: Apache-2.0
// The system's clock, corrected by somebody's word while no time server keeps it. Threads: safe from any thread.
#pragma once

#include <atomic>
#include <functional>
#include <optional>

#include "daemon/base/ports.hpp"

namespace greentill {

class CorrectedClock final : public Clock {
 public:
  /// `elapsed`: seconds since some start, of a clock that nobody sets and that goes on while the machine sleeps. Both must
  /// outlive it.
  CorrectedClock(Clock& system, std::function<std::uint64_t()> elapsed) : system_(system), elapsed_(std::move(elapsed)) {}

  [[nodiscard]] std::int64_t unix_seconds() const override { return corrected().value_or(system_.unix_seconds()); }
  [[nodiscard]] std::chrono::milliseconds monotonic() const override { return system_.monotonic(); }
  [[nodiscard]] bool synchronised() const override { return system_.synchronised(); }

  /// It is `unix_seconds` now, and goes on from there whatever becomes of the system's clock.
  void correct(std::int64_t unix_seconds) { offset_ = unix_seconds - static_cast<std::int64_t>(elapsed_()); }
  /// What it shows by the correction; nothing where there is none, or a time server keeps the system's clock.
  [[nodiscard]] std::optional<std::int64_t> corrected() const {
    const std::int64_t offset = offset_;
    if (offset == kNone || system_.synchronised()) return std::nullopt;
    return offset + static_cast<std::int64_t>(elapsed_());
  }
  [[nodiscard]] const Clock& system() const { return system_; }

 private:
  static constexpr std::int64_t kNone = INT64_MIN;
  Clock& system_;
  const std::function<std::uint64_t()> elapsed_;
  std::atomic<std::int64_t> offset_{kNone};
};

}  // namespace greentill
