// SPDX-License-Identifier: Apache-2.0
#include "daemon/event/card_mask.hpp"

#include <algorithm>
#include <cstddef>

#include "daemon/event/fields.hpp"

namespace greentill::event {
namespace {

constexpr std::size_t kFewestDigits = 13;
constexpr std::size_t kMostDigits = 19;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_joint(char c) { return c == ' ' || c == '-'; }

bool satisfies_luhn(std::string_view text) {
  unsigned sum = 0;
  bool doubled = false;
  for (auto it = text.rbegin(); it != text.rend(); ++it) {
    if (!is_digit(*it)) continue;
    unsigned digit = static_cast<unsigned>(*it - '0');
    if (doubled) digit = digit > 4 ? 2 * digit - 9 : 2 * digit;
    sum += digit;
    doubled = !doubled;
  }
  return sum % 10 == 0;
}

std::size_t end_of_digits(std::string_view text, std::size_t at) {
  while (at < text.size() && is_digit(text[at])) ++at;
  return at;
}

// The end of the longest card number whose first group of digits begins at `begin`; `begin` where there is none.
std::size_t end_of_card_number(std::string_view text, std::size_t begin) {
  std::size_t found = begin;
  std::size_t digits = 0;
  for (std::size_t at = begin;;) {
    const std::size_t end = end_of_digits(text, at);
    digits += end - at;
    if (digits > kMostDigits) return found;
    if (digits >= kFewestDigits && satisfies_luhn(text.substr(begin, end - begin))) found = end;
    if (end + 1 >= text.size() || !is_joint(text[end]) || !is_digit(text[end + 1])) return found;
    at = end + 1;
  }
}

void mask(std::string& text, std::size_t begin, std::size_t end) {
  std::size_t kept = 4;
  for (std::size_t at = end; at-- > begin;) {
    if (!is_digit(text[at])) continue;
    if (kept > 0) {
      --kept;
    } else {
      text[at] = '*';
    }
  }
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
  if (text.size() < kFewestDigits) return false;
  if (std::count_if(text.begin(), text.end(), is_digit) < static_cast<std::ptrdiff_t>(kFewestDigits)) return false;
  bool masked = false;
  for (std::size_t at = 0; at < text.size();) {
    if (!is_digit(text[at])) {
      ++at;
      continue;
    }
    const std::size_t end = end_of_card_number(text, at);
    if (end == at) {
      at = end_of_digits(text, at);
      continue;
    }
    mask(text, at, end);
    masked = true;
    at = end;
  }
  return masked;
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
