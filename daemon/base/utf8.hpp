// SPDX-License-Identifier: Apache-2.0
// UTF-8 as RFC 3629 has it: no overlong form, no surrogate, nothing beyond U+10FFFF. Allocates and throws nothing, so that the
// firmware compiles it too. Threads: pure functions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace greentill {

inline constexpr char32_t kNoCodePoint = 0xffff'ffff;

/// The code point that begins at `at`; moves `at` behind it. kNoCodePoint for a byte that begins none; `at` then moves one byte
/// on. Requires: at < text.size().
constexpr char32_t next_code_point(std::string_view text, std::size_t& at) {
  const auto lead = static_cast<std::uint8_t>(text[at++]);
  if (lead < 0x80) return lead;
  // Three bytes that are neither overlong nor a surrogate whatever follows: Chinese, kana, Thai and most others.
  if (lead > 0xe0 && lead < 0xf0 && lead != 0xed && text.size() - at >= 2) {
    const auto second = static_cast<std::uint8_t>(text[at]);
    const auto third = static_cast<std::uint8_t>(text[at + 1]);
    if (((second ^ 0x80) | (third ^ 0x80)) > 0x3f) return kNoCodePoint;
    at += 2;
    return (lead & 0x0fu) << 12 | (second & 0x3fu) << 6 | (third & 0x3fu);
  }
  const std::size_t more = lead >= 0xf0 ? 3 : lead >= 0xe0 ? 2 : 1;
  if (lead < 0xc2 || lead > 0xf4 || text.size() - at < more) return kNoCodePoint;
  char32_t point = lead & (0x3fu >> more);
  for (std::size_t i = 0; i < more; ++i) {
    const auto next = static_cast<std::uint8_t>(text[at + i]);
    if ((next & 0xc0) != 0x80) return kNoCodePoint;
    point = point << 6 | (next & 0x3f);
  }
  const bool overlong = more > 1 && point < (more == 2 ? 0x800u : 0x10000u);
  if (overlong || point > 0x10ffff || (point >= 0xd800 && point < 0xe000)) return kNoCodePoint;
  at += more;
  return point;
}

constexpr bool is_utf8(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    if (next_code_point(text, at) == kNoCodePoint) return false;
  }
  return true;
}

}  // namespace greentill
