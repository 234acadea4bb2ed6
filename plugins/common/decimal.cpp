// SPDX-License-Identifier: Apache-2.0
#include "plugins/common/decimal.hpp"

#include <algorithm>
#include <array>
#include <limits>

namespace greentill::plugin {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool are_digits(std::string_view text) { return !text.empty() && std::all_of(text.begin(), text.end(), is_digit); }

std::string_view without_last_zeros(std::string_view digits) { return digits.substr(0, digits.find_last_not_of('0') + 1); }

std::string_view without_first_zeros(std::string_view digits) {
  return digits.substr(std::min(digits.find_first_not_of('0'), digits.size()));
}

}  // namespace

std::optional<Decimal> Decimal::parse(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  const std::size_t point = text.find('.');
  const std::string_view whole = text.substr(0, point);
  const bool has_fraction = point != std::string_view::npos;
  if (!are_digits(whole) || (has_fraction && !are_digits(text.substr(point + 1)))) return std::nullopt;
  const std::string_view fraction = has_fraction ? without_last_zeros(text.substr(point + 1)) : std::string_view();
  const std::string_view integer = without_first_zeros(whole);
  if (integer.size() + fraction.size() > kMostDigits) return std::nullopt;
  Decimal decimal;
  for (const std::string_view digits : {integer, fraction}) {
    for (const char c : digits) decimal.value_ = decimal.value_ * 10 + (c - '0');
  }
  decimal.places_ = static_cast<unsigned>(fraction.size());
  if (negative) decimal.value_ = -decimal.value_;
  return decimal;
}

/// value * 10^places; nothing from 10^38 on.
std::optional<Decimal::Int128> Decimal::scaled(Int128 value, unsigned places) {
  Int128 most = 1;
  for (unsigned i = 0; i < kMostDigits; ++i) most *= 10;
  for (unsigned i = 0; i < places; ++i) {
    if (value >= most / 10 || value <= -(most / 10)) return std::nullopt;
    value *= 10;
  }
  return value < most && value > -most ? std::optional(value) : std::nullopt;
}

void Decimal::drop_zeros() {
  while (places_ > 0 && value_ % 10 == 0) {
    value_ /= 10;
    --places_;
  }
}

std::optional<Decimal> Decimal::plus(const Decimal& other) const {
  Decimal sum;
  sum.places_ = std::max(places_, other.places_);
  const auto mine = scaled(value_, sum.places_ - places_);
  const auto theirs = scaled(other.value_, sum.places_ - other.places_);
  if (!mine || !theirs) return std::nullopt;
  const auto value = scaled(*mine + *theirs, 0);
  if (!value) return std::nullopt;
  sum.value_ = *value;
  sum.drop_zeros();
  return sum;
}

std::optional<std::int64_t> Decimal::in_units(unsigned places) const {
  std::optional<Int128> units = value_;
  if (places >= places_) {
    units = scaled(value_, places - places_);
  } else {
    Int128 divisor = 1;
    for (unsigned i = places; i < places_; ++i) divisor *= 10;
    const Int128 rest = value_ % divisor;
    units = value_ / divisor;
    // The remainder has the value's sign; comparing it with what is missing to the next unit cannot overflow.
    if (rest > 0 && rest >= divisor - rest) ++*units;
    if (rest < 0 && -rest >= divisor + rest) --*units;
  }
  using Limits = std::numeric_limits<std::int64_t>;
  if (!units || *units < Limits::min() || *units > Limits::max()) return std::nullopt;
  return static_cast<std::int64_t>(*units);
}

std::optional<std::int64_t> Decimal::in_units_down(unsigned places) const {
  std::optional<Int128> units = value_;
  if (places >= places_) {
    units = scaled(value_, places - places_);
  } else {
    Int128 divisor = 1;
    for (unsigned i = places; i < places_; ++i) divisor *= 10;
    units = value_ / divisor;
    if (value_ < 0 && value_ % divisor != 0) --*units;
  }
  using Limits = std::numeric_limits<std::int64_t>;
  if (!units || *units < Limits::min() || *units > Limits::max()) return std::nullopt;
  return static_cast<std::int64_t>(*units);
}

Decimal Decimal::negated() const {
  Decimal other = *this;
  other.value_ = -value_;
  return other;
}

std::optional<unsigned> minor_places(std::string_view currency) {
  constexpr std::array<std::string_view, 17> kNone{"BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG",
                                                   "RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF", "XPF"};
  constexpr std::array<std::string_view, 7> kThree{"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"};
  constexpr std::array<std::string_view, 2> kFour{"CLF", "UYW"};
  const auto is_capital = [](char c) { return c >= 'A' && c <= 'Z'; };
  if (currency.size() != 3 || !std::all_of(currency.begin(), currency.end(), is_capital)) return std::nullopt;
  const auto holds = [currency](const auto& list) { return std::find(list.begin(), list.end(), currency) != list.end(); };
  if (holds(kNone)) return 0;
  if (holds(kThree)) return 3;
  return holds(kFour) ? 4 : 2;
}

}  // namespace greentill::plugin
