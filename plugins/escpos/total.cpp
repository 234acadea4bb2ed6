// SPDX-License-Identifier: Apache-2.0
#include "plugins/escpos/total.hpp"

#include <algorithm>

namespace greentill::escpos {
namespace {

/// How many words a count takes that the line begins with: "3 items", "3 x", "共3件"; 0 where there is none. A number alone is
/// one.
std::size_t count_before(const PlainLine& line, const Profile& profile) {
  std::size_t at = 0;
  bool counted = false;
  while (at < line.words.size()) {
    const std::size_t begin = at;
    if (!counted && all_digits(line.words[at].folded)) {
      counted = true;
      ++at;
      continue;
    }
    for (const Phrase& phrase : profile.counted) {
      if (const auto behind = phrase.find_words(line, begin); behind && *behind == begin + phrase.words.size())
        at = std::max(at, *behind);
    }
    if (at == begin) break;
  }
  return counted ? at : 0;
}

/// Words behind a place that are neither figures nor a currency.
std::size_t words_behind(const PlainLine& line, std::size_t at, const Profile& profile) {
  const auto begin = line.words.begin() + static_cast<std::ptrdiff_t>(at);
  return static_cast<std::size_t>(
      std::count_if(begin, line.words.end(), [&](const PlainWord& word) { return profile.is_plain_word(word); }));
}

std::optional<Total> amount_at(const Lines& lines, std::size_t at) {
  if (lines.amounts[at]) return Total{at, *lines.amounts[at]};
  // In large letters the amount often has the next line to itself.
  std::size_t next = at + 1;
  while (next < lines.plain.size() && lines.words[next].plain.empty()) ++next;
  if (next == lines.plain.size() || lines.words[next].plain.size() != 1 || !lines.amounts[next]) return std::nullopt;
  return Total{at, *lines.amounts[next]};
}

std::optional<Total> total_at(const Lines& lines, std::size_t at, const Phrase& phrase, const Profile& profile) {
  const PlainLine& line = lines.plain[at];
  const auto behind = phrase.find_words(line, 0);
  if (!behind || has_any(line, profile.not_total)) return std::nullopt;
  const std::size_t before = *behind - phrase.words.size();
  if (before > 0 && before != count_before(line, profile)) return std::nullopt;
  // "Total", "TOTAL (3)", "Total sum"; a line that says more is an item whose name begins so, as is "2 Total Cereal".
  const std::size_t most = before == 1 ? 0 : 1;
  return words_behind(line, *behind, profile) <= most ? amount_at(lines, at) : std::nullopt;
}

/// "3 items 12.50", and no detail of an item ("10 pcs @ 1.28").
bool is_count_and_amount(const Lines& lines, std::size_t at, const Profile& profile) {
  const PlainLine& line = lines.plain[at];
  const std::size_t count = count_before(line, profile);
  const auto& words = lines.words[at].plain;
  return count > 1 && count < line.words.size() && words_behind(line, count, profile) == 0 && lines.amounts[at] &&
         std::none_of(words.begin(), words.end(), [](const std::string& word) { return is_times(word); });
}

}  // namespace

std::optional<Total> find_total(const Lines& lines, const Profile& profile) {
  for (const Phrase& phrase : profile.total) {
    for (std::size_t at = 0; at < lines.plain.size(); ++at) {
      if (const auto total = total_at(lines, at, phrase, profile)) return total;
    }
  }
  for (std::size_t at = 0; at < lines.plain.size(); ++at) {
    if (is_count_and_amount(lines, at, profile)) return Total{at, *lines.amounts[at]};
  }
  return std::nullopt;
}

bool is_total(const Lines& lines, std::size_t at, const Profile& profile) {
  return std::any_of(profile.total.begin(), profile.total.end(),
                     [&](const Phrase& phrase) { return total_at(lines, at, phrase, profile).has_value(); });
}

}  // namespace greentill::escpos
