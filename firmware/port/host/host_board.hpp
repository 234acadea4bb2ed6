// SPDX-License-Identifier: Apache-2.0
// A lock's board on Linux, for tests and simulations: many locks fit one process. Its time is moved by hand. Threads: one a lock.
#pragma once

#include <memory>
#include <string>

#include "daemon/base/descriptor.hpp"
#include "daemon/base/error.hpp"
#include "firmware/core/flash.hpp"
#include "firmware/core/ports.hpp"

namespace greentill::firmware {

/// NOR flash in a file: it is there again in the next process. Programming clears bits, as on a board.
class FileFlash final : public Flash {
 public:
  /// Opens the file, or makes it with all bits set.
  static Result<std::unique_ptr<FileFlash>> open(const std::string& path, std::uint32_t sectors, std::uint32_t sector_size);

  [[nodiscard]] std::uint32_t sector_size() const override { return sector_size_; }
  [[nodiscard]] std::uint32_t sector_count() const override { return sectors_; }
  [[nodiscard]] bool read(std::uint32_t address, MutableBytes out) override;
  [[nodiscard]] bool program(std::uint32_t address, ByteView words) override;
  [[nodiscard]] bool erase(std::uint32_t sector) override;

 private:
  FileFlash(Descriptor file, std::uint32_t sectors, std::uint32_t sector_size)
      : file_(std::move(file)), sectors_(sectors), sector_size_(sector_size) {}

  Descriptor file_;
  std::uint32_t sectors_;
  std::uint32_t sector_size_;
};

/// The kernel's.
class HostEntropy final : public Entropy {
 public:
  [[nodiscard]] bool fill(MutableBytes out) override;
};

class HostBoard final : public Board {
 public:
  [[nodiscard]] std::uint64_t uptime_ms() override { return uptime_ms_; }
  [[nodiscard]] std::uint16_t battery_mv() override { return battery_mv_; }
  [[nodiscard]] ResetReason reset_reason() override { return reason_; }
  void pass(std::uint64_t milliseconds) { uptime_ms_ += milliseconds; }
  void start_anew(ResetReason reason = ResetReason::power_on) {
    uptime_ms_ = 0;
    reason_ = reason;
  }
  void set_battery(std::uint16_t millivolts) { battery_mv_ = millivolts; }

 private:
  std::uint64_t uptime_ms_ = 0;
  std::uint16_t battery_mv_ = 3000;
  ResetReason reason_ = ResetReason::power_on;
};

class HostSupply final : public Supply {
 public:
  [[nodiscard]] bool failing() override { return failing_; }
  void set_failing(bool failing) { failing_ = failing; }

 private:
  bool failing_ = false;
};

/// Counts how often it was fed, and resets nothing.
class HostWatchdog final : public Watchdog {
 public:
  void feed() override { ++fed_; }
  [[nodiscard]] std::uint64_t fed() const { return fed_; }

 private:
  std::uint64_t fed_ = 0;
};

}  // namespace greentill::firmware
