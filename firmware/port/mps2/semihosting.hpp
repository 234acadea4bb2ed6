// SPDX-License-Identifier: Apache-2.0
// Files of the machine that QEMU runs on (Arm's Semihosting for AArch32 and AArch64, 3): the bench's flash and entropy.
#pragma once

#include "firmware/core/flash.hpp"
#include "firmware/core/ports.hpp"

namespace greentill::firmware {

class HostedFile {
 public:
  /// As semihosting numbers fopen's modes: "rb", "r+b", "w+b".
  static constexpr std::uint32_t kRead = 1;
  static constexpr std::uint32_t kChange = 3;
  static constexpr std::uint32_t kMake = 7;
  [[nodiscard]] bool open(const char* name, std::uint32_t mode);
  [[nodiscard]] bool read(std::uint32_t at, MutableBytes out);
  [[nodiscard]] bool read_on(MutableBytes out);
  [[nodiscard]] bool write(std::uint32_t at, ByteView bytes);

 private:
  std::int32_t handle_ = -1;
};

/// NOR flash in a file.
class HostedFlash final : public Flash {
 public:
  HostedFlash(HostedFile& file, std::uint32_t sectors) : file_(file), sectors_(sectors) {}
  static constexpr std::uint32_t kSectorBytes = 2048;

  [[nodiscard]] std::uint32_t sector_size() const override { return kSectorBytes; }
  [[nodiscard]] std::uint32_t sector_count() const override { return sectors_; }
  [[nodiscard]] bool read(std::uint32_t address, MutableBytes out) override { return file_.read(address, out); }
  [[nodiscard]] bool program(std::uint32_t address, ByteView words) override;
  [[nodiscard]] bool erase(std::uint32_t sector) override;

 private:
  HostedFile& file_;
  std::uint32_t sectors_;
};

class HostedEntropy final : public Entropy {
 public:
  explicit HostedEntropy(HostedFile& file) : file_(file) {}
  [[nodiscard]] bool fill(MutableBytes out) override { return file_.read_on(out); }

 private:
  HostedFile& file_;
};

}  // namespace greentill::firmware
