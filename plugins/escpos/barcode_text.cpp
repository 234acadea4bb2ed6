// SPDX-License-Identifier: Apache-2.0
#include "plugins/escpos/barcode_text.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "daemon/base/text.hpp"
#include "plugins/escpos/numbers.hpp"

namespace greentill::escpos {
namespace {

constexpr char kGroupSeparator = '\x1d';

/// GS1's: the last digit weighs three.
std::string with_check_digit(std::string_view digits) {
  int sum = 0;
  int weight = 3;
  for (auto digit = digits.rbegin(); digit != digits.rend(); ++digit, weight = 4 - weight) sum += (*digit - '0') * weight;
  return std::string(digits) + static_cast<char>('0' + (10 - sum % 10) % 10);
}

std::string gtin_of(std::string_view data, std::size_t size) {
  return all_digits(data) && data.size() == size - 1 ? with_check_digit(data) : std::string(data);
}

/// Eleven digits of UPC-A as the six of UPC-E; nothing where they have too few zeros for it.
std::optional<std::string> zeros_left_out(std::string_view upca) {
  const std::string_view maker = upca.substr(1, 5);
  const std::string_view item = upca.substr(6, 5);
  if (maker[2] <= '2' && maker.ends_with("00") && item.starts_with("00")) {
    return std::string(maker.substr(0, 2)) + std::string(item.substr(2)) + maker[2];
  }
  if (maker.ends_with("00") && item.starts_with("000")) {
    return std::string(maker.substr(0, 3)) + std::string(item.substr(3)) + '3';
  }
  if (maker.ends_with('0') && item.starts_with("0000")) return std::string(maker.substr(0, 4)) + item[4] + '4';
  if (item.starts_with("0000") && item[4] >= '5') return std::string(maker) + item[4];
  return std::nullopt;
}

/// The eleven digits of UPC-A that seven of UPC-E, with the number system in front, stand for.
std::string zeros_put_back(std::string_view upce) {
  const std::string head(upce.substr(0, 3));
  const char last = upce[6];
  if (last <= '2') return head + last + "0000" + std::string(upce.substr(3, 3));
  if (last == '3') return head + upce[3] + "00000" + std::string(upce.substr(4, 2));
  if (last == '4') return head + std::string(upce.substr(3, 2)) + "00000" + upce[5];
  return head + std::string(upce.substr(3, 3)) + "0000" + last;
}

std::string upce_of(std::string_view data) {
  if (!all_digits(data)) return std::string(data);
  std::string seven;
  if (data.size() == 6) {
    seven = '0' + std::string(data);
  } else if (data.size() == 7 || data.size() == 8) {
    seven = data.substr(0, 7);
  } else if (data.size() == 11 || data.size() == 12) {
    const auto six = zeros_left_out(data);
    if (!six) return std::string(data);
    seven = data[0] + *six;
  } else {
    return std::string(data);
  }
  return seven + with_check_digit(zeros_put_back(seven)).back();
}

std::string codabar_of(std::string_view data) {
  const auto marks = [](char c) { return is_one_of(lower_case({&c, 1}), {"a", "b", "c", "d"}); };
  return std::string(data.size() > 2 && marks(data.front()) && marks(data.back()) ? data.substr(1, data.size() - 2) : data);
}

/// Latin 1, as FNC4 says of a character.
void put_high(std::string& text, char c) {
  const auto point = static_cast<unsigned>(static_cast<unsigned char>(c)) + 0x80u;
  text += static_cast<char>(0xc0u | point >> 6);
  text += static_cast<char>(0x80u | (point & 0x3fu));
}

/// A byte of code set C is a pair of digits, and so no "{".
bool put_pair(std::string& text, char c) {
  const unsigned pair = static_cast<unsigned char>(c);
  if (pair > 99) return false;
  text += static_cast<char>('0' + pair / 10);
  text += static_cast<char>('0' + pair % 10);
  return true;
}

/// Nothing where the printer takes it for no barcode.
std::optional<std::string> code128_of(std::string_view data) {
  std::string text;
  char set = 0;
  bool high = false;
  for (std::size_t i = 0; i < data.size(); ++i) {
    if (data[i] != '{') {
      if (set == 0 || (set == 'C' && !put_pair(text, data[i]))) return std::nullopt;
      if (set != 'C' && high) put_high(text, data[i]);
      if (set != 'C' && !high) text += data[i];
      high = false;
      continue;
    }
    if (++i == data.size()) return std::nullopt;
    switch (data[i]) {
      case 'A':
      case 'B':
      case 'C': set = data[i]; break;
      case 'S':  // the next byte says itself which letter it is
      case '2':
      case '3': break;
      case '1':
        if (!text.empty()) text += kGroupSeparator;
        break;
      case '4': high = true; break;
      case '{': text += '{'; break;
      default: return std::nullopt;
    }
  }
  return text;
}

std::string gs1_of(std::string_view data) {
  std::string text;
  for (std::size_t i = 0; i < data.size(); ++i) {
    if (data[i] == '{' && i + 1 < data.size()) {
      ++i;
      text += data[i] == '1' ? kGroupSeparator : data[i];
    } else if (std::string_view("()*").find(data[i]) == std::string_view::npos) {
      text += data[i];
    }
  }
  return text;
}

}  // namespace

std::string barcode_text(std::string_view symbology, std::string_view data) {
  if (symbology == "upca") return gtin_of(data, 12);
  if (symbology == "ean13") return gtin_of(data, 13);
  if (symbology == "ean8") return gtin_of(data, 8);
  if (symbology == "upce") return upce_of(data);
  if (symbology == "itf") return std::string(data.substr(0, data.size() - data.size() % 2));
  if (symbology == "code39" && data.size() > 2 && data.front() == '*' && data.back() == '*') {
    return std::string(data.substr(1, data.size() - 2));
  }
  if (symbology == "codabar") return codabar_of(data);
  if (symbology == "code128") return code128_of(data).value_or(std::string(data));
  if (symbology == "gs1-128" || symbology == "databar-expanded") return gs1_of(data);
  if (symbology.starts_with("databar") && all_digits(data) && data.size() == 13) return "01" + with_check_digit(data);
  return std::string(data);
}

}  // namespace greentill::escpos
