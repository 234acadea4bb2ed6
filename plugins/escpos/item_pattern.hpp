// SPDX-License-Identifier: Apache-2.0
// How a till writes an item: "{qty} x {name} {price?} {amount}". Words are parted by spaces; {name} takes what the other fields
// leave, and is there once or not at all, so that a line matches in one way and in one pass. Threads: immutable after parsing.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "plugins/escpos/numbers.hpp"

namespace greentill::escpos {

/// A printed line cut at its spaces, without lone currency signs.
struct ItemWords {
  std::vector<std::string> shown;  ///< as printed, for names
  std::vector<std::string> plain;  ///< narrow letters, for numbers
  std::vector<bool> begins_cell;   ///< of a table that is drawn on the paper

  static ItemWords from(std::string_view line, const Numbers& numbers);
};

struct Item {
  std::string name;
  std::string sku;
  std::optional<std::int64_t> quantity_milli;  ///< of its unit
  std::string unit;                            ///< as printed; empty: pieces
  std::optional<std::int64_t> price;
  std::optional<std::int64_t> amount;
  std::string quantity_word;  ///< as printed
  std::string price_word;
};

class ItemPattern {
 public:
  /// What else than its own line tells the item.
  enum class Joins {
    nothing,
    name_above,  ///< the line above, which no pattern matches, is its name
    item_above,  ///< it adds a quantity to the item above
    item_below,  ///< likewise to the one below
  };

  /// Throws std::runtime_error that says what is wrong with the text.
  static ItemPattern parse(std::string_view text, Joins joins);

  [[nodiscard]] Joins joins() const { return joins_; }
  /// Nothing where the line is written otherwise, or where quantity, price and amount contradict each other.
  [[nodiscard]] std::optional<Item> match(const ItemWords& line, const Numbers& numbers) const;

 private:
  enum class Field { literal, name, quantity, price, amount, unit, tax, sku, any };
  struct Element {
    Field field = Field::literal;
    std::string literal;
  };
  using Variant = std::vector<Element>;

  static Element parse_element(std::string_view word, bool& optional);
  [[nodiscard]] static bool take(const Element& element, const ItemWords& line, std::size_t word, const Numbers& numbers,
                                 Item& into);
  [[nodiscard]] static std::optional<Item> match(const Variant& variant, const ItemWords& line, const Numbers& numbers);
  void check() const;

  Joins joins_ = Joins::nothing;
  std::vector<Variant> variants_;  // one for each choice of optional fields, the longest first
};

}  // namespace greentill::escpos
