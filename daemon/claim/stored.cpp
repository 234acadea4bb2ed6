// SPDX-License-Identifier: Apache-2.0
#include "daemon/claim/stored.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace greentill::claim {
namespace {

constexpr std::string_view kDigits = "0123456789abcdef";

void append(FixedVector<char, kMaxStoredBytes>& out, std::string_view text) {
  for (const char c : text) static_cast<void>(out.push_back(c));
}

bool read_chain(std::string_view text, ChainId& into) {
  if (text.size() != 2 * into.size()) return false;
  for (std::size_t i = 0; i < into.size(); ++i) {
    const std::size_t high = kDigits.find(text[2 * i]);
    const std::size_t low = kDigits.find(text[2 * i + 1]);
    if (high == std::string_view::npos || low == std::string_view::npos) return false;
    into[i] = static_cast<std::uint8_t>(high << 4 | low);
  }
  return true;
}

/// Decimal digits and nothing else, without leading zeros.
bool read_number(std::string_view text, std::uint64_t& into) {
  if (text.empty() || (text.size() > 1 && text.front() == '0')) return false;
  const char* const end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, into);
  return read.ec == std::errc() && read.ptr == end;
}

}  // namespace

std::string_view to_text(const Stored& stored, FixedVector<char, kMaxStoredBytes>& out) {
  out.clear();
  for (const std::uint8_t byte : stored.chain) {
    append(out, kDigits.substr(byte >> 4, 1));
    append(out, kDigits.substr(byte & 15, 1));
  }
  for (const std::uint64_t number : {stored.head, stored.epoch, stored.change}) {
    std::array<char, 20> digits{};
    const auto written = std::to_chars(digits.data(), digits.data() + digits.size(), number);
    append(out, " ");
    append(out, {digits.data(), static_cast<std::size_t>(written.ptr - digits.data())});
  }
  return {out.begin(), out.size()};
}

std::optional<Stored> parse_stored(std::string_view text) {
  Stored stored;
  std::array<std::string_view, 4> fields{};
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const std::size_t end = i + 1 < fields.size() ? text.find(' ') : text.size();
    if (end == std::string_view::npos) return std::nullopt;
    fields[i] = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  const bool reads = read_chain(fields[0], stored.chain) && read_number(fields[1], stored.head) &&
                     read_number(fields[2], stored.epoch) && read_number(fields[3], stored.change);
  return reads ? std::optional(stored) : std::nullopt;
}

}  // namespace greentill::claim
