// SPDX-License-Identifier: Apache-2.0
#include "daemon/base/printable.hpp"

#include <array>
#include <cstdint>
#include <cstdio>

#include "daemon/base/hex.hpp"
#include "daemon/base/utf8.hpp"

namespace greentill {
namespace {

bool is_ascii_control(char32_t point) { return point < 0x20 || point == 0x7f; }

bool steers(char32_t point) {
  const bool control = point >= 0x80 && point < 0xa0;
  const bool line = point == 0x2028 || point == 0x2029;
  const bool direction = point == 0x061c || point == 0x200e || point == 0x200f || (point >= 0x202a && point <= 0x202e) ||
                         (point >= 0x2066 && point <= 0x206f);
  return control || line || direction || point == 0xfeff;
}

void put_escape(std::string& into, char32_t point) {
  std::array<char, 16> escape{};
  std::snprintf(escape.data(), escape.size(), "\\u%04x", static_cast<unsigned>(point));
  into += escape.data();
}

}  // namespace

std::string printable(std::string_view text) {
  std::string safe;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t begin = at;
    const char32_t point = next_code_point(text, at);
    if (point == kNoCodePoint || is_ascii_control(point)) {
      const auto byte = static_cast<std::uint8_t>(text[begin]);
      safe += "\\x" + to_hex({&byte, 1});
    } else if (steers(point)) {
      put_escape(safe, point);
    } else {
      safe += text.substr(begin, at - begin);
    }
  }
  return safe;
}

std::string printable_json(std::string_view json) {
  std::string safe;
  for (std::size_t at = 0; at < json.size();) {
    const std::size_t begin = at;
    const char32_t point = next_code_point(json, at);
    if (point == 0x7f || steers(point)) {
      put_escape(safe, point);
    } else {
      safe += json.substr(begin, at - begin);
    }
  }
  return safe;
}

}  // namespace greentill
