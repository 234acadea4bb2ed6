// SPDX-License-Identifier: Apache-2.0
#include "plugins/escpos/item_pattern.hpp"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <stdexcept>

#include "daemon/base/text.hpp"
#include "plugins/escpos/frames.hpp"
#include "plugins/escpos/plain_line.hpp"

namespace greentill::escpos {
namespace {

constexpr std::size_t kMostOptional = 4;

/// At spaces, wide and unbreakable ones too; but for an unbreakable one within a number ("1 234,50").
std::vector<std::string> cut_at_spaces(std::string_view text) {
  constexpr std::string_view kSpaces[] = {" ", "\t", "\u3000", "\u00a0", "\u202f"};
  std::vector<std::string> words(1);
  while (!text.empty()) {
    const auto* space =
        std::find_if(std::begin(kSpaces), std::end(kSpaces), [&](std::string_view one) { return text.starts_with(one); });
    if (space != std::end(kSpaces)) {
      text.remove_prefix(space->size());
      const bool in_number = space->size() > 1 && *space != "\u3000" && !words.back().empty() && is_digit(words.back().back()) &&
                             !text.empty() && is_digit(text.front());
      if (!words.back().empty() && !in_number) words.emplace_back();
      continue;
    }
    words.back() += text.front();
    text.remove_prefix(1);
  }
  if (words.back().empty()) words.pop_back();
  return words;
}

/// "0012" and "A-17", but nothing that is a word.
bool is_article_number(std::string_view word) {
  const bool digit = std::any_of(word.begin(), word.end(), [](char c) { return c >= '0' && c <= '9'; });
  return digit && word.size() <= 40 && std::all_of(word.begin(), word.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-' || c == '_' || c == '/';
         });
}

/// "A", "B2", "19%", "*": what tills set beside an amount to say its rate.
bool is_tax_mark(std::string_view word) {
  if (word.size() > 6) return false;
  if (word.ends_with('%')) return word.size() > 1 && word.find_first_not_of("0123456789.,%") == std::string_view::npos;
  return word.size() <= 2 && std::all_of(word.begin(), word.end(), [](char c) {
           return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '*' || c == '#';
         });
}

/// Something that can be a name: "2 x" is none.
bool has_letter(const std::string& text) {
  for (const PlainWord& word : PlainLine::from(text).words) {
    if (!is_times(word.folded) && !word.is_figures()) return true;
  }
  return false;
}

std::size_t places_of(const std::string& word, char decimal_mark) {
  const std::size_t mark = word.rfind(decimal_mark);
  return mark == std::string::npos ? 0 : word.size() - mark - 1;
}

/// "28.00 2 56.00" says 2 at 28.00, and "1 15.0 15.0" 1 at 15.0, though both agree the other way about as well: a price has
/// decimals where a quantity has, except for weights with three. Where that does not tell, the smaller is the quantity.
bool is_likely(const Item& item, const Numbers& numbers) {
  const std::size_t quantity = places_of(item.quantity_word, numbers.decimal_mark);
  const std::size_t price = places_of(item.price_word, numbers.decimal_mark);
  if (quantity > 2) return true;
  if (quantity > 0 && price == 0) return false;
  if (quantity == 0 && price > 0) return true;
  std::int64_t unit = 1;
  for (std::int64_t i = 0; i < numbers.minor_places; ++i) unit *= 10;
  return std::abs(*item.quantity_milli) * unit <= std::abs(*item.price) * 1000;
}

/// "2x1.50", "x12,99" and "@128" are a quantity, a sign and a price. Cut where a price follows for certain: "4x100" and "x2" may
/// be a name and a quantity.
std::vector<std::string> cut_at_times(const std::string& word, const Numbers& numbers) {
  for (const std::string_view sign : {"x", "X", "\u00d7", "*", "@"}) {
    const std::size_t at = word.find(sign);
    if (at == std::string::npos) continue;
    const std::string before = word.substr(0, at);
    const std::string behind = word.substr(at + sign.size());
    const bool is_price = numbers.amount(behind) && (sign == "@" || !all_digits(behind));
    if (!is_price || (before.empty() && sign == "*") || (!before.empty() && !numbers.quantity_milli(before))) continue;
    return before.empty() ? std::vector<std::string>{std::string(sign), behind}
                          : std::vector<std::string>{before, std::string(sign), behind};
  }
  return {word};
}

/// "0.58/lb".
std::string without_unit(const std::string& price, const Numbers& numbers) {
  const std::size_t slash = price.find('/');
  return slash != std::string::npos && numbers.is_unit(price.substr(slash + 1)) ? price.substr(0, slash) : price;
}

}  // namespace

ItemWords ItemWords::from(std::string_view line, const Numbers& numbers) {
  ItemWords words;
  for (const std::string_view cell : split(line, kCellEnd)) {
    const std::size_t begin = words.plain.size();
    for (const std::string& shown : cut_at_spaces(cell)) {
      const std::string plain = PlainLine::from(shown).text;
      if (numbers.is_symbol(plain) || plain == "=") continue;
      const auto parts = cut_at_times(plain, numbers);
      for (const std::string& part : parts) {
        words.shown.push_back(parts.size() == 1 ? shown : part);
        words.plain.push_back(part);
      }
    }
    words.begins_cell.resize(words.plain.size(), false);
    if (begin > 0 && begin < words.plain.size()) words.begins_cell[begin] = true;
  }
  return words;
}

