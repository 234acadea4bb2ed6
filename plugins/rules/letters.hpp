// SPDX-License-Identifier: Apache-2.0
// What ICU makes of single code points, kept. Threads: one at a time.
#pragma once

#include <unicode/normalizer2.h>

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace greentill::rules {

/// How a code point takes part in words and in clauses. A `blank` parts words, a `separator` clauses too; a `sign` (❌, ✓) is no
/// word, but phrases may ask for it.
enum class Role : std::uint8_t { blank, separator, sign, part, word };

class Letters {
 public:
  explicit Letters(bool simplify);

  /// What a code point is compared as. Blanks may be in it, as in a spacing accent or a ligature of several words.
  struct Folded {
    std::string_view text;  // UTF-8, until the next look
    bool joins;             // it may join what stands before it: the text must be composed then
  };
  Folded fold(char32_t point);
  Role role(char32_t point) { return look_up(point).role; }
  /// Puts together what stands apart, as "カ" and a voicing mark.
  void compose(std::string& text) const;

 private:
  struct Entry {
    static constexpr std::uint8_t kNone = 0xff;       // not looked up yet
    static constexpr std::uint8_t kElsewhere = 0xfe;  // its text is longer than fits: the first bytes are its index in long_
    std::uint8_t size = kNone;
    bool joins = false;
    Role role = Role::blank;
    std::array<char, 5> bytes{};
  };
  static_assert(sizeof(Entry) == 8);
  using Page = std::array<Entry, 256>;

  const Entry& look_up(char32_t point);
  Entry make(char32_t point);
  [[nodiscard]] icu::UnicodeString folded(char32_t point) const;
  [[nodiscard]] char16_t simplified(char16_t unit) const;
  void load_simplified();

  const icu::Normalizer2* casefold_;
  const icu::Normalizer2* decompose_;
  const icu::Normalizer2* compose_;
  std::vector<std::pair<char16_t, char16_t>> simplified_;  // sorted
  std::array<std::unique_ptr<Page>, 256> pages_;           // the Basic Multilingual Plane; what lies beyond is rare
  Entry beyond_;
  std::vector<std::string> long_;
};

}  // namespace greentill::rules
