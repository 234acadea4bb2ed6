// SPDX-License-Identifier: Apache-2.0
// What ICU makes of single code points, kept once it was asked. Threads: one at a time.
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

/// What a code point does in a text. A `blank` separates words, a `separator` also clauses. A `sign` (❌, ✓) is no word, but
/// phrases may ask for it.
enum class Role : std::uint8_t { blank, separator, sign, part, word };

class Letters {
 public:
  explicit Letters(bool simplify);

  /// What a code point is compared as. The result may contain blanks, as for a spacing accent or a ligature of several words.
  struct Folded {
    std::string_view text;  // UTF-8, valid until the next call
    bool joins;             // whether it may combine with what stands before it, so that the text has to be composed
  };
  Folded fold(char32_t point);
  Role role(char32_t point) { return look_up(point).role; }
  /// Combines what is written apart, such as "カ" and a voicing mark.
  void compose(std::string& text) const;

 private:
  struct Entry {
    static constexpr std::uint8_t kNone = 0xff;  // not looked up yet
    // The text is too long for `bytes`, whose first bytes hold its index in long_.
    static constexpr std::uint8_t kElsewhere = 0xfe;
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
