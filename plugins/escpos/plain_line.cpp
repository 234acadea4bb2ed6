// SPDX-License-Identifier: Apache-2.0
#include "plugins/escpos/plain_line.hpp"

#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <stdexcept>

#include "plugins/escpos/icu_text.hpp"
#include "plugins/rules/fold.hpp"

namespace greentill::escpos {
namespace {

/// Unicode's compatibility form (NFKC).
icu::UnicodeString compatible(std::string_view utf8) {
  UErrorCode error = U_ZERO_ERROR;
  const icu::Normalizer2* form = icu::Normalizer2::getNFKCInstance(error);
  if (U_FAILURE(error) != 0) throw std::runtime_error("ICU's normalisation data is not there");
  return form->normalize(icu::UnicodeString::fromUTF8({utf8.data(), static_cast<std::int32_t>(utf8.size())}), error);
}

/// As rules compare names.
std::string fold(std::string_view word) {
  using rules::Folder;
  thread_local Folder letters(Folder::Chinese::as_written);
  if (!rules::has_chinese(word)) return letters.folded(word);
  thread_local Folder chinese(Folder::Chinese::simplified);
  return chinese.folded(word);
}

bool stands_alone(UChar32 point) {
  return point == '#' || u_hasBinaryProperty(point, UCHAR_IDEOGRAPHIC) != 0 || (point >= 0x3040 && point < 0x3100);
}

bool is_word(UChar32 point) { return u_isalnum(point) != 0 || u_charType(point) == U_NON_SPACING_MARK; }

}  // namespace

PlainLine PlainLine::from(std::string_view utf8) {
  const icu::UnicodeString text = compatible(utf8);
  PlainLine line;
  icu::UnicodeString word;
  const auto end_word = [&] {
    if (!word.isEmpty()) {
      const std::string written = to_utf8(word);
      line.words.push_back({fold(written), line.text.size() - written.size(), line.text.size()});
    }
    word.remove();
  };
  for (std::int32_t i = 0; i < text.length(); i = text.moveIndex32(i, 1)) {
    const UChar32 point = text.char32At(i);
    if (stands_alone(point) || !is_word(point)) end_word();
    line.text += to_utf8(icu::UnicodeString(point));
    if (stands_alone(point) || is_word(point)) word.append(point);
    if (stands_alone(point)) end_word();
  }
  end_word();
  return line;
}

std::optional<Phrase> Phrase::from(std::string_view text) {
  Phrase phrase;
  phrase.whole_line = text.starts_with('=');
  for (PlainWord& word : PlainLine::from(text).words) phrase.words.push_back(std::move(word.folded));
  if (phrase.words.empty()) return std::nullopt;
  return phrase;
}

std::optional<std::size_t> Phrase::find(const PlainLine& line, std::size_t from) const {
  if (whole_line && line.words.size() != words.size()) return std::nullopt;
  return find_words(line, from);
}

std::optional<std::size_t> Phrase::find_words(const PlainLine& line, std::size_t from) const {
  const auto same = [](const PlainWord& word, const std::string& folded) { return word.folded == folded; };
  const auto begin = line.words.begin() + static_cast<std::ptrdiff_t>(std::min(from, line.words.size()));
  const auto found = std::search(begin, line.words.end(), words.begin(), words.end(), same);
  if (found == line.words.end()) return std::nullopt;
  return static_cast<std::size_t>(found - line.words.begin()) + words.size();
}

bool Phrase::begins(const PlainLine& line) const {
  const auto behind = find(line);
  return behind && *behind == words.size();
}

bool has_any(const PlainLine& line, const Phrases& phrases) {
  return std::any_of(phrases.begin(), phrases.end(), [&](const Phrase& phrase) { return phrase.find(line).has_value(); });
}

bool says_any(const PlainLine& line, const Phrases& phrases) {
  return std::any_of(phrases.begin(), phrases.end(),
                     [&](const Phrase& phrase) { return phrase.find_words(line, 0).has_value(); });
}

bool begins_with_any(const PlainLine& line, const Phrases& phrases) {
  return std::any_of(phrases.begin(), phrases.end(), [&](const Phrase& phrase) { return phrase.begins(line); });
}

}  // namespace greentill::escpos
