// SPDX-License-Identifier: Apache-2.0
#include "daemon/claim/stored.hpp"

#include <array>
#include <charconv>

#include "daemon/base/hex_digits.hpp"

namespace greentill::claim {
namespace {

using Text = FixedVector<char, kMaxStoredBytes>;

// What can throw, or needs more than memory functions, does not fit a microcontroller: so the texts are walked by hand.
void append(Text& out, const char* from, const char* to) {
  for (; from != to; ++from) static_cast<void>(out.push_back(*from));
}

bool read_chain(std::string_view text, ChainId& into) {
  if (text.size() != 2 * into.size()) return false;
  for (std::size_t i = 0; i < into.size(); ++i) {
    const int high = lower_hex_value(text[2 * i]);
    const int low = lower_hex_value(text[2 * i + 1]);
    if (high < 0 || low < 0) return false;
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

std::string_view to_text(const Stored& stored, Text& out) {
  out.clear();
  for (const std::uint8_t byte : stored.chain) {
    static_cast<void>(out.push_back(hex_digit(byte >> 4)));
    static_cast<void>(out.push_back(hex_digit(byte)));
  }
  for (const std::uint64_t number : {stored.head, stored.epoch, stored.change}) {
    std::array<char, 20> digits{};
    const auto written = std::to_chars(digits.data(), digits.data() + digits.size(), number);
    static_cast<void>(out.push_back(' '));
    append(out, digits.data(), written.ptr);
  }
  return {out.begin(), out.size()};
}

std::optional<Stored> parse_stored(std::string_view text) {
  Stored stored;
  std::array<std::string_view, 4> fields{};
  const char* from = text.data();
  const char* const end = text.data() + text.size();
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const bool last = i + 1 == fields.size();
    const char* to = from;
    while (to != end && (last || *to != ' ')) ++to;
    if (!last && to == end) return std::nullopt;
    fields[i] = {from, static_cast<std::size_t>(to - from)};
    from = last ? to : to + 1;
  }
  const bool reads = read_chain(fields[0], stored.chain) && read_number(fields[1], stored.head) &&
                     read_number(fields[2], stored.epoch) && read_number(fields[3], stored.change);
  return reads ? std::optional(stored) : std::nullopt;
}

}  // namespace greentill::claim
