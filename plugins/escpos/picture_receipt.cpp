// SPDX-License-Identifier: Apache-2.0
#include "plugins/escpos/picture_receipt.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>

#include "plugins/common/values/limits.hpp"
#include "plugins/escpos/items.hpp"

namespace greentill::escpos {
namespace {

using std::chrono::steady_clock;

constexpr std::size_t kColumn = 12;  // dots, as of a printer's normal letters
/// The first errs least; the others err elsewhere (docs/escpos.md has the figures).
constexpr std::array kLooks{picture::Look{1, false}, picture::Look{2, true}, picture::Look{2, false}};

/// "2x", "2x1.50" and "2. x": how far the "x" stands from its numbers is the first that is lost in reading.
std::string spaced(const std::string& word) {
  const auto digits = std::find_if_not(word.begin(), word.end(), is_digit);
  const auto x = std::find_if(digits, word.end(), [](char c) { return c == 'x' || c == 'X'; });
  const std::string behind(x == word.end() ? x : x + 1, word.end());
  const bool times = digits != word.begin() && x != word.end() && x - digits <= 1 &&
                     (behind.empty() || behind.find_first_of("0123456789") != std::string::npos);
  return times ? std::string(word.begin(), digits) + " x" + (behind.empty() ? "" : " ") + behind : word;
}

/// "2 x1.50"
std::string spaced(const std::string& word, const std::string& before) {
  const bool number = !before.empty() && std::all_of(before.begin(), before.end(), is_digit);
  const bool price = word.size() > 3 && word[0] == 'x' && word.find_first_of(".,") != std::string::npos;
  return number && price ? "x " + word.substr(1) : spaced(word);
}

/// A decimal mark is one dot of ink, and lost first: "810" at a line's end, or behind an "x", where an amount has decimals.
std::vector<Line> with_marks(std::vector<Line> lines, const Numbers& numbers) {
  if (numbers.least_places <= 0) return lines;
  for (Line& line : lines) {
    const ItemWords words = ItemWords::from(line.text, numbers);
    std::string text;
    for (std::size_t i = 0; i < words.shown.size(); ++i) {
      std::string word = words.shown[i];
      const auto begin = std::find_if(word.begin(), word.end(), is_digit);
      const auto end = std::find_if_not(begin, word.end(), is_digit);
      const std::string beside = std::string(word.begin(), begin) + std::string(end, word.end());
      const bool alone = beside.empty() || numbers.is_symbol(beside);
      const bool amount = i > 0 && (i + 1 == words.shown.size() || is_times(words.plain[i - 1]));
      if (alone && amount && end - begin > numbers.least_places) word.insert(end - numbers.least_places, numbers.decimal_mark);
      text += (text.empty() ? "" : " ") + word;
    }
    line.text = std::move(text);
  }
  return lines;
}

/// Where a sale's items and total stand on the lines that it was read off.
struct Place {
  FoundItems items;
  std::size_t total = 0;
};

/// Of the lines that have a price: what else a receipt says may be handed on as lines too.
std::vector<std::int64_t> prices_of(const std::vector<plugin::Transaction::Line>& lines) {
  std::vector<std::int64_t> prices;
  for (const auto& line : lines) {
    if (line.amount_minor != 0) prices.push_back(line.amount_minor);
  }
  return prices;
}

std::optional<Place> place_of(const plugin::Transaction& sale, const Lines& lines, const Profile& profile) {
  for (std::size_t at = 0; at < lines.plain.size(); ++at) {
    if (lines.amounts[at] != sale.total_minor) continue;
    FoundItems items = find_items(lines, at, profile);
    if (prices_of(items.lines) == prices_of(sale.lines)) return Place{std::move(items), at};
  }
  return std::nullopt;
}

/// "5 x 1.98" of an item at 9.50 is dropped by the profile's patterns, and with it that there are five: each such line must be an
/// item's.
bool tells_quantities(const plugin::Transaction& sale, const Lines& lines, std::size_t end, const Numbers& numbers) {
  for (std::size_t at = 0; at < end; ++at) {
    const auto& words = lines.words[at].plain;
    if (words.size() < 2 || !is_digit(words[0][0]) || !is_times(words[1])) continue;
    const auto quantity = numbers.quantity_milli(words[0]);
    const std::int64_t price = words.size() > 2 ? numbers.amount(words[2]).value_or(0) : 0;
    const auto is_told = [&](const auto& line) {
      return std::abs(line.quantity_milli) == *quantity && (price == 0 || agrees(*quantity, price, line.amount_minor));
    };
    if (!quantity || std::none_of(sale.lines.begin(), sale.lines.end(), is_told)) return false;
  }
  return true;
}

/// Its numbers agree with one another: no number among the items is left over, and the items make the total, or do so together
/// with the taxes and tips that stand between them and it, but for a subtotal.
bool adds_up(const plugin::Transaction& sale, const std::vector<Line>& read, const Profile& profile) {
  std::vector<std::string> texts;
  for (const Line& line : read) texts.push_back(line.text);
  const Lines lines = prepare(texts, profile.numbers);
  const auto place = place_of(sale, lines, profile);
  if (!place || !tells_quantities(sale, lines, place->total, profile.numbers)) return false;
  const std::vector<bool>& used = place->items.used;
  std::size_t behind = place->total;
  while (behind > 0 && !used[behind - 1]) --behind;
  for (auto at = static_cast<std::size_t>(std::find(used.begin(), used.end(), true) - used.begin()); at < behind; ++at) {
    if (!used[at] && lines.plain[at].text.find_first_of("0123456789") != std::string::npos) return false;
  }
  std::int64_t items = 0;
  for (const auto& line : sale.lines) items += line.amount_minor;
  std::int64_t sum = items;
  for (std::size_t at = behind; at < place->total; ++at) {
    if (!lines.amounts[at]) continue;
    if (!has_any(lines.plain[at], profile.not_items)) return false;
    if (*lines.amounts[at] != items) sum += *lines.amounts[at];
  }
  return items == sale.total_minor || sum == sale.total_minor;
}

/// Letters that look alike are alike, and so are capitals and spaces: no rule tells them apart.
std::string plain_name(const std::string& name) {
  std::string plain;
  for (const PlainWord& word : PlainLine::from(name).words) plain += word.folded;
  std::replace_if(
      plain.begin(), plain.end(), [](char c) { return c == 'l' || c == 'i'; }, '1');
  std::replace(plain.begin(), plain.end(), 'o', '0');
  return plain;
}

/// What no arithmetic proves: which receipt it is, and what the paper is.
bool are_of_one_event(const plugin::Transaction& a, const plugin::Transaction& b) {
  return a.event_id == b.event_id && a.begin == b.begin && a.standing == b.standing &&
         a.reversed_event_id == b.reversed_event_id && a.reversal_reason == b.reversal_reason;
}

bool say_the_same(const plugin::Transaction& a, const plugin::Transaction& b) {
  const auto same_line = [](const auto& x, const auto& y) {
    return x.quantity_milli == y.quantity_milli && x.amount_minor == y.amount_minor && x.sku == y.sku && x.gtin == y.gtin &&
           plain_name(x.name) == plain_name(y.name);
  };
  return a.total_minor == b.total_minor && std::equal(a.lines.begin(), a.lines.end(), b.lines.begin(), b.lines.end(), same_line);
}

struct Reading {
  Understood understood;
  bool sums = false;  ///< its numbers agree with one another
};

Reading reading_of(const Receipt& receipt, const Profile& profile, const std::string& issuer, Arrival arrived) {
  Reading reading{understand(receipt, profile, issuer, arrived)};
  const auto& sale = reading.understood.transaction;
  reading.sums = sale && adds_up(*sale, receipt.lines, profile);
  return reading;
}

using Readings = std::vector<Reading>;

/// The first of two that say the same and agree with themselves, where all are of one event. Null where there is none.
const plugin::Transaction* sure_sale(const Readings& readings) {
  const auto sale = [&](std::size_t i) {
    return readings[i].understood.transaction ? &*readings[i].understood.transaction : nullptr;
  };
  for (std::size_t i = 0; i < readings.size(); ++i) {
    if (sale(i) == nullptr || !are_of_one_event(*sale(i), *sale(0))) return nullptr;
  }
  for (std::size_t a = 0; a < readings.size(); ++a) {
    for (std::size_t b = a + 1; b < readings.size(); ++b) {
      if (readings[a].sums && readings[b].sums && say_the_same(*sale(a), *sale(b))) return sale(a);
    }
  }
  return nullptr;
}

/// The most likely sale, as one that is not to be counted.
Understood doubtful(plugin::Transaction sale, const char* why) {
  if (sale.standing == GT_FINAL) {
    sale.standing = GT_DOUBTFUL;
    sale.reversed_event_id.clear();
    sale.remark = why;
  }
  return {std::move(sale), {}};
}

Understood conclude(const Readings& readings, bool in_time) {
  constexpr const char* kLate = "the time for reading its picture was over";
  const plugin::Transaction* const sure = in_time ? sure_sale(readings) : nullptr;
  if (sure != nullptr) return {*sure, {}};
  for (const bool sums : {true, false}) {
    for (const Reading& reading : readings) {
      if (!reading.understood.transaction || reading.sums != sums) continue;
      return doubtful(*reading.understood.transaction, !in_time ? kLate
                                                       : sums   ? "it is printed as a picture, and readings of it differ"
                                                                : "it is printed as a picture, and what is read does not add up");
    }
  }
  for (const Reading& reading : readings) {
    if (!reading.understood.problem.empty()) return reading.understood;
  }
  return {std::nullopt, in_time ? "" : kLate};
}

}  // namespace

std::vector<Line> lines_of(const std::vector<picture::Word>& words) {
  std::vector<Line> lines;
  const picture::Word* last = nullptr;
  for (const picture::Word& word : words) {
    if (last == nullptr || last->line != word.line) {
      lines.push_back({spaced(word.text)});
    } else {
      const std::size_t gap = word.left > last->right ? word.left - last->right : 0;
      lines.back().text += std::string(std::max<std::size_t>(gap / kColumn, 1), ' ') +
                           spaced(word.text, last == nullptr ? std::string() : last->text);
    }
    last = &word;
  }
  return lines;
}

Understood understand_picture(const picture::Bitmap& bitmap, picture::Tesseract& tesseract, const Receipt& receipt,
                              const Profile& profile, const std::string& issuer, Arrival arrived,
                              std::chrono::milliseconds most) {
  const auto deadline = steady_clock::now() + most;
  Readings readings;
  for (const picture::Look look : kLooks) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - steady_clock::now());
    Receipt read = receipt;
    try {
      read.lines = lines_of(tesseract.read(bitmap, look, std::max(left, std::chrono::milliseconds(1))));
    } catch (const plugin::Unusable& problem) {
      if (readings.empty()) return {std::nullopt, problem.what()};
      return conclude(readings, false);
    }
    Reading reading = reading_of(read, profile, issuer, arrived);
    if (!reading.sums) {
      read.lines = with_marks(std::move(read.lines), profile.numbers);
      Reading marked = reading_of(read, profile, issuer, arrived);
      if (marked.sums) reading = std::move(marked);
    }
    readings.push_back(std::move(reading));
  }
  return conclude(readings, true);
}

std::unique_ptr<picture::Tesseract> picture_reader(const toml::Table& toml) {
  const bool on = toml.choice_or("pictures", {"off", "on"}, 0) == 1;
  std::vector<std::string> languages = toml.texts_or_none("picture_languages");
  const std::string data = toml.text_or("picture_data", "");
  if (!on) return nullptr;
  if (languages.empty()) languages = {"eng"};
  constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
  for (const std::string& language : languages) {
    const bool good = !language.empty() && language.find_first_not_of(kLetters) == std::string::npos;
    if (!good) toml.wrong("picture_languages", "must be names of Tesseract's, such as \"eng\" and \"deu\"");
  }
  if (data.empty() || data[0] != '/') {
    toml.wrong("picture_data",
               "must be the folder of Tesseract's files, /usr/share/tesseract-ocr/5/tessdata on Debian 12: "
               "what is named here, the source may read");
  }
  try {
    return std::make_unique<picture::Tesseract>(languages, data);
  } catch (const std::runtime_error& error) {
    toml.wrong("pictures", std::string("cannot be \"on\": ") + error.what());
    return nullptr;
  }
}

}  // namespace greentill::escpos
