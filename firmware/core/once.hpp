// SPDX-License-Identifier: Apache-2.0
// A record that is written once and never changed, in a sector of its own: a lock's name, a key in software. Two copies: the
// second is what makes sure of a first whose last word the power failed in, and which reads as whole today and not tomorrow.
//
// Each copy, at the sector's begin and middle: the content, filled up to whole words with zeros, then its CRC-32 and that with
// all bits turned (4 bytes each, little-endian). Threads: one.
#pragma once

#include "firmware/core/flash.hpp"

namespace greentill::firmware {

class Once {
 public:
  static constexpr std::size_t kMostBytes = 128;

  Once(Flash& flash, std::uint32_t sector) : flash_(flash), sector_(sector) {}

  /// Reads it, and completes what the power may have failed in. False where it was never written. Requires: the size it was
  /// written with, at most kMostBytes.
  [[nodiscard]] bool load(MutableBytes content);
  /// Writes it. False where it is there already, or the flash does not take it. Power that fails meanwhile leaves it unwritten,
  /// or whole.
  [[nodiscard]] bool write(ByteView content);

 private:
  [[nodiscard]] bool read_copy(std::uint32_t copy, MutableBytes content);
  [[nodiscard]] bool write_copy(std::uint32_t copy, ByteView content);
  [[nodiscard]] std::uint32_t address_of(std::uint32_t copy) const {
    return sector_ * flash_.sector_size() + copy * (flash_.sector_size() / 2);
  }

  Flash& flash_;
  std::uint32_t sector_;
};

}  // namespace greentill::firmware
