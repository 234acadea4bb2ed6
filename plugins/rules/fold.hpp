// SPDX-License-Identifier: Apache-2.0
// Text for comparing: what tills and people write differently becomes the same. Wide and narrow letters, capitals and small ones,
// letters with and without accents, traditional and simplified Chinese; every run of white space is one space, and none is left
// at either end. What an accent would make another letter of stays: kana keep their voicing, Indic letters their vowels.
//
// The letters of a text are looked up one by one; ICU is asked once for each that was not met before. ASCII never gets as far.
// Threads: one at a time, since what was looked up is kept. Memory: at most 640 KiB, of which a shop's language takes
// a tenth; and what ICU keeps for the process, 2 MiB once Chinese was prepared.
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace greentill::rules {

class Folder {
 public:
  /// Chinese letter by letter, which takes some 15 ms to prepare: only where there is any to be found. Throws std::runtime_error
  /// where ICU's data is not there.
  enum class Chinese { as_written, simplified };
  explicit Folder(Chinese chinese);
  ~Folder();
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  /// `text` is UTF-8; bytes that are none count as a replacement character each. Replaces what was in `into`.
  void fold(std::string_view text, std::string& into);
  [[nodiscard]] std::string folded(std::string_view text);

  /// The words of a folded text, a space around each: " tea to go ". Words are letters and digits; whatever else stands between
  /// them parts them. Where a script writes no spaces (Chinese, kana, Thai, Lao, Khmer, Burmese) each letter is a word, so that a
  /// word of it is found wherever its letters stand together. Empty where there is none.
  /// Returns whether clauses() would make the same of it.
  bool words(std::string_view folded, std::string& into);
  [[nodiscard]] std::string words_of(std::string_view folded);

  /// The words of a folded text cut into clauses: as words(), with ", " where a clause ends and ": " where an answer is to follow
  /// (a colon, a question mark, an equals sign). Signs such as ❌ are words here, and a number keeps its point: "own cup? ❌" is
  /// " own cup : ❌ ".
  void clauses(std::string_view folded, std::string& into);

  /// The words of a text that was not folded yet, or, where it holds none, its signs: what is compared where a whole text is
  /// meant.
  void fold_to_words(std::string_view text, std::string& into);

 private:
  struct Letters;
  void fold_letters(std::string_view text, std::string& into);

  std::unique_ptr<Letters> letters_;
  std::string folded_;
  std::string room_;  // to write words in
};

/// Whether a text holds letters that traditional and simplified Chinese may write differently.
bool has_chinese(std::string_view text);

}  // namespace greentill::rules
