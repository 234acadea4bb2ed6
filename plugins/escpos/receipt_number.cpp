// SPDX-License-Identifier: Apache-2.0
#include "plugins/escpos/receipt_number.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <optional>
#include <string_view>
#include <vector>

#include "daemon/base/text.hpp"

namespace greentill::escpos {
namespace {

constexpr std::size_t kMostNumberBytes = 40;

bool is_ascii_letter(char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); }
bool is_high(char c) { return static_cast<unsigned char>(c) >= 0x80; }

struct Word {
  std::string_view text;
  char before = ' ';  // what stands right before it
  char behind = ' ';
  bool hash = false;  // "#" stands before it

  [[nodiscard]] bool has_digit() const { return std::any_of(text.begin(), text.end(), is_digit); }
  [[nodiscard]] std::optional<int> number() const { return all_digits(text) ? parse_integer<int>(text) : std::nullopt; }
};

/// Runs of letters, digits and -/_. as numbers have, and ":" and "," between digits; of letters beyond ASCII likewise.
std::vector<Word> words_of(std::string_view text) {
  const auto belongs = [&](std::size_t i) {
    const char c = text[i];
    if (c == ':' || c == ',') return i > 0 && i + 1 < text.size() && is_digit(text[i - 1]) && is_digit(text[i + 1]);
    return is_digit(c) || is_ascii_letter(c) || is_high(c) || c == '-' || c == '/' || c == '_' || c == '.';
  };
  std::vector<Word> words;
  bool hash = false;
  for (std::size_t i = 0; i < text.size();) {
    hash = hash || text[i] == '#';
    if (!is_digit(text[i]) && !is_ascii_letter(text[i]) && !is_high(text[i])) {
      ++i;
      continue;
    }
    const std::size_t begin = i;
    // Nothing parts figures from what is written without spaces.
    while (i < text.size() && belongs(i) && is_high(text[i]) == is_high(text[begin])) ++i;
    std::string_view word = text.substr(begin, i - begin);
    while (word.find_first_of(".-/", word.size() - 1) != std::string_view::npos) word.remove_suffix(1);
    if (is_high(word[0]) && PlainLine::from(word).words.empty()) continue;  // "n° 12"
    words.push_back({word, begin > 0 ? text[begin - 1] : ' ', i < text.size() ? text[i] : ' ', hash});
    hash = false;
  }
  return words;
}

bool names_month(std::string_view word, const TimeFormats& time) {
  static const std::vector<std::string> kEnglish{"january", "february", "march",     "april",   "may",      "june",
                                                 "july",    "august",   "september", "october", "november", "december"};
  const auto words = PlainLine::from(word).words;
  return words.size() == 1 && (is_month(words[0].folded, time.months) || is_month(words[0].folded, kEnglish));
}

bool is_day(int day, int month) { return day >= 1 && day <= 31 && month >= 1 && month <= 12; }

/// Three numbers between the same signs that can be a day, in whatever order.
bool is_date(std::string_view text) {
  for (const char sign : {'/', '-', '.'}) {
    const auto parts = split(text.substr(0, text.find_first_of("Tt")), sign);
    if (parts.size() != 3 || !std::all_of(parts.begin(), parts.end(), all_digits)) continue;
    const std::array<std::size_t, 3> sizes{parts[0].size(), parts[1].size(), parts[2].size()};
    if (std::any_of(sizes.begin(), sizes.end(), [](std::size_t size) { return size > 4; })) continue;
    const int a = parse_integer<int>(parts[0]).value_or(0);
    const int b = parse_integer<int>(parts[1]).value_or(0);
    const int c = parse_integer<int>(parts[2]).value_or(0);
    const auto is_year = [](std::size_t size) { return size == 2 || size == 4; };
    if (sizes[1] > 2) continue;
    if (is_year(sizes[2]) && sizes[0] <= 2 && (is_day(a, b) || is_day(b, a))) return true;
    if (is_year(sizes[0]) && sizes[2] <= 2 && is_day(c, b)) return true;
  }
  return false;
}

bool is_time(const Word& word, const Word* next) {
  const std::size_t figures = std::min(word.text.find_first_not_of("0123456789"), word.text.size());
  if (figures == 0 || figures > 2) return false;
  const std::string rest = lower_case(word.text.substr(figures));
  if (rest.starts_with(':') || rest == "am" || rest == "pm" || rest == "h") return true;
  if (rest.size() == 3 && rest[0] == 'h' && all_digits(std::string_view(rest).substr(1))) return true;
  const std::string unit = next == nullptr ? "" : lower_case(next->text);
  return is_one_of(unit, {"am", "pm", "a.m", "p.m", "uhr", "h"}) && (rest.empty() || (rest.size() == 3 && rest[0] == '.'));
}

/// "1/2": the first of two copies.
bool is_share(std::string_view text) {
  return text.size() == 3 && text[1] == '/' && is_digit(text[0]) && is_digit(text[2]) && text[0] <= text[2];
}

bool is_ordinal_or_count(std::string_view text) {
  const std::size_t figures = text.find_first_not_of("0123456789");
  if (figures == std::string_view::npos) return false;
  const std::string rest = lower_case(text.substr(figures));
  if (figures > 0) return is_one_of(rest, {"st", "nd", "rd", "th", "x"});
  return rest.size() > 1 && rest[0] == 'x' && all_digits(std::string_view(rest).substr(1));
}

bool is_price(const Word& word, const Numbers& numbers) {
  if (word.behind == '%' || word.before == '$' || word.text.find(',') != std::string_view::npos) return true;
  return word.text.find(numbers.decimal_mark) != std::string_view::npos && numbers.amount(word.text).has_value();
}

/// The receipt's own day without signs, or without its year.
bool is_own_date(std::string_view text, const Date& date) {
  const auto day = static_cast<unsigned>(date.day());
  const auto month = static_cast<unsigned>(date.month());
  const int year = static_cast<int>(date.year());
  const auto same = [&](const char* format, auto... values) {
    std::array<char, 40> out{};
    std::snprintf(out.data(), out.size(), format, values...);
    return text == out.data();
  };
  const int short_year = year % 100;
  if (same("%04d%02u%02u", year, month, day) || same("%02d%02u%02u", short_year, month, day)) return true;
  for (const auto& [first, second] : {std::pair{day, month}, std::pair{month, day}}) {
    if (same("%02u%02u%04d", first, second, year) || same("%02u%02u%02d", first, second, short_year)) return true;
    for (const char* format : {"%02u/%02u", "%u/%u", "%02u.%02u", "%02u-%02u"}) {
      if (same(format, first, second)) return true;
    }
  }
  return false;
}

class Reader {
 public:
  Reader(std::vector<Word> words, const NumberContext& context) : words_(std::move(words)), context_(context) {}

