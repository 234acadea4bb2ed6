// SPDX-License-Identifier: Apache-2.0
#include "plugins/rules/fold.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

#include "daemon/base/utf8.hpp"
#include "plugins/rules/letters.hpp"

namespace greentill::rules {
namespace {

/// What an ASCII character is compared as.
constexpr std::array<char, 128> kFolded = [] {
  std::array<char, 128> table{};
  for (std::size_t c = 0; c < table.size(); ++c) {
    const bool capital = c >= 'A' && c <= 'Z';
    const bool blank = c == ' ' || (c >= '\t' && c <= '\r');
    table[c] = blank ? ' ' : static_cast<char>(capital ? c + ('a' - 'A') : c);
  }
  return table;
}();

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

bool is_ascii_letter_or_digit(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z'); }

/// Of runs of blanks, one blank; none at the beginning.
void append_blank(std::string& into) {
  if (!into.empty() && into.back() != ' ') into += ' ';
}

void append_folded(char folded, std::string& into) {
  if (folded == ' ') {
    append_blank(into);
  } else {
    into += folded;
  }
}

void trim_end(std::string& text) {
  if (!text.empty() && text.back() == ' ') text.pop_back();
}

/// U+FFFD for a byte that begins none. The host has seen to it that there are no such bytes.
char32_t next_point(std::string_view text, std::size_t& at) {
  const char32_t point = next_code_point(text, at);
  return point == kNoCodePoint ? 0xfffd : point;
}

bool is_blank(char32_t point) {
  return point == 0x85 || point == 0xa0 || point == 0x1680 || (point >= 0x2000 && point <= 0x200a) || point == 0x2028 ||
         point == 0x2029 || point == 0x202f || point == 0x205f || point == 0x3000;
}

}  // namespace

struct Folder::Letters : rules::Letters {
  using rules::Letters::Letters;
};

Folder::Folder(Chinese chinese) : letters_(std::make_unique<Letters>(chinese == Chinese::simplified)) {}
Folder::~Folder() = default;

void Folder::fold(std::string_view text, std::string& into) {
  into.clear();
  if (!is_ascii(text)) return fold_letters(text, into);
  for (const char c : text) append_folded(kFolded[static_cast<unsigned char>(c)], into);
  trim_end(into);
}

void Folder::fold_letters(std::string_view text, std::string& into) {
  bool joins = false;
  for (std::size_t at = 0; at < text.size();) {
    const char32_t point = next_point(text, at);
    if (point < 0x80) {
      append_folded(kFolded[point], into);
    } else if (is_blank(point)) {
      append_blank(into);
    } else {
      const Letters::Folded folded = letters_->fold(point);
      for (const char c : folded.text) append_folded(c, into);
      joins = joins || folded.joins;
    }
  }
  if (joins) letters_->compose(into);
  trim_end(into);
}

std::string Folder::folded(std::string_view text) {
  std::string into;
  fold(text, into);
  return into;
}

void Folder::words(std::string_view folded, std::string& into) {
  into.assign(1, ' ');
  for (std::size_t at = 0; at < folded.size();) {
    const char c = folded[at];
    if (static_cast<unsigned char>(c) >= 0x80) {
      append_letter(folded, at, into);
    } else if (++at; is_ascii_letter_or_digit(c)) {
      into += c;
    } else {
      append_blank(into);
    }
  }
  append_blank(into);
  if (into.size() == 1) into.clear();
}

void Folder::append_letter(std::string_view folded, std::size_t& at, std::string& into) {
  const std::size_t begin = at;
  const Role role = letters_->role(next_point(folded, at));
  if (role != Role::part) append_blank(into);
  if (role != Role::separator) into.append(folded.substr(begin, at - begin));
  if (role == Role::word) into += ' ';
}

std::string Folder::words_of(std::string_view folded) {
  std::string into;
  words(folded, into);
  return into;
}

void Folder::fold_to_words(std::string_view text, std::string& into) {
  fold(text, folded_);
  words(folded_, into);
  if (into.empty()) into = folded_;
}

bool has_chinese(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const char32_t point = next_point(text, at);
    if ((point >= 0x2e80 && point < 0x3000) || (point >= 0x3400 && point < 0xa000) || (point >= 0xf900 && point < 0xfb00))
      return true;
  }
  return false;
}

}  // namespace greentill::rules
