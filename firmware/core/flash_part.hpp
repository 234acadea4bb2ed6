// SPDX-License-Identifier: Apache-2.0
// Some sectors of a flash as a flash of its own: a board has one memory, and the journal, the key and the images their places in
// it. Threads: one.
#pragma once

#include "firmware/core/flash.hpp"

namespace greentill::firmware {

class FlashPart final : public Flash {
 public:
  /// Lifetime: the whole one's. Requires: sectors that it has.
  FlashPart(Flash& whole, std::uint32_t first, std::uint32_t sectors) : whole_(whole), first_(first), sectors_(sectors) {}

  [[nodiscard]] std::uint32_t sector_size() const override { return whole_.sector_size(); }
  [[nodiscard]] std::uint32_t sector_count() const override { return sectors_; }
  [[nodiscard]] bool read(std::uint32_t address, MutableBytes out) override { return whole_.read(begin() + address, out); }
  [[nodiscard]] bool program(std::uint32_t address, ByteView words) override { return whole_.program(begin() + address, words); }
  [[nodiscard]] bool erase(std::uint32_t sector) override { return whole_.erase(first_ + sector); }

 private:
  [[nodiscard]] std::uint32_t begin() const { return first_ * whole_.sector_size(); }

  Flash& whole_;
  std::uint32_t first_;
  std::uint32_t sectors_;
};

}  // namespace greentill::firmware
