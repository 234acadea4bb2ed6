// SPDX-License-Identifier: Apache-2.0
// Decimals as documents write them, kept exactly: tills write amounts with up to 26 places, which no double holds.
// Threads: values, safe from any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace greentill::plugin {

class Decimal {
 public:
  Decimal() = default;
  /// A sign or none, digits, and a point with digits behind it or none: "-3.80". No exponent, no group separators, no spaces.
  /// Nothing where the text is none of that, or has more than 38 digits without the zeros at its end and its begin.
  static std::optional<Decimal> parse(std::string_view text);

  /// The exact sum; nothing where it has more than 38 digits.
  [[nodiscard]] std::optional<Decimal> plus(const Decimal& other) const;
  /// In units of 10^-places, half a unit rounded away from zero as commerce does. Nothing where it does not fit 64 bits.
  [[nodiscard]] std::optional<std::int64_t> in_units(unsigned places) const;
  /// The same, and nothing where it would have to be rounded.
  [[nodiscard]] std::optional<std::int64_t> exactly_in_units(unsigned places) const {
    return places_ <= places ? in_units(places) : std::nullopt;
  }
  /// -1, 0 or 1.
  [[nodiscard]] int sign() const { return value_ < 0 ? -1 : value_ > 0 ? 1 : 0; }
  [[nodiscard]] bool is_whole() const { return places_ == 0; }
  /// Of equal values, however many zeros they were written with.
  friend bool operator==(const Decimal& a, const Decimal& b) { return a.value_ == b.value_ && a.places_ == b.places_; }
  /// As in_units, rounded towards minus infinity: the least that a quantity is.
  [[nodiscard]] std::optional<std::int64_t> in_units_down(unsigned places) const;
  [[nodiscard]] Decimal negated() const;

 private:
  __extension__ using Int128 = __int128;
  static constexpr unsigned kMostDigits = 38;
  static std::optional<Int128> scaled(Int128 value, unsigned places);
  void drop_zeros();

  Int128 value_ = 0;     // below 10^38
  unsigned places_ = 0;  // at most 38; the last place is no zero
};

/// How many places the minor unit of a currency has (ISO 4217: EUR 2, JPY 0, KWD 3). Nothing where the text is no code of three
/// capital letters; 2 for a code that is not in the list of exceptions.
std::optional<unsigned> minor_places(std::string_view currency);

}  // namespace greentill::plugin
