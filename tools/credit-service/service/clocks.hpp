// SPDX-License-Identifier: Apache-2.0
// Tells the operator where a clock must be wrong: ours, or a device's as its claims show it. Threads: one.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>

#include "daemon/base/line_allowance.hpp"
#include "daemon/base/ports.hpp"
#include "tools/credit-service/verify/batch.hpp"

namespace greentill::credit {

class Clocks {
 public:
  /// `ledger_written`: when the ledger was last written before it was opened now. Both references must outlive it.
  Clocks(Clock& clock, Log& log, std::filesystem::path ledger, std::optional<std::int64_t> ledger_written)
      : clock_(clock), log_(log), ledger_(std::move(ledger)), ledger_written_(ledger_written) {}

  [[nodiscard]] std::int64_t now() const { return clock_.unix_seconds(); }
  /// Our own clock: a line where it must be wrong, once an hour at most.
  void look_at_ours();
  /// A batch that was examined: a line, once an hour at most for a device, where its newest attested claim was made after our own
  /// time, or by a clock that was never set.
  void look_at(const Batch& batch);

 private:
  static constexpr std::chrono::hours kTellAgain{1};

  Clock& clock_;
  Log& log_;
  const std::filesystem::path ledger_;
  const std::optional<std::int64_t> ledger_written_;
  LineAllowance ours_{1, kTellAgain};
  std::map<std::string, LineAllowance> devices_;  // bounded by the number of devices with a certificate
};

}  // namespace greentill::credit
