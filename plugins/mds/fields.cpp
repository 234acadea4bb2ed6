// SPDX-License-Identifier: Apache-2.0
#include "plugins/mds/fields.hpp"

#include <algorithm>
#include <charconv>

namespace greentill::mds {
namespace {

constexpr std::int64_t kFirstMilliseconds = 1'514'764'800'000;  // 2018-01-01, the least that the schema allows
constexpr std::int64_t kLastMilliseconds = 253'402'300'799'999;

/// A number without an exponent, in its two parts.
struct Parts {
  std::int64_t whole = 0;
  std::string_view fraction;
};

std::optional<Parts> parts(std::string_view digits) {
  Parts read;
  const std::size_t point = std::min(digits.find('.'), digits.size());
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + point, read.whole);
  if (error != std::errc() || end != digits.data() + point) return std::nullopt;
  read.fraction = digits.substr(std::min(point + 1, digits.size()));
  if (read.fraction.find_first_not_of("0123456789") != std::string_view::npos) return std::nullopt;
  return read;
}

}  // namespace

std::optional<std::int64_t> whole_number(std::string_view digits) {
  const auto read = parts(digits);
  if (!read || read->fraction.find_first_not_of('0') != std::string_view::npos) return std::nullopt;
  return read->whole;
}

std::optional<std::int64_t> rounded_down(std::string_view digits) {
  const auto read = parts(digits);
  if (!read || digits.starts_with('-')) return std::nullopt;
  return read->whole;
}

std::optional<std::int64_t> milliseconds(std::string_view digits) {
  const auto read = whole_number(digits);
  if (!read || *read < kFirstMilliseconds || *read > kLastMilliseconds) return std::nullopt;
  return read;
}

std::optional<std::string> uuid(std::string_view text) {
  if (text.size() != 36) return std::nullopt;
  std::string lower;
  for (const char c : text) {
    const std::size_t at = lower.size();
    const bool dash = at == 8 || at == 13 || at == 18 || at == 23;
    const char small = c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c;
    if (dash ? small != '-' : std::string_view("0123456789abcdef").find(small) == std::string_view::npos) return std::nullopt;
    lower += small;
  }
  return lower;
}

}  // namespace greentill::mds
