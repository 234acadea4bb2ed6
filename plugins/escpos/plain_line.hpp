// SPDX-License-Identifier: Apache-2.0
// A printed line for comparing: what tills write differently is the same. Threads: values; pure functions.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace greentill::escpos {

/// A run of letters and digits, an ideograph or kana alone (nothing parts them in print), or "#".
struct PlainWord {
  std::string folded;     ///< without case, accents, width, and whether Chinese is traditional or simplified
  std::size_t begin = 0;  ///< in the line's text
  std::size_t end = 0;

  /// Of digits alone, or "#".
  [[nodiscard]] bool is_figures() const { return folded.find_first_not_of("0123456789#") == std::string::npos; }
};

struct PlainLine {
  std::string text;  ///< Unicode's compatibility form (NFKC): wide letters and digits are narrow
  std::vector<PlainWord> words;

  static PlainLine from(std::string_view utf8);
};

/// Words that stand together. Written "=copy" in a profile it must be all of a line's.
struct Phrase {
  std::vector<std::string> words;
  bool whole_line = false;

  /// Nothing where the text holds no word.
  static std::optional<Phrase> from(std::string_view text);
  /// The index of the word behind it, where the line has it, at or behind `from`.
  [[nodiscard]] std::optional<std::size_t> find(const PlainLine& line, std::size_t from = 0) const;
  /// Likewise, whatever else stands on the line.
  [[nodiscard]] std::optional<std::size_t> find_words(const PlainLine& line, std::size_t from) const;
  [[nodiscard]] bool begins(const PlainLine& line) const;
};

using Phrases = std::vector<Phrase>;
bool has_any(const PlainLine& line, const Phrases& phrases);
/// Whatever else stands on the line, of those with "=" as well.
bool says_any(const PlainLine& line, const Phrases& phrases);
bool begins_with_any(const PlainLine& line, const Phrases& phrases);

}  // namespace greentill::escpos
