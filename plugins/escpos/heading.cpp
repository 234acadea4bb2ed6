// SPDX-License-Identifier: Apache-2.0
#include "plugins/escpos/heading.hpp"

#include <algorithm>
#include <array>

#include "plugins/escpos/numbers.hpp"
#include "plugins/escpos/printed_time.hpp"

namespace greentill::escpos {
namespace {

constexpr std::size_t kMostOtherParts = 1;

/// Words [begin, end) of a line.
struct Part {
  std::size_t begin;
  std::size_t end;
};

bool is_neutral_word(const std::string& word, const Beside& beside) {
  return std::any_of(word.begin(), word.end(), is_digit) || word == "#" || is_month(word, beside.months);
}

/// Of each word, whether it may stand before a heading's words and behind them.
struct Neutral {
  std::vector<bool> before;
  std::vector<bool> behind;
};

void mark(const PlainLine& line, const Phrases& phrases, std::vector<bool>& words) {
  for (const Phrase& phrase : phrases) {
    for (auto behind = phrase.find_words(line, 0); behind; behind = phrase.find_words(line, *behind)) {
      std::fill_n(words.begin() + static_cast<std::ptrdiff_t>(*behind - phrase.words.size()), phrase.words.size(), true);
    }
  }
}

Neutral neutral_words(const PlainLine& line, const Beside& beside) {
  Neutral neutral;
  for (const PlainWord& word : line.words) neutral.before.push_back(is_neutral_word(word.folded, beside));
  mark(line, beside.around, neutral.before);
  neutral.behind = neutral.before;
  mark(line, beside.behind, neutral.behind);
  return neutral;
}

bool all_of(const std::vector<bool>& words, std::size_t begin, std::size_t end) {
  const auto at = [&](std::size_t index) { return words.begin() + static_cast<std::ptrdiff_t>(index); };
  return std::find(at(begin), at(end), false) == at(end);
}

/// Whether the text between two words parts them. A sign within a date or time does not.
bool parts(std::string_view between) {
  constexpr std::array<std::string_view, 9> kMarks{"/", "|", ":", "(", ")", "[", "]", "\u3010", "\u3011"};
  constexpr std::array<std::string_view, 4> kDashes{" - ", " \u2013 ", " \u2014 ", " * "};
  const auto holds = [&](std::string_view mark) { return between.find(mark) != std::string_view::npos; };
  return std::any_of(kMarks.begin(), kMarks.end(), holds) || std::any_of(kDashes.begin(), kDashes.end(), holds);
}

std::vector<Part> parts_of(const PlainLine& line) {
  std::vector<Part> all;
  for (std::size_t i = 0; i < line.words.size(); ++i) {
    const auto digits_meet = [&] {
      return is_digit(line.text[line.words[i - 1].end - 1]) && is_digit(line.text[line.words[i].begin]);
    };
    const bool begins = i == 0 || (!digits_meet() && parts(std::string_view(line.text).substr(
                                                         line.words[i - 1].end, line.words[i].begin - line.words[i - 1].end)));
    if (begins) all.push_back({i, i});
    all.back().end = i + 1;
  }
  return all;
}

/// One of the phrases stands in the part, and all around it there is neutral.
bool says(const PlainLine& line, Part part, const Phrases& phrases, const Neutral& neutral) {
  return std::any_of(phrases.begin(), phrases.end(), [&](const Phrase& phrase) {
    const std::size_t size = phrase.words.size();
    for (auto behind = phrase.find_words(line, part.begin); behind && *behind <= part.end;
         behind = phrase.find_words(line, *behind - size + 1)) {
      if (all_of(neutral.before, part.begin, *behind - size) && all_of(neutral.behind, *behind, part.end)) return true;
    }
    return false;
  });
}

}  // namespace

bool is_heading(const PlainLine& line, const Phrases& phrases, const Beside& beside) {
  return says_any(line, phrases) && says(line, {0, line.words.size()}, phrases, neutral_words(line, beside));
}

bool has_heading(const PlainLine& line, const Phrases& phrases, const Beside& beside) {
  if (!says_any(line, phrases)) return false;
  const Neutral neutral = neutral_words(line, beside);
  bool said = false;
  std::size_t others = 0;
  for (const Part part : parts_of(line)) {
    const bool says_it = says(line, part, phrases, neutral);
    said = said || says_it;
    if (!says_it && !all_of(neutral.behind, part.begin, part.end)) ++others;
  }
  return said && others <= kMostOtherParts;
}

}  // namespace greentill::escpos
