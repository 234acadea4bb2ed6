// SPDX-License-Identifier: Apache-2.0
#include "plugins/mds/fields.hpp"

#include "daemon/base/decimal.hpp"
#include "daemon/base/hex_digits.hpp"
#include "daemon/base/text.hpp"

namespace greentill::mds {
namespace {

constexpr std::int64_t kFirstMilliseconds = 1'514'764'800'000;  // 2018-01-01, the least that the schema allows
constexpr std::int64_t kLastMilliseconds = 253'402'300'799'999;

}  // namespace

std::optional<std::int64_t> whole_number(std::string_view digits) { return parse_in_units(digits, 0, Rounding::exact); }

std::optional<std::int64_t> rounded_down(std::string_view digits) {
  return digits.starts_with('-') ? std::nullopt : parse_in_units(digits, 0, Rounding::down);
}

std::optional<std::int64_t> milliseconds(std::string_view digits) {
  const auto read = whole_number(digits);
  if (!read || *read < kFirstMilliseconds || *read > kLastMilliseconds) return std::nullopt;
  return read;
}

std::optional<std::string> uuid(std::string_view text) {
  if (text.size() != 36) return std::nullopt;
  std::string lower = lower_case(text);
  for (std::size_t at = 0; at < lower.size(); ++at) {
    const bool dash = at == 8 || at == 13 || at == 18 || at == 23;
    if (dash ? lower[at] != '-' : lower_hex_value(lower[at]) < 0) return std::nullopt;
  }
  return lower;
}

}  // namespace greentill::mds