  std::string read() const {
    bool only_hashes = false;
    for (std::size_t i = 0; i < words_.size();) {
      const std::size_t other = other_at(i);
      if (other == 0 && words_[i].has_digit() && (!only_hashes || words_[i].hash)) {
        return words_[i].text.size() <= kMostNumberBytes ? std::string(words_[i].text) : std::string();
      }
      only_hashes = only_hashes || other == 0;
      i += std::max<std::size_t>(other, 1);
    }
    return {};
  }

 private:
  [[nodiscard]] const Word* at(std::size_t i) const { return i < words_.size() ? &words_[i] : nullptr; }

  /// How many words from there on say something else than a number; 0 where they do not.
  [[nodiscard]] std::size_t other_at(std::size_t i) const {
    const Word& word = words_[i];
    if (const std::size_t named = named_date_at(i); named > 0) return named;
    if (const std::size_t share = share_at(i); share > 0) return share;
    const bool other = is_date(word.text) || is_time(word, at(i + 1)) || is_share(word.text) || is_ordinal_or_count(word.text) ||
                       is_price(word, context_.numbers) || is_own_date(word.text, context_.date) || is_half_of_day(i);
    return other ? 1 : 0;
  }
  [[nodiscard]] bool is_half_of_day(std::size_t i) const {
    return i > 0 && is_one_of(lower_case(words_[i].text), {"am", "pm", "a.m", "p.m", "uhr", "h"}) &&
           is_time(words_[i - 1], &words_[i]);
  }
  /// "28 Nov 2026", "Nov 28, 2026".
  [[nodiscard]] std::size_t named_date_at(std::size_t i) const {
    if (i + 1 >= words_.size()) return 0;
    const auto is_day_word = [](const Word& word) {
      const std::string_view figures = word.text.substr(0, word.text.find_first_not_of("0123456789"));
      return !figures.empty() && figures.size() <= 2 && word.text.size() <= figures.size() + 2;
    };
    const bool day_first = is_day_word(words_[i]) && names_month(words_[i + 1].text, context_.time);
    const bool month_first = names_month(words_[i].text, context_.time) && is_day_word(words_[i + 1]);
    if (!day_first && !month_first) return 0;
    const Word* year = at(i + 2);
    return year != nullptr && !year->hash && all_digits(year->text) && (year->text.size() == 4 || year->text.size() == 2) ? 3 : 2;
  }
  /// "1 of 2".
  [[nodiscard]] std::size_t share_at(std::size_t i) const {
    if (i + 2 >= words_.size()) return 0;
    const auto part = words_[i].number();
    const auto all = words_[i + 2].number();
    if (!part || !all || *part > *all || *all > 99) return 0;
    return is_one_of(lower_case(words_[i + 1].text), {"of", "von", "de", "sur", "di", "van", "av", "af", "z", "/"}) ? 3 : 0;
  }

  std::vector<Word> words_;
  const NumberContext& context_;
};

}  // namespace

std::string number_behind(const PlainLine& line, std::size_t word, const NumberContext& context) {
  const std::size_t begin = word == 0 ? 0 : line.words[word - 1].end;
  return Reader(words_of(std::string_view(line.text).substr(begin)), context).read();
}

}  // namespace greentill::escpos
