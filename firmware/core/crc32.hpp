// SPDX-License-Identifier: Apache-2.0
// CRC-32 as in IEEE 802.3: polynomial 0x04C11DB7, reflected, begun with and ended by ones. By a table of 16, which costs 64
// bytes.
#pragma once

#include <array>

#include "daemon/base/bytes.hpp"

namespace greentill::firmware {

class Crc32 {
 public:
  Crc32& add(ByteView bytes) {
    for (const std::uint8_t byte : bytes) {
      state_ = kTable[(state_ ^ byte) & 15] ^ state_ >> 4;
      state_ = kTable[(state_ ^ static_cast<std::uint32_t>(byte >> 4)) & 15] ^ state_ >> 4;
    }
    return *this;
  }
  [[nodiscard]] std::uint32_t value() const { return ~state_; }

 private:
  static constexpr std::array<std::uint32_t, 16> kTable = [] {
    std::array<std::uint32_t, 16> table{};
    for (std::uint32_t i = 0; i < 16; ++i) {
      std::uint32_t entry = i;
      for (int bit = 0; bit < 4; ++bit) entry = (entry & 1) != 0 ? entry >> 1 ^ 0xedb88320u : entry >> 1;
      table[i] = entry;
    }
    return table;
  }();
  std::uint32_t state_ = 0xffffffff;
};

[[nodiscard]] inline std::uint32_t crc32(ByteView bytes) { return Crc32().add(bytes).value(); }

}  // namespace greentill::firmware
