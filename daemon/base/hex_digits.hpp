// SPDX-License-Identifier: Apache-2.0
// Single hexadecimal digits, for those who must not allocate: a microcontroller, and memory for secrets. hex.hpp has whole texts.
// Threads: pure functions.
#pragma once

#include <cstdint>
#include <string_view>

namespace greentill {

/// The lower-case digit of the lowest four bits.
constexpr char hex_digit(std::uint32_t value) { return std::string_view("0123456789abcdef")[value & 15]; }

/// 0 to 15, or -1 where it is no lower-case hexadecimal digit.
constexpr int lower_hex_value(char digit) {
  if (digit >= '0' && digit <= '9') return digit - '0';
  return digit >= 'a' && digit <= 'f' ? digit - 'a' + 10 : -1;
}

/// 0 to 15 in either case, or -1 where it is no hexadecimal digit.
constexpr int hex_value(char digit) { return digit >= 'A' && digit <= 'F' ? digit - 'A' + 10 : lower_hex_value(digit); }

/// Whether all of it is lower-case hexadecimal digits.
constexpr bool is_lower_hex(std::string_view text) {
  for (const char digit : text) {
    if (lower_hex_value(digit) < 0) return false;
  }
  return true;
}

}  // namespace greentill
