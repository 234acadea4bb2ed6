// SPDX-License-Identifier: Apache-2.0
// Decimals as documents write them, kept exactly: tills write amounts with up to 26 places, which no double holds.
// Threads: values, safe from any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace greentill {

/// What to do with a fraction of the unit.
enum class Rounding {
  down,     ///< towards minus infinity
  up,       ///< towards plus infinity
  nearest,  ///< half a unit away from zero, as commerce does
  exact,    ///< a fraction is an error
};

class Decimal {
 public:
  Decimal() = default;
  /// Reads an optional sign, digits, and an optional point with digits behind it: "-3.80". No exponent, no group separators, no
  /// spaces. Nothing where the text is anything else, or has more than 38 digits without the zeros at its beginning and end.
  static std::optional<Decimal> parse(std::string_view text);
  /// As parse(), for a text without a sign.
  static std::optional<Decimal> parse_unsigned(std::string_view text) {
    return text.starts_with('+') || text.starts_with('-') ? std::nullopt : parse(text);
  }

  /// The exact sum or product; nothing where it has more than 38 digits.
  [[nodiscard]] std::optional<Decimal> plus(const Decimal& other) const;
  [[nodiscard]] std::optional<Decimal> times(const Decimal& other) const;
  [[nodiscard]] Decimal negated() const;
  /// The number in units of 10^-places. Nothing where it does not fit 64 bits, or is not exact and has to be.
  [[nodiscard]] std::optional<std::int64_t> in_units(unsigned places, Rounding rounding = Rounding::nearest) const;
  /// -1, 0 or 1.
  [[nodiscard]] int sign() const { return value_ < 0 ? -1 : value_ > 0 ? 1 : 0; }
  [[nodiscard]] bool is_whole() const { return places_ == 0; }
  /// Compares values: "3.8" equals "3.80".
  friend bool operator==(const Decimal& a, const Decimal& b) { return a.value_ == b.value_ && a.places_ == b.places_; }

 private:
  __extension__ using Int128 = __int128;
  static std::optional<Int128> scaled(Int128 value, unsigned places);
  static std::optional<Decimal> from(Int128 value, unsigned places);

  Int128 value_ = 0;     // below 10^38
  unsigned places_ = 0;  // at most 38; the last place is never a zero
};

/// Decimal::parse() and in_units() at once.
std::optional<std::int64_t> parse_in_units(std::string_view text, unsigned places, Rounding rounding = Rounding::nearest);

}  // namespace greentill
