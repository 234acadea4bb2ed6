// SPDX-License-Identifier: Apache-2.0
#include "plugins/rules/letters.hpp"

#include <unicode/translit.h>
#include <unicode/uchar.h>
#include <unicode/uniset.h>
#include <unicode/uscript.h>

#include <algorithm>
#include <cstring>
#include <stdexcept>

namespace greentill::rules {
namespace {

void require(UErrorCode status, const char* what) {
  if (U_SUCCESS(status)) return;
  throw std::runtime_error(std::string("ICU cannot ") + what + ": " + u_errorName(status) + "; is libicu-data whole?");
}

bool is_accent(char16_t unit) { return unit >= 0x300 && unit <= 0x36f; }

/// Letters with a stroke or ligature that no decomposition removes, and what people write who lack the key for them.
std::u16string_view without_stroke(char16_t unit) {
  switch (unit) {
    case u'æ': return u"ae";
    case u'œ': return u"oe";
    case u'ø': return u"o";
    case u'đ': return u"d";
    case u'ħ': return u"h";
    case u'ı': return u"i";
    case u'ł': return u"l";
    case u'ŧ': return u"t";
    default: return {};
  }
}

bool is_written_without_spaces(UChar32 point) {
  UErrorCode status = U_ZERO_ERROR;
  switch (uscript_getScript(point, &status)) {
    case USCRIPT_HAN:
    case USCRIPT_HIRAGANA:
    case USCRIPT_KATAKANA:
    case USCRIPT_BOPOMOFO:
    case USCRIPT_THAI:
    case USCRIPT_LAO:
    case USCRIPT_KHMER:
    case USCRIPT_MYANMAR: return true;
    default: return false;
  }
}

Role role_of(UChar32 point) {
  const std::uint32_t category = U_GET_GC_MASK(point);
  if ((category & U_GC_M_MASK) != 0 || u_isalnum(point)) return is_written_without_spaces(point) ? Role::word : Role::part;
  if ((category & (U_GC_SO_MASK | U_GC_SM_MASK)) != 0) return Role::sign;
  const bool apostrophe = point == 0x2018 || point == 0x2019;
  return (category & U_GC_P_MASK) != 0 && !apostrophe ? Role::separator : Role::blank;
}

}  // namespace

Letters::Letters(bool simplify) {
  UErrorCode status = U_ZERO_ERROR;
  casefold_ = icu::Normalizer2::getNFKCCasefoldInstance(status);
  decompose_ = icu::Normalizer2::getNFDInstance(status);
  compose_ = icu::Normalizer2::getNFCInstance(status);
  require(status, "normalise text");
  if (simplify) load_simplified();
}

void Letters::load_simplified() {
  UErrorCode status = U_ZERO_ERROR;
  const std::unique_ptr<icu::Transliterator> to_simplified(
      icu::Transliterator::createInstance("Traditional-Simplified", UTRANS_FORWARD, status));
  require(status, "tell traditional from simplified Chinese");
  icu::UnicodeSet sources;
  to_simplified->getSourceSet(sources);
  for (std::int32_t i = 0; i < sources.getRangeCount(); ++i) {
    // No letter beyond the Basic Multilingual Plane is in use at tills.
    for (UChar32 point = sources.getRangeStart(i); point <= std::min(sources.getRangeEnd(i), 0xffff); ++point) {
      icu::UnicodeString text(point);
      to_simplified->transliterate(text);
      if (text.length() == 1 && text[0] != point) simplified_.emplace_back(static_cast<char16_t>(point), text[0]);
    }
  }
}

char16_t Letters::simplified(char16_t unit) const {
  const auto found = std::lower_bound(simplified_.begin(), simplified_.end(), std::pair{unit, char16_t{0}});
  return found != simplified_.end() && found->first == unit ? found->second : unit;
}

icu::UnicodeString Letters::folded(char32_t point) const {
  UErrorCode status = U_ZERO_ERROR;
  const icu::UnicodeString whole =
      decompose_->normalize(casefold_->normalize(icu::UnicodeString(static_cast<UChar32>(point)), status), status);
  icu::UnicodeString bare;
  for (std::int32_t i = 0; i < whole.length(); ++i) {
    const char16_t unit = whole[i];
    if (is_accent(unit)) continue;
    const std::u16string_view plain = without_stroke(unit);
    if (plain.empty()) {
      bare.append(simplified(unit));
    } else {
      bare.append(plain.data(), static_cast<std::int32_t>(plain.size()));
    }
  }
  icu::UnicodeString composed = compose_->normalize(bare, status);
  require(status, "normalise a letter");
  return composed;
}

Letters::Entry Letters::make(char32_t point) {
  const icu::UnicodeString text = folded(point);
  std::string bytes;
  text.toUTF8String(bytes);
  Entry entry;
  entry.joins = !text.isEmpty() && !compose_->hasBoundaryBefore(text.char32At(0));
  entry.role = role_of(static_cast<UChar32>(point));
  if (bytes.size() <= entry.bytes.size()) {
    entry.size = static_cast<std::uint8_t>(bytes.size());
    std::copy(bytes.begin(), bytes.end(), entry.bytes.begin());
    return entry;
  }
  entry.size = Entry::kElsewhere;
  const auto known = std::find(long_.begin(), long_.end(), bytes);
  const auto index = static_cast<std::uint32_t>(known - long_.begin());
  std::memcpy(entry.bytes.data(), &index, sizeof(index));
  if (known == long_.end()) long_.push_back(bytes);
  return entry;
}

const Letters::Entry& Letters::look_up(char32_t point) {
  if (point > 0xffff) return beyond_ = make(point);
  std::unique_ptr<Page>& page = pages_[point >> 8];
  if (!page) page = std::make_unique<Page>();
  Entry& entry = (*page)[point & 0xff];
  if (entry.size == Entry::kNone) entry = make(point);
  return entry;
}

Letters::Folded Letters::fold(char32_t point) {
  const Entry& entry = look_up(point);
  if (entry.size != Entry::kElsewhere) return {{entry.bytes.data(), entry.size}, entry.joins};
  std::uint32_t index = 0;
  std::memcpy(&index, entry.bytes.data(), sizeof(index));
  return {long_[index], entry.joins};
}

void Letters::compose(std::string& text) const {
  UErrorCode status = U_ZERO_ERROR;
  const icu::UnicodeString composed = compose_->normalize(icu::UnicodeString::fromUTF8(text), status);
  require(status, "put a text's letters together");
  text.clear();
  composed.toUTF8String(text);
}

}  // namespace greentill::rules
