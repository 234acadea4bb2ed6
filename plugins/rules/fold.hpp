// SPDX-License-Identifier: Apache-2.0
// Folds text for comparison: what tills and people write differently becomes the same. That is wide and narrow letters, upper and
// lower case, letters with and without accents, traditional and simplified Chinese. Every run of white space becomes one space,
// and none stays at either end. Marks that make another letter are kept: the voicing of kana, the vowels of Indic scripts.
//
// Each letter's result is kept: ICU is asked once for a letter that was not met before, and never for ASCII. Threads: one at a
// time, since results are kept. Memory: at most 640 KiB, of which one language takes a tenth; and 2 MiB of ICU's for the whole
// process once Chinese was prepared.
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace greentill::rules {

class Folder {
 public:
  /// `simplified` folds Chinese letter by letter. That takes some 15 ms to prepare, so it is for rule files that hold Chinese
  /// only. Throws std::runtime_error where ICU's data is missing.
  enum class Chinese { as_written, simplified };
  explicit Folder(Chinese chinese);
  ~Folder();
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  /// Folds `text` into `into`, replacing what it held. `text` is UTF-8; each malformed byte counts as a replacement character.
  void fold(std::string_view text, std::string& into);
  [[nodiscard]] std::string folded(std::string_view text);

  /// The words of a folded text with a space around each: " tea to go ". Words are letters and digits; everything else separates
  /// them. In scripts written without spaces (Chinese, kana, Thai, Lao, Khmer, Burmese) each letter is a word, so that a word of
  /// such a script is found wherever its letters stand together. Empty where there are no words. Returns whether clauses() would
  /// give the same.
  bool words(std::string_view folded, std::string& into);
  [[nodiscard]] std::string words_of(std::string_view folded);

  /// fold() and words() at once, which most texts, being ASCII, are read once for. `folded` and `words` are two strings.
  bool fold_and_words(std::string_view text, std::string& folded, std::string& words);

  /// The words of a folded text cut into clauses: as words(), with ", " where a clause ends and ": " where an answer follows (a
  /// colon, a question mark, an equals sign). Signs such as ❌ count as words here, and a number keeps its point: "own cup? ❌"
  /// becomes " own cup : ❌ ".
  void clauses(std::string_view folded, std::string& into);

  /// Folds a text and takes its words; where it has no words, its signs. This is how a whole text is compared.
  void fold_to_words(std::string_view text, std::string& into);

 private:
  struct Letters;
  void fold_letters(std::string_view text, std::string& into);

  std::unique_ptr<Letters> letters_;
  std::string folded_;
  std::string room_;  // the buffer in which words are written
};

/// Whether a text holds letters that traditional and simplified Chinese may write differently.
bool has_chinese(std::string_view text);

}  // namespace greentill::rules
