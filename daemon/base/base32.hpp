// SPDX-License-Identifier: Apache-2.0
// Digits that people read to each other and type: 0 to 9 and capital letters without I, L, O and U, five bits each. Threads: pure
// functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/base/bytes.hpp"

namespace greentill {

inline constexpr std::string_view kBase32Digits = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// The digits of the bytes, the first bits first. Bits that fill no digit are dropped.
inline std::string to_base32(ByteView bytes) {
  std::string digits;
  unsigned bits = 0;
  unsigned held = 0;
  for (const std::uint8_t byte : bytes) {
    held = (held << 8 | byte) & 0xfff;
    for (bits += 8; bits >= 5; bits -= 5) digits += kBase32Digits[held >> (bits - 5) & 31];
  }
  return digits;
}

/// The bytes of the digits, as to_base32() made them; bits that fill no byte are dropped. Nothing where something else is in
/// them.
inline std::optional<std::vector<std::uint8_t>> from_base32(std::string_view digits) {
  std::vector<std::uint8_t> bytes;
  unsigned bits = 0;
  unsigned held = 0;
  for (const char digit : digits) {
    const std::size_t value = kBase32Digits.find(digit);
    if (value == std::string_view::npos) return std::nullopt;
    held = (held << 5 | static_cast<unsigned>(value)) & 0xfff;
    bits += 5;
    if (bits < 8) continue;
    bits -= 8;
    bytes.push_back(static_cast<std::uint8_t>(held >> bits));
  }
  return bytes;
}

/// What was typed, as it would have been written: capitals, I and L as 1, O as 0, without hyphens and spaces. Nothing where
/// something else is in it.
inline std::optional<std::string> plain_base32(std::string_view typed) {
  std::string digits;
  for (char c : typed) {
    if (c == '-' || c == ' ') continue;
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    if (c == 'I' || c == 'L') c = '1';
    if (c == 'O') c = '0';
    if (kBase32Digits.find(c) == std::string_view::npos) return std::nullopt;
    digits += c;
  }
  return digits;
}

/// In groups of four, with hyphens between them.
inline std::string in_fours(std::string_view digits) {
  std::string grouped;
  for (std::size_t i = 0; i < digits.size(); i += 4) {
    if (i != 0) grouped += '-';
    grouped += digits.substr(i, 4);
  }
  return grouped;
}

}  // namespace greentill
