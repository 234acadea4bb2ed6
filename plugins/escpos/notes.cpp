// SPDX-License-Identifier: Apache-2.0
#include "plugins/escpos/notes.hpp"

#include <algorithm>
#include <optional>
#include <string>

#include "daemon/base/text.hpp"
#include "plugins/escpos/total.hpp"

namespace greentill::escpos {
namespace {

using ItemLine = plugin::Transaction::Line;

constexpr std::size_t kMostDigitsInARow = 4;  // more is a telephone, a card, a customer's number
constexpr std::size_t kMostFieldWords = 6;
constexpr std::size_t kMostFieldBytes = 64;
constexpr std::size_t kMostFields = 32;

bool may_be_personal(std::string_view text) {
  std::size_t digits = 0;
  for (const char c : text) {
    digits = is_digit(c) ? digits + 1 : 0;
    if (digits > kMostDigitsInARow || c == '@') return true;
  }
  return false;
}

bool has_word(const PlainLine& line) {
  return std::any_of(line.words.begin(), line.words.end(),
                     [](const PlainWord& word) { return word.folded.find_first_not_of("0123456789#") != std::string::npos; });
}

bool is_label(const PlainLine& line, const Profile& p) {
  const auto lists = {&p.number, &p.original, &p.original_date, &p.no_sale, &p.slip, &p.not_total, &p.voided};
  return std::any_of(lists.begin(), lists.end(), [&](const Phrases* phrases) { return has_any(line, *phrases); });
}

struct Field {
  std::string name;
  std::string value;
};

/// "name: value" and "name? value".
std::optional<Field> field_of(const PlainLine& line) {
  const std::size_t mark = line.text.find_first_of(":?");
  if (mark == std::string::npos) return std::nullopt;
  Field field{std::string(trimmed(std::string_view(line.text).substr(0, mark))),
              std::string(trimmed(std::string_view(line.text).substr(mark + 1)))};
  if (field.name.empty() || field.value.empty()) return std::nullopt;
  return field;
}

/// A field of the order, as the profile knows them.
std::optional<Field> known_field(const PlainLine& line, const Profile& profile) {
  auto field = field_of(line);
  if (!field || field->name.size() > kMostFieldBytes || field->value.size() > kMostFieldBytes || may_be_personal(line.text)) {
    return std::nullopt;
  }
  const PlainLine name = PlainLine::from(field->name);
  if (name.words.size() > kMostFieldWords || !has_any(name, profile.fields)) return std::nullopt;
  return field;
}

class Notes {
 public:
  Notes(const Lines& lines, std::size_t end, const Profile& profile, FoundItems& into)
      : lines_(lines), end_(end), profile_(profile), into_(into) {}

  void add() {
    const auto first = static_cast<std::size_t>(std::find(into_.used.begin(), into_.used.end(), true) - into_.used.begin());
    FoundItems all{{}, into_.used, {}};
    std::size_t item = 0;
    for (std::size_t at = 0; at < lines_.plain.size(); ++at) {
      for (; item < into_.at.size() && into_.at[item] <= at; ++item) put(all, std::move(into_.lines[item]), into_.at[item]);
      const std::string note = at > first && at < end_ && is_wish(at) ? shown(at) : remark(at);
      if (note.empty() || repeats_reduction(at)) continue;
      ItemLine line;
      line.name = note;
      all.used[at] = true;
      put(all, std::move(line), at);
    }
    into_ = std::move(all);
  }

 private:
  static void put(FoundItems& all, ItemLine line, std::size_t at) {
    all.lines.push_back(std::move(line));
    all.at.push_back(at);
  }

  /// May be shown to rules at all.
  [[nodiscard]] bool is_free(std::size_t at) const {
    const PlainLine& line = lines_.plain[at];
    return !into_.used[at] && !lines_.amounts[at] && has_word(line) && !may_be_personal(line.text) && !is_label(line, profile_) &&
           !profile_.is_any_heading(line);
  }

  /// What stands under an item, or between items, without a price.
  [[nodiscard]] bool is_wish(std::size_t at) const {
    const PlainLine& line = lines_.plain[at];
    const bool other = has_any(line, profile_.not_items) || profile_.begins_with_tender(line) ||
                       begins_with_any(line, profile_.total) || find_date(line.text, profile_.time).has_value();
    // Fields that the profile does not know may be anybody's name.
    return is_free(at) && !other && !field_of(line);
  }

  /// A line that begins with a word for a remark, with the next one where nothing stands behind the word; else empty.
  [[nodiscard]] std::string remark(std::size_t at) const {
    if (!is_free(at) || !begins_with_any(lines_.plain[at], profile_.notes)) return {};
    const auto alone = [&](const Phrase& phrase) {
      return phrase.words.size() == lines_.plain[at].words.size() && phrase.begins(lines_.plain[at]);
    };
    if (std::none_of(profile_.notes.begin(), profile_.notes.end(), alone)) return shown(at);
    const std::size_t next = at + 1;
    return next < lines_.plain.size() && is_free(next) && !field_of(lines_.plain[next]) ? shown(at) + " " + shown(next)
                                                                                        : std::string();
  }

  /// "own cup", where "Own cup discount -0.30" says it as well.
  [[nodiscard]] bool repeats_reduction(std::size_t at) const {
    std::vector<std::string> words;
    for (const PlainWord& word : lines_.plain[at].words) words.push_back(word.folded);
    const Phrase note{std::move(words), false};
    for (std::size_t other = 0; other < end_; ++other) {
      if (into_.used[other] && lines_.amounts[other] && *lines_.amounts[other] < 0 && note.find_words(lines_.plain[other], 0))
        return true;
    }
    return false;
  }

  [[nodiscard]] std::string shown(std::size_t at) const {
    std::string text;
    for (const std::string& word : lines_.words[at].shown) text += (text.empty() ? "" : " ") + word;
    return text;
  }

  const Lines& lines_;
  std::size_t end_;
  const Profile& profile_;
  FoundItems& into_;
};

}  // namespace

void add_notes(const Lines& lines, std::size_t end, const Profile& profile, FoundItems& into) {
  Notes(lines, end, profile, into).add();
}

std::vector<plugin::Transaction::Attribute> find_fields(const Lines& lines, const Profile& profile,
                                                        const std::vector<bool>& used) {
  std::vector<plugin::Transaction::Attribute> all;
  for (std::size_t at = 0; at < lines.plain.size() && all.size() < kMostFields; ++at) {
    auto field = used[at] || lines.priced[at] ? std::nullopt : known_field(lines.plain[at], profile);
    const auto same = [&](const auto& one) { return one.key == field->name; };
    if (field && std::none_of(all.begin(), all.end(), same)) all.push_back({std::move(field->name), std::move(field->value)});
  }
  return all;
}

}  // namespace greentill::escpos