ItemPattern::Element ItemPattern::parse_element(std::string_view word, bool& optional) {
  static const std::map<std::string_view, Field> kFields{
      {"name", Field::name}, {"qty", Field::quantity}, {"price", Field::price}, {"amount", Field::amount},
      {"unit", Field::unit}, {"tax", Field::tax},      {"sku", Field::sku},     {"any", Field::any}};
  optional = false;
  if (!word.starts_with('{') || !word.ends_with('}')) {
    if (word.find_first_of("{}") != std::string_view::npos) {
      throw std::runtime_error("has '" + std::string(word) + "': a field stands alone, between spaces");
    }
    return {Field::literal, PlainLine::from(word).text};
  }
  word = word.substr(1, word.size() - 2);
  optional = word.ends_with('?');
  if (optional) word.remove_suffix(1);
  const auto found = kFields.find(word);
  if (found == kFields.end()) {
    throw std::runtime_error("has the field {" + std::string(word) +
                             "}; there are name, qty, price, amount, unit, tax, sku and any");
  }
  return {found->second, {}};
}

ItemPattern ItemPattern::parse(std::string_view text, Joins joins) {
  ItemPattern pattern;
  pattern.joins_ = joins;
  pattern.variants_.emplace_back();
  std::size_t options = 0;
  for (const std::string& word : cut_at_spaces(text)) {
    bool optional = false;
    const Element element = parse_element(word, optional);
    if (optional && ++options > kMostOptional) throw std::runtime_error("has more than 4 optional fields");
    const std::vector<Variant> without = pattern.variants_;
    for (Variant& variant : pattern.variants_) variant.push_back(element);
    if (optional) pattern.variants_.insert(pattern.variants_.end(), without.begin(), without.end());
  }
  std::stable_sort(pattern.variants_.begin(), pattern.variants_.end(),
                   [](const Variant& a, const Variant& b) { return a.size() > b.size(); });
  pattern.check();
  return pattern;
}

void ItemPattern::check() const {
  for (const Variant& variant : variants_) {
    const auto count = [&](Field field) {
      return std::count_if(variant.begin(), variant.end(), [&](const Element& element) { return element.field == field; });
    };
    for (const Field field : {Field::name, Field::quantity, Field::price, Field::amount, Field::sku}) {
      if (count(field) > 1) throw std::runtime_error("has a field twice");
    }
    const bool own_name = joins_ == Joins::nothing;
    if (own_name != (count(Field::name) == 1)) {
      throw std::runtime_error(own_name ? "lacks {name}" : "has a {name} of its own, though it joins another line");
    }
    const bool is_item = joins_ == Joins::nothing || joins_ == Joins::name_above;
    if (count(is_item ? Field::amount : Field::quantity) == 0) {
      throw std::runtime_error(is_item ? "lacks {amount}" : "lacks {qty}");
    }
  }
}

bool ItemPattern::take(const Element& element, const ItemWords& line, std::size_t word, const Numbers& numbers, Item& into) {
  const std::string& plain = line.plain[word];
  switch (element.field) {
    case Field::literal: return plain == element.literal || (is_times(plain) && is_times(element.literal));
    case Field::quantity:
      into.quantity_word = plain;
      into.quantity_milli = numbers.quantity_milli(plain);
      if (const std::string unit = numbers.unit_in(plain); !unit.empty()) into.unit = unit;
      return into.quantity_milli.has_value();
    case Field::price:
      into.price_word = plain;
      into.price = numbers.amount(without_unit(plain, numbers));
      return into.price.has_value();
    case Field::amount: into.amount = numbers.amount(plain); return into.amount.has_value();
    case Field::unit: into.unit = plain; return numbers.is_unit(plain);
    case Field::tax: return is_tax_mark(plain);
    case Field::sku: into.sku = plain; return is_article_number(plain);
    case Field::any: return true;
    case Field::name: return false;
  }
  return false;
}

std::optional<Item> ItemPattern::match(const Variant& variant, const ItemWords& line, const Numbers& numbers) {
  const auto name =
      std::find_if(variant.begin(), variant.end(), [](const Element& element) { return element.field == Field::name; });
  const bool named = name != variant.end();
  const std::size_t words = line.plain.size();
  if (named ? words < variant.size() : words != variant.size()) return std::nullopt;
  const auto before = static_cast<std::size_t>(name - variant.begin());
  Item item;
  for (std::size_t i = 0; i < before; ++i) {
    if (!take(variant[i], line, i, numbers, item)) return std::nullopt;
  }
  if (named) {
    const std::size_t behind = variant.size() - before - 1;
    for (std::size_t i = 0; i < behind; ++i) {
      if (!take(variant[before + 1 + i], line, words - behind + i, numbers, item)) return std::nullopt;
    }
    std::size_t end = words - behind;
    // A number with a cell to itself is no part of the name.
    if (!item.quantity_milli && end - before > 1 && line.begins_cell[end - 1] && end < words && line.begins_cell[end]) {
      item.quantity_milli = numbers.quantity_milli(line.plain[end - 1]);
      if (item.quantity_milli) --end;
    }
    for (std::size_t i = before; i < end; ++i) item.name += (item.name.empty() ? "" : " ") + line.shown[i];
    if (!has_letter(item.name)) return std::nullopt;
  }
  const bool whole = item.quantity_milli && item.price && item.amount;
  if (whole && !agrees(*item.quantity_milli, *item.price, *item.amount)) return std::nullopt;
  // Where prices have no decimals, "380 x 2" and "2 x 380" are both in use.
  const bool told = std::any_of(variant.begin(), variant.end(), [&](const Element& e) {
    return e.field == Field::unit || (is_times(e.literal) && numbers.least_places > 0);
  });
  if (item.quantity_milli && item.price && !told && !is_likely(item, numbers)) return std::nullopt;
  return item;
}

std::optional<Item> ItemPattern::match(const ItemWords& line, const Numbers& numbers) const {
  for (const Variant& variant : variants_) {
    if (auto item = match(variant, line, numbers)) return item;
  }
  return std::nullopt;
}

}  // namespace greentill::escpos
