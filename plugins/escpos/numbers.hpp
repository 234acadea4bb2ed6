// SPDX-License-Identifier: Apache-2.0
// Amounts and quantities as tills print them, read exactly into integers. Threads: values; const functions are pure.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace greentill::escpos {

inline bool is_digit(char c) { return c >= '0' && c <= '9'; }
inline bool all_digits(std::string_view text) { return !text.empty() && std::all_of(text.begin(), text.end(), is_digit); }

struct Numbers {
  char decimal_mark = '.';
  std::int64_t least_places = 2;  ///< with how many decimals an amount may be printed
  std::int64_t most_places = 2;
  std::int64_t minor_places = 2;     ///< of the currency's minor unit
  std::vector<std::string> symbols;  ///< "€", "EUR": before, behind or beside an amount; folded as words are
  std::vector<std::string> units;    ///< "kg", "pcs": behind a quantity; folded

  /// In the minor unit. A sign before or behind, or parentheses; a currency sign on either side; a tax letter behind, or an
  /// asterisk on either side.
  [[nodiscard]] std::optional<std::int64_t> amount(std::string_view word) const;
  /// Thousandths: "2", "2x", "x2", "0.532", "0.532kg"; not 0.
  [[nodiscard]] std::optional<std::int64_t> quantity_milli(std::string_view word) const;
  /// The unit that such a word ends in, as one of `units`; empty where there is none.
  [[nodiscard]] std::string unit_in(std::string_view quantity) const;
  [[nodiscard]] bool is_symbol(std::string_view word) const;
  [[nodiscard]] bool is_unit(std::string_view word) const;

 private:
  /// digits times 10^-places; groups of three may be parted.
  struct Plain {
    std::int64_t digits = 0;
    std::int64_t places = 0;
  };
  [[nodiscard]] std::optional<Plain> plain(std::string_view text) const;
};

/// A word is "x", "×", "*" or "@", as stands between quantity and price.
bool is_times(std::string_view word);

/// Whether a quantity at a price makes an amount, give or take one minor unit of rounding; signs do not matter.
bool agrees(std::int64_t quantity_milli, std::int64_t price, std::int64_t amount);

}  // namespace greentill::escpos
