// SPDX-License-Identifier: Apache-2.0
// A text as phrases read it: words in a row, cut into clauses. Threads: one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace greentill::rules {

class Sentence {
 public:
  /// Of a longer text, only so many words and marks are read: a remark, not a letter.
  static constexpr std::size_t kMost = 127;

  /// The text, to be filled in the form of Folder::clauses(); it is no sentence until it was cut, word by word.
  std::string& begin_anew() {
    begins_.assign(1, 0);
    return text_;
  }
  [[nodiscard]] bool is_cut() const { return begins_.size() > kMost || begins_.back() + 1u >= text_.size(); }
  /// The next word ends there, at a space.
  void cut(std::size_t end) { begins_.push_back(static_cast<std::uint32_t>(end)); }

  /// Of words and marks.
  [[nodiscard]] std::size_t size() const { return begins_.size() - 1; }
  /// All, a space around each.
  [[nodiscard]] std::string_view text() const { return text_; }
  /// Where one begins; of size(), where the next would.
  [[nodiscard]] std::size_t begin(std::size_t at) const { return begins_[at] + 1; }
  [[nodiscard]] std::string_view word(std::size_t at) const { return between(at, at + 1); }
  /// Words and marks from one up to another, without spaces at the ends.
  [[nodiscard]] std::string_view between(std::size_t first, std::size_t end) const {
    if (first >= end) return {};
    return std::string_view(text_).substr(begin(first), begins_[end] - begin(first));
  }

 private:
  std::string text_;
  std::vector<std::uint32_t> begins_{0};  // of the space before each word, and behind the last
};

}  // namespace greentill::rules
