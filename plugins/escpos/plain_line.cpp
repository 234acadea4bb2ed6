// SPDX-License-Identifier: Apache-2.0
#include "plugins/escpos/plain_line.hpp"

#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <stdexcept>

namespace greentill::escpos {
namespace {

const icu::Normalizer2& normalizer(const icu::Normalizer2* (*get)(UErrorCode&)) {
  UErrorCode error = U_ZERO_ERROR;
  const icu::Normalizer2* found = get(error);
  if (U_FAILURE(error) != 0 || found == nullptr) throw std::runtime_error("ICU's normalisation data is not there");
  return *found;
}

icu::UnicodeString normalized(const icu::UnicodeString& text, const icu::Normalizer2* (*get)(UErrorCode&)) {
  UErrorCode error = U_ZERO_ERROR;
  return normalizer(get).normalize(text, error);
}

std::string to_utf8(const icu::UnicodeString& text) {
  std::string utf8;
  return text.toUTF8String(utf8);
}

std::string fold(const icu::UnicodeString& word) {
  const icu::UnicodeString parted =
      normalized(normalized(word, icu::Normalizer2::getNFKCCasefoldInstance), icu::Normalizer2::getNFDInstance);
  icu::UnicodeString bare;
  for (std::int32_t i = 0; i < parted.length(); i = parted.moveIndex32(i, 1)) {
    const UChar32 point = parted.char32At(i);
    const bool accent = point >= 0x300 && point < 0x370;
    if (!accent) bare.append(point);
  }
  return to_utf8(bare);
}

bool stands_alone(UChar32 point) {
  return point == '#' || u_hasBinaryProperty(point, UCHAR_IDEOGRAPHIC) != 0 || (point >= 0x3040 && point < 0x3100);
}

bool is_word(UChar32 point) { return u_isalnum(point) != 0 || u_charType(point) == U_NON_SPACING_MARK; }

}  // namespace

PlainLine PlainLine::from(std::string_view utf8) {
  const auto decoded = icu::UnicodeString::fromUTF8({utf8.data(), static_cast<std::int32_t>(utf8.size())});
  const icu::UnicodeString text = normalized(decoded, icu::Normalizer2::getNFKCInstance);
  PlainLine line;
  icu::UnicodeString word;
  const auto end_word = [&] {
    if (!word.isEmpty()) {
      const std::size_t size = to_utf8(word).size();
      line.words.push_back({fold(word), line.text.size() - size, line.text.size()});
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

bool begins_with_any(const PlainLine& line, const Phrases& phrases) {
  return std::any_of(phrases.begin(), phrases.end(), [&](const Phrase& phrase) { return phrase.begins(line); });
}

}  // namespace greentill::escpos
