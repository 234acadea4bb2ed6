// SPDX-License-Identifier: Apache-2.0
#include "plugins/rules/fold.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

#include "daemon/base/utf8.hpp"
#include "plugins/rules/letters.hpp"

namespace greentill::rules {
namespace {

/// What each ASCII character is compared as.
constexpr std::array<char, 128> kFolded = [] {
  std::array<char, 128> table{};
  for (std::size_t c = 0; c < table.size(); ++c) {
    const bool capital = c >= 'A' && c <= 'Z';
    const bool blank = c == ' ' || (c >= '\t' && c <= '\r');
    table[c] = blank ? ' ' : static_cast<char>(capital ? c + ('a' - 'A') : c);
  }
  return table;
}();

/// What each ASCII character is between words and clauses. Two cases depend on their neighbours: a point within a number, and a
/// dash within a word, separate neither.
enum class Sign : std::uint8_t { blank, letter, comma, point, colon, dash };
constexpr std::array<Sign, 128> kSigns = [] {
  std::array<Sign, 128> table{};
  for (std::size_t c = 0; c < table.size(); ++c) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z');
    table[c] = letter ? Sign::letter : Sign::blank;
  }
  for (const char c : std::string_view(";!()[]{}<>/|+")) table[static_cast<unsigned char>(c)] = Sign::comma;
  for (const char c : std::string_view(":?=")) table[static_cast<unsigned char>(c)] = Sign::colon;
  table['.'] = table[','] = Sign::point;
  table['-'] = Sign::dash;
  return table;
}();

bool is_ascii(char c) { return static_cast<unsigned char>(c) < 0x80; }
Sign sign_of(char c) { return kSigns[static_cast<unsigned char>(c)]; }

void trim_end(std::string& text) {
  if (!text.empty() && text.back() == ' ') text.pop_back();
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Writes words with a space around each, into a buffer that has room for all of them.
class Words {
 public:
  /// The largest result: a letter of one byte with its own space and the one before, 3 bytes for each; and a mark with its
  /// spaces.
  Words(std::string& room, std::size_t bytes) {
    if (room.size() < 3 * bytes + 4) room.resize(3 * bytes + 4);
    begin_ = end_ = room.data();
    *end_++ = ' ';
  }
  void letter(char c) { *end_++ = c; }
  void letters(std::string_view text) { end_ = std::copy(text.begin(), text.end(), end_); }
  void blank() {
    if (end_[-1] != ' ') *end_++ = ' ';
  }
  /// Writes a mark. Of several in a row one is kept: a ':', which asks for an answer, rather than a ','.
  void mark(char c) {
    blank();
    const bool again = end_ - begin_ > 2 && (end_[-2] == ',' || end_[-2] == ':') && end_[-3] == ' ';
    if (again && c == ':') end_[-2] = c;
    if (again) return;
    *end_++ = c;
    *end_++ = ' ';
  }
  void finish(std::string& into) {
    blank();
    into.assign(begin_, static_cast<std::size_t>(end_ - begin_));
  }

 private:
  char* begin_;
  char* end_;
};

/// Whether it is the point in "0,4 l" or "1.50".
bool is_in_number(std::string_view text, std::size_t at) {
  if (sign_of(text[at]) != Sign::point || at == 0 || at + 1 == text.size()) return false;
  return is_digit(text[at - 1]) && is_digit(text[at + 1]);
}

/// The mark that an ASCII sign stands for between clauses, or 0. A dash counts only with a blank on either side.
char mark_of(std::string_view text, std::size_t at) {
  switch (sign_of(text[at])) {
    case Sign::colon: return ':';
    case Sign::comma:
    case Sign::point: return ',';
    case Sign::dash: return at > 0 && at + 1 < text.size() && text[at - 1] == ' ' && text[at + 1] == ' ' ? ',' : '\0';
    default: return '\0';
  }
}

/// The next code point; U+FFFD for a malformed byte, though the host lets none through.
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
  if (room_.size() < text.size()) room_.resize(text.size());
  char* const begin = room_.data();
  char* end = begin;
  for (const char c : text) {
    if (!is_ascii(c)) return fold_letters(text, into);
    const char folded = kFolded[static_cast<unsigned char>(c)];
    if (folded != ' ' || (end != begin && end[-1] != ' ')) *end++ = folded;
  }
  if (end != begin && end[-1] == ' ') --end;
  into.assign(begin, static_cast<std::size_t>(end - begin));
}

/// Written into the room as fold() does: character by character onto a string would cost half as much again.
void Folder::fold_letters(std::string_view text, std::string& into) {
  bool joins = false;
  std::size_t end = 0;
  const auto put = [&](char folded) {
    if (folded != ' ' || (end > 0 && room_[end - 1] != ' ')) room_[end++] = folded;
  };
  for (std::size_t at = 0; at < text.size();) {
    if (is_ascii(text[at])) {
      put(kFolded[static_cast<unsigned char>(text[at++])]);
      continue;
    }
    const char32_t point = next_point(text, at);
    if (is_blank(point)) {
      put(' ');
      continue;
    }
    const Letters::Folded folded = letters_->fold(point);
    // There is always room for what is still to be read, were it all ASCII.
    const std::size_t needed = end + folded.text.size() + text.size() - at;
    if (room_.size() < needed) room_.resize(2 * needed);
    for (const char c : folded.text) put(c);
    joins = joins || folded.joins;
  }
  into.assign(room_.data(), end);
  if (joins) letters_->compose(into);
  trim_end(into);
}

std::string Folder::folded(std::string_view text) {
  std::string into;
  fold(text, into);
  return into;
}

bool Folder::words(std::string_view folded, std::string& into) {
  into.clear();
  if (folded.empty()) return true;
  bool one_clause = true;
  Words words(room_, folded.size());
  for (std::size_t at = 0; at < folded.size();) {
    const char c = folded[at];
    if (is_ascii(c)) {
      ++at;
      if (sign_of(c) == Sign::letter) {
        words.letter(c);
      } else {
        words.blank();
        one_clause = one_clause && sign_of(c) == Sign::blank;
      }
      continue;
    }
    const std::size_t begin = at;
    const Role role = letters_->role(next_point(folded, at));
    one_clause = one_clause && role != Role::separator && role != Role::sign;
    if (role != Role::part) words.blank();
    if (role == Role::part || role == Role::word) words.letters(folded.substr(begin, at - begin));
    if (role == Role::word) words.blank();
  }
  words.finish(into);
  if (into.size() == 1) into.clear();
  return one_clause;
}

bool Folder::fold_and_words(std::string_view text, std::string& folded, std::string& words) {
  // As many letters as there are, and for the words a space at either end.
  if (room_.size() < 2 * text.size() + 2) room_.resize(2 * text.size() + 2);
  char* const letters = room_.data();
  char* const separated = letters + text.size();
  char* letter = letters;
  char* word = separated;
  *word++ = ' ';
  bool one_clause = true;
  for (const char c : text) {
    if (!is_ascii(c)) {
      fold(text, folded);
      return this->words(folded, words);
    }
    const char one = kFolded[static_cast<unsigned char>(c)];
    const Sign sign = sign_of(one);
    if (sign == Sign::letter) {
      *letter++ = *word++ = one;
      continue;
    }
    if (one != ' ' || (letter != letters && letter[-1] != ' ')) *letter++ = one;
    if (word[-1] != ' ') *word++ = ' ';
    one_clause = one_clause && sign == Sign::blank;
  }
  if (letter != letters && letter[-1] == ' ') --letter;
  if (word[-1] != ' ') *word++ = ' ';
  folded.assign(letters, static_cast<std::size_t>(letter - letters));
  words.assign(separated, word == separated + 1 ? 0 : static_cast<std::size_t>(word - separated));
  return one_clause;
}

void Folder::clauses(std::string_view folded, std::string& into) {
  Words words(room_, folded.size());
  for (std::size_t at = 0; at < folded.size();) {
    const char c = folded[at];
    if (!is_ascii(c)) {
      const std::size_t begin = at;
      const Role role = letters_->role(next_point(folded, at));
      if (role == Role::separator) words.mark(',');
      if (role != Role::part) words.blank();
      if (role == Role::part || role == Role::word || role == Role::sign) words.letters(folded.substr(begin, at - begin));
      if (role == Role::word || role == Role::sign) words.blank();
      continue;
    }
    if (sign_of(c) == Sign::letter || is_in_number(folded, at)) {
      words.letter(c);
    } else if (const char mark = mark_of(folded, at); mark != 0) {
      words.mark(mark);
    } else {
      words.blank();
    }
    ++at;
  }
  words.finish(into);
}

std::string Folder::words_of(std::string_view folded) {
  std::string into;
  words(folded, into);
  return into;
}

void Folder::fold_to_words(std::string_view text, std::string& into) {
  into.clear();
  if (text.empty()) return;
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
