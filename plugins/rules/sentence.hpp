// SPDX-License-Identifier: Apache-2.0
// A text as phrases read it: words in a row, with marks between clauses. Threads: one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace greentill::rules {

class Sentence {
 public:
  /// How many words and marks are read of a longer text: a till's remark is short.
  static constexpr std::size_t kMost = 127;

  /// The text, to be filled as Folder::clauses() writes it. The sentence has no words until it was cut, word by word.
  std::string& begin_anew() {
    begins_.assign(1, 0);
    return text_;
  }
  [[nodiscard]] bool is_cut() const { return begins_.size() > kMost || begins_.back() + 1u >= text_.size(); }
  /// Cuts the next word, which ends at the space at `end`.
  void cut(std::size_t end) { begins_.push_back(static_cast<std::uint32_t>(end)); }

  /// The number of words and marks.
  [[nodiscard]] std::size_t size() const { return begins_.size() - 1; }
  /// All words, with a space around each.
  [[nodiscard]] std::string_view text() const { return text_; }
  /// Where the word begins; for size(), where the next one would begin.
  [[nodiscard]] std::size_t begin(std::size_t at) const { return begins_[at] + 1; }
  [[nodiscard]] std::string_view word(std::size_t at) const { return between(at, at + 1); }
  /// The words and marks from `first` up to `end`, without spaces at either end.
  [[nodiscard]] std::string_view between(std::size_t first, std::size_t end) const {
    if (first >= end) return {};
    return std::string_view(text_).substr(begin(first), begins_[end] - begin(first));
  }

 private:
  std::string text_;
  std::vector<std::uint32_t> begins_{0};  // the place of the space before each word, and of the one behind the last
};

}  // namespace greentill::rules
