// SPDX-License-Identifier: Apache-2.0
#include "daemon/event/card_mask.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <vector>

#include "daemon/base/utf8.hpp"
#include "daemon/event/fields.hpp"

namespace greentill::event {
namespace {

constexpr std::size_t kFewestDigits = 13;
constexpr std::size_t kMostDigits = 19;
constexpr std::size_t kKeptDigits = 4;

// The zeros of the scripts in which tills print numbers; nine more digits follow each.
constexpr std::array<char32_t, 19> kZeros{0x0660, 0x06f0, 0x07c0, 0x0966, 0x09e6, 0x0a66, 0x0ae6, 0x0b66, 0x0be6, 0x0c66,
                                          0x0ce6, 0x0d66, 0x0e50, 0x0ed0, 0x0f20, 0x1040, 0x17e0, 0x1810, 0xff10};

/// The value of a decimal digit of any script; 10 where it is none.
unsigned digit_of(char32_t point) {
  if (point < kZeros.front()) return point >= '0' && point <= '9' ? point - '0' : 10;
  for (const char32_t zero : kZeros) {
    if (point >= zero && point < zero + 10) return point - zero;
  }
  return 10;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// A space or dash of any width, or none: what people write between the groups of a card number.
bool is_gap(char32_t point) {
  const bool space = point == ' ' || point == 0xa0 || (point >= 0x2000 && point <= 0x200b) || point == 0x202f ||
                     point == 0x205f || point == 0x2060 || point == 0x3000;
  const bool dash = point == '-' || point == 0xad || (point >= 0x2010 && point <= 0x2015) || point == 0x2212 || point == 0xfe58 ||
                    point == 0xfe63 || point == 0xff0d;
  return space || dash;
}

/// What programs write there: also what parts dates, amounts and paths.
bool is_mark(char32_t point) {
  return point == '.' || point == '/' || point == '\t' || point == 0xb7 || point == 0x2022 || point == 0x30fb ||
         point == 0xff0e || point == 0xff0f || point == 0xff65;
}

/// The digits of a number that is written in groups, and whether the groups may be a card's.
class Groups {
 public:
  /// Takes the digits at `at`; answers where they end.
  std::size_t take(std::string_view text, std::size_t at) {
    const std::size_t before = values_.size();
    for (std::size_t end = at; end < text.size(); at = end) {
      const unsigned digit = digit_of(next_code_point(text, end));
      if (digit > 9) break;
      if (values_.size() <= kMostDigits) values_ += static_cast<char>(digit);
    }
    if (values_.size() - before < (before == 0 ? 4 : 3)) small_ = true;
    ++groups_;
    return at;
  }

  /// Takes what joins two groups: answers where the next begins, or `at` where none does.
  std::size_t join(std::string_view text, std::size_t at) {
    constexpr std::size_t kLongestJoint = 3;
    bool only_gaps = true;
    std::size_t next = at;
    for (std::size_t length = 0; next < text.size(); ++length) {
      std::size_t end = next;
      const char32_t point = next_code_point(text, end);
      if (digit_of(point) < 10) {
        marked_ = marked_ || length > 1 || !only_gaps;
        return length == 0 ? at : next;
      }
      only_gaps = only_gaps && is_gap(point);
      if (length == kLongestJoint || (!is_gap(point) && !is_mark(point))) return at;
      next = end;
    }
    return at;
  }

  [[nodiscard]] bool too_many() const { return values_.size() > kMostDigits; }

  /// One space or dash may stand anywhere. Whatever else does is known from a date, an amount or a path by groups as cards have
  /// them: three or more, four digits in the first and three in each other at least.
  [[nodiscard]] bool is_card_number() const {
    return values_.size() >= kFewestDigits && !too_many() && (!marked_ || (groups_ >= 3 && !small_)) && satisfies_luhn();
  }

 private:
  [[nodiscard]] bool satisfies_luhn() const {
    unsigned sum = 0;
    bool doubled = false;
    for (auto it = values_.rbegin(); it != values_.rend(); ++it, doubled = !doubled) {
      const auto digit = static_cast<unsigned>(static_cast<unsigned char>(*it));
      sum += !doubled ? digit : digit > 4 ? 2 * digit - 9 : 2 * digit;
    }
    return sum % 10 == 0;
  }

  std::string values_;
  std::size_t groups_ = 0;
  bool small_ = false;   // a group is smaller than any of a card's
  bool marked_ = false;  // there is a joint of more than one space or dash
};

// The end of the longest card number whose first group of digits begins at `begin`; `begin` where there is none. `first` becomes
// the end of the first group.
std::size_t end_of_card_number(std::string_view text, std::size_t begin, std::size_t& first) {
  Groups groups;
  std::size_t found = begin;
  for (std::size_t at = begin;;) {
    const std::size_t end = groups.take(text, at);
    if (at == begin) first = end;
    if (groups.too_many()) return found;
    if (groups.is_card_number()) found = end;
    at = groups.join(text, end);
    if (at == end) return found;
  }
}

std::string masked(std::string_view number) {
  std::string text;
  std::vector<std::size_t> digits;  // where in `text` each begins
  for (std::size_t at = 0; at < number.size();) {
    const std::size_t begin = at;
    if (digit_of(next_code_point(number, at)) < 10) digits.push_back(text.size());
    text += number.substr(begin, at - begin);
  }
  // From the back, since a digit may be longer than its star.
  for (std::size_t i = digits.size() - kKeptDigits; i-- > 0;) {
    std::size_t end = digits[i];
    next_code_point(text, end);
    text.replace(digits[i], end - digits[i], 1, '*');
  }
  return text;
}

/// Whether the text may hold so many digits as a card number has. A byte that begins a longer character may begin a digit.
bool may_hold_card_number(std::string_view text) {
  const auto could = [](char c) { return is_digit(c) || static_cast<unsigned char>(c) >= 0xc0; };
  return text.size() >= kFewestDigits && std::ranges::count_if(text, could) >= static_cast<std::ptrdiff_t>(kFewestDigits);
}

template <typename Table, typename Of>
void mask_fields(const Table& table, Of& of) {
  each(table, [&]<typename Field>(const Field& field) {
    if constexpr (Field::kKind == Kind::text) {
      mask_card_numbers(of.*field.ours, field.rule.mask);
    } else if constexpr (Field::kKind == Kind::group) {
      mask_fields(field.kFields, of.*field.ours);
    } else if constexpr (Field::kKind == Kind::list) {
      for (auto& element : of.*field.ours) mask_fields(field.kFields, element);
    }
  });
}

}  // namespace

void mask_card_numbers(Transaction& transaction) { mask_fields(kTransactionFields, transaction); }

void mask_card_numbers(std::string& text, Mask mask) {
  if (mask == Mask::always || (mask == Mask::unless_gtin && !is_gtin(text))) mask_card_numbers(text);
}

bool mask_card_numbers(std::string& text) {
  if (!may_hold_card_number(text)) return false;
  bool found = false;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t begin = at;
    if (digit_of(next_code_point(text, at)) > 9) continue;
    const std::size_t end = end_of_card_number(text, begin, at);
    if (end == begin) continue;
    const std::string number = masked(std::string_view(text).substr(begin, end - begin));
    text.replace(begin, end - begin, number);
    at = begin + number.size();
    found = true;
  }
  return found;
}

bool is_gtin(std::string_view text) {
  const std::size_t size = text.size();
  if (size != 8 && size != 12 && size != 13 && size != 14) return false;
  unsigned sum = 0;
  for (std::size_t i = 0; i < size; ++i) {
    if (!is_digit(text[i])) return false;
    const auto digit = static_cast<unsigned>(text[i] - '0');
    sum += (size - i) % 2 == 0 ? 3 * digit : digit;
  }
  return sum % 10 == 0;
}

}  // namespace greentill::event
