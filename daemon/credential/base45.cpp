// SPDX-License-Identifier: Apache-2.0
#include "daemon/credential/base45.hpp"

namespace greentill::credential {
namespace {

constexpr std::string_view kDigits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
constexpr unsigned kBase = 45;

void put(std::string& text, unsigned value, unsigned digits) {
  for (; digits > 0; --digits, value /= kBase) text += kDigits[value % kBase];
}

}  // namespace

std::string to_base45(ByteView bytes) {
  std::string text;
  std::size_t at = 0;
  for (; bytes.size() - at >= 2; at += 2) put(text, bytes[at] * 256u + bytes[at + 1], 3);
  if (at < bytes.size()) put(text, bytes[at], 2);
  return text;
}

std::optional<std::string> from_base45(std::string_view text) {
  if (text.size() % 3 == 1) return std::nullopt;
  std::string bytes;
  for (std::size_t at = 0; at < text.size(); at += 3) {
    const std::string_view group = text.substr(at, 3);
    unsigned value = 0;
    for (std::size_t i = group.size(); i-- > 0;) {
      const std::size_t digit = kDigits.find(group[i]);
      if (digit == std::string_view::npos) return std::nullopt;
      value = value * kBase + static_cast<unsigned>(digit);
    }
    if (value > (group.size() == 3 ? 0xffffu : 0xffu)) return std::nullopt;
    if (group.size() == 3) bytes += static_cast<char>(value >> 8);
    bytes += static_cast<char>(value & 0xff);
  }
  return bytes;
}

}  // namespace greentill::credential
