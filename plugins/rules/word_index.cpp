// SPDX-License-Identifier: Apache-2.0
#include "plugins/rules/word_index.hpp"

namespace greentill::rules {

std::size_t WordIndex::add(const std::vector<std::string>& texts) {
  for (const std::string& text : texts) {
    const std::size_t end = text.find(' ', 1);
    by_first_word_[text.substr(1, end - 1)].push_back({text.substr(end), lists_});
  }
  return lists_++;
}

void WordIndex::find(std::string_view words, std::span<std::uint64_t> bits) const {
  if (by_first_word_.empty() || words.empty()) return;
  for (std::size_t begin = 1; begin < words.size();) {
    const std::size_t end = words.find(' ', begin);
    if (const auto found = by_first_word_.find(words.substr(begin, end - begin)); found != by_first_word_.end()) {
      for (const Entry& entry : found->second) {
        if (words.substr(end).starts_with(entry.rest)) bits[entry.list / 64] |= std::uint64_t{1} << entry.list % 64;
      }
    }
    begin = end + 1;
  }
}

}  // namespace greentill::rules
