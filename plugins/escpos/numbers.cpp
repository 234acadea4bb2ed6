// SPDX-License-Identifier: Apache-2.0
#include "plugins/escpos/numbers.hpp"

#include <algorithm>
#include <array>

#include "daemon/base/text.hpp"
#include "plugins/escpos/plain_line.hpp"

namespace greentill::escpos {
namespace {

constexpr std::array<std::string_view, 5> kTimes{"x", "X", "\u00d7", "*", "@"};
constexpr std::size_t kMostDigits = 15;  // times 1000 they still fit

bool drop_front(std::string_view& text, std::string_view part) {
  if (part.empty() || !text.starts_with(part)) return false;
  text.remove_prefix(part.size());
  return true;
}

bool drop_back(std::string_view& text, std::string_view part) {
  if (part.empty() || !text.ends_with(part)) return false;
  text.remove_suffix(part.size());
  return true;
}

/// A minus, or the longer dashes that tills print for one.
bool drop_minus(std::string_view& text, bool (*drop)(std::string_view&, std::string_view)) {
  return drop(text, "-") || drop(text, "\u2212") || drop(text, "\u2013");
}

void drop_symbols(std::string_view& text, const std::vector<std::string>& symbols) {
  for (const std::string& symbol : symbols) {
    if (text.size() > symbol.size() && (drop_front(text, symbol) || drop_back(text, symbol))) return;
  }
}

/// Of three, as in 1,234,567; or of two before the last three, as in India: 12,34,567.
bool are_groups(const std::vector<std::size_t>& sizes) {
  if (sizes.size() == 1) return true;
  const auto all = [&](std::size_t size) {
    return std::all_of(sizes.begin() + 1, sizes.end() - 1, [&](std::size_t one) { return one == size; });
  };
  return sizes.back() == 3 && sizes.front() > 0 && ((sizes.front() <= 3 && all(3)) || (sizes.front() <= 2 && all(2)));
}

bool contains(const std::vector<std::string>& all, std::string_view one) {
  return std::find(all.begin(), all.end(), one) != all.end();
}

}  // namespace

bool is_times(std::string_view word) { return std::find(kTimes.begin(), kTimes.end(), word) != kTimes.end(); }

bool Numbers::is_symbol(std::string_view word) const { return contains(symbols, lower_case(word)); }

bool Numbers::is_unit(std::string_view word) const {
  const std::string plain_word = lower_case(word);
  return contains(units, plain_word) ||
         (plain_word.ends_with('.') && contains(units, plain_word.substr(0, plain_word.size() - 1)));
}

std::optional<Numbers::Plain> Numbers::plain(std::string_view text) const {
  const std::size_t mark = std::min(text.rfind(decimal_mark), text.size());
  const std::string_view whole = text.substr(0, mark);
  const std::string_view fraction = mark < text.size() ? text.substr(mark + 1) : std::string_view();
  if (whole.empty() || (mark < text.size() && fraction.empty())) return std::nullopt;
  Plain value;
  std::size_t digits = 0;
  char mark_of_groups = 0;
  std::vector<std::size_t> groups{0};  // how many digits each has
  for (const char c : whole) {
    if (is_digit(c)) {
      value.digits = value.digits * 10 + (c - '0');
      if (++digits > kMostDigits) return std::nullopt;
      ++groups.back();
      continue;
    }
    const bool parts = (c == '.' || c == ',' || c == '\'') && c != decimal_mark && (mark_of_groups == 0 || c == mark_of_groups);
    if (!parts) return std::nullopt;
    mark_of_groups = c;
    groups.push_back(0);
  }
  if (!are_groups(groups)) return std::nullopt;
  for (const char c : fraction) {
    if (!is_digit(c) || ++digits > kMostDigits) return std::nullopt;
    value.digits = value.digits * 10 + (c - '0');
    ++value.places;
  }
  return value;
}

std::optional<std::int64_t> Numbers::amount(std::string_view word) const {
  const std::string small = lower_case(word);
  std::string_view text = small;
  if (text.size() > 1 && is_digit(text[1])) drop_front(text, "*");
  // "2,50a" and "2,50*": a tax letter or a mark that the till sets behind.
  if (text.size() > 1 && (text.back() == '*' || (text.back() >= 'a' && text.back() <= 'z' && is_digit(text[text.size() - 2])))) {
    std::string_view without = text;
    drop_symbols(without, symbols);
    text.remove_suffix(without.size() == text.size() ? 1 : 0);
  }
  const bool in_parentheses = text.starts_with('(') && text.ends_with(')') && text.size() > 2;
  if (in_parentheses) text = text.substr(1, text.size() - 2);
  bool negative = in_parentheses || drop_minus(text, drop_front);
  drop_symbols(text, symbols);
  if (!negative) negative = drop_minus(text, drop_front) || drop_minus(text, drop_back);
  if (!negative) drop_front(text, "+");
  drop_symbols(text, symbols);
  const auto value = plain(text);
  if (!value || value->places < least_places || value->places > most_places) return std::nullopt;
  std::int64_t minor = value->digits;  // at most 10^15, and no currency has more than four places
  for (std::int64_t i = value->places; i < minor_places; ++i) minor *= 10;
  return negative ? -minor : minor;
}

std::string Numbers::unit_in(std::string_view quantity) const {
  const std::string small = lower_case(quantity);
  const auto ends_so = [&](const std::string& unit) {
    return small.size() > unit.size() && small.ends_with(unit) && is_digit(small[small.size() - unit.size() - 1]);
  };
  const auto found = std::find_if(units.begin(), units.end(), ends_so);
  return found == units.end() ? std::string() : *found;
}

std::optional<std::int64_t> Numbers::quantity_milli(std::string_view word) const {
  const std::string small = lower_case(word);
  std::string_view text = small;
  const bool negative = drop_minus(text, drop_front);
  for (const std::string_view times : kTimes) {
    if (drop_front(text, times) || drop_back(text, times)) break;
  }
  drop_back(text, unit_in(text));
  const auto value = plain(text);
  if (!value || value->places > 3 || value->digits == 0) return std::nullopt;
  std::int64_t milli = value->digits;
  for (std::int64_t i = value->places; i < 3; ++i) milli *= 10;
  return milli > 1'000'000'000 ? std::nullopt : std::optional(negative ? -milli : milli);
}

bool agrees(std::int64_t quantity_milli, std::int64_t price, std::int64_t amount) {
  // Below 10^9 times 10^18.
  __extension__ using Wide = __int128;
  const auto size = [](Wide value) { return value < 0 ? -value : value; };
  const Wide off = size(static_cast<Wide>(quantity_milli) * price) - size(static_cast<Wide>(amount) * 1000);
  return size(off) <= 1000;
}

}  // namespace greentill::escpos
