// SPDX-License-Identifier: Apache-2.0
#include "daemon/base/decimal.hpp"

#include <algorithm>
#include <limits>

namespace greentill {
namespace {

constexpr unsigned kMostDigits = 38;

bool are_digits(std::string_view text) { return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos; }

}  // namespace

std::optional<Decimal> Decimal::parse(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  const std::size_t point = text.find('.');
  std::string_view whole = text.substr(0, point);
  std::string_view fraction = point != std::string_view::npos ? text.substr(point + 1) : std::string_view("0");
  if (!are_digits(whole) || !are_digits(fraction)) return std::nullopt;
  whole.remove_prefix(std::min(whole.find_first_not_of('0'), whole.size()));
  fraction = fraction.substr(0, fraction.find_last_not_of('0') + 1);
  if (whole.size() + fraction.size() > kMostDigits) return std::nullopt;
  Decimal decimal;
  for (const std::string_view digits : {whole, fraction}) {
    for (const char c : digits) decimal.value_ = decimal.value_ * 10 + (c - '0');
  }
  decimal.places_ = static_cast<unsigned>(fraction.size());
  return negative ? decimal.negated() : decimal;
}

/// value * 10^places; nothing where that is 10^38 or more.
std::optional<Decimal::Int128> Decimal::scaled(Int128 value, unsigned places) {
  Int128 most = 1;
  for (unsigned i = 0; i < kMostDigits; ++i) most *= 10;
  for (unsigned i = 0; i < places; ++i) {
    if (value >= most / 10 || value <= -(most / 10)) return std::nullopt;
    value *= 10;
  }
  return value < most && value > -most ? std::optional(value) : std::nullopt;
}

/// value / 10^places, stored without zeros at its end.
std::optional<Decimal> Decimal::from(Int128 value, unsigned places) {
  Decimal decimal;
  for (; places > 0 && value % 10 == 0; --places) value /= 10;
  if (places > kMostDigits || !scaled(value, 0)) return std::nullopt;
  decimal.value_ = value;
  decimal.places_ = places;
  return decimal;
}

std::optional<Decimal> Decimal::plus(const Decimal& other) const {
  const unsigned places = std::max(places_, other.places_);
  const auto mine = scaled(value_, places - places_);
  const auto theirs = scaled(other.value_, places - other.places_);
  Int128 sum = 0;
  if (!mine || !theirs || __builtin_add_overflow(*mine, *theirs, &sum)) return std::nullopt;
  return from(sum, places);
}

std::optional<Decimal> Decimal::times(const Decimal& other) const {
  Int128 product = 0;
  if (__builtin_mul_overflow(value_, other.value_, &product)) return std::nullopt;
  return from(product, places_ + other.places_);
}

Decimal Decimal::negated() const {
  Decimal other = *this;
  other.value_ = -value_;
  return other;
}

std::optional<std::int64_t> Decimal::in_units(unsigned places, Rounding rounding) const {
  std::optional<Int128> units = value_;
  if (places >= places_) {
    units = scaled(value_, places - places_);
  } else {
    Int128 divisor = 1;
    for (unsigned i = places; i < places_; ++i) divisor *= 10;
    const Int128 rest = value_ % divisor;  // never 0 here, and of the value's sign
    const int away = rest < 0 ? -1 : 1;
    // `divisor - rest * away` cannot overflow, unlike twice the remainder.
    const bool is_half = rest * away >= divisor - rest * away;
    const bool step = rounding == Rounding::nearest ? is_half : away == (rounding == Rounding::up ? 1 : -1);
    units = rounding == Rounding::exact ? std::nullopt : std::optional(value_ / divisor + (step ? away : 0));
  }
  using Limits = std::numeric_limits<std::int64_t>;
  if (!units || *units < Limits::min() || *units > Limits::max()) return std::nullopt;
  return static_cast<std::int64_t>(*units);
}

std::optional<std::int64_t> parse_in_units(std::string_view text, unsigned places, Rounding rounding) {
  const auto decimal = Decimal::parse(text);
  return decimal ? decimal->in_units(places, rounding) : std::nullopt;
}

}  // namespace greentill
