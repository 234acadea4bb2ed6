// SPDX-License-Identifier: Apache-2.0
#include "plugins/rules/word_index.hpp"

#include <algorithm>

namespace greentill::rules {
namespace {

constexpr std::size_t kFirstSlots = 64;  // always a power of two

}  // namespace

std::vector<WordIndex::Entry>& WordIndex::entries_of(const Word& word) {
  if (const auto* known = find_word(word); known != nullptr) return by_word_[static_cast<std::size_t>(known - by_word_.data())];
  words_.emplace_back(word.text);
  by_word_.emplace_back();
  if (2 * words_.size() > slots_.size()) grow();
  const std::size_t mask = slots_.size() - 1;
  std::size_t at = word.hash & mask;
  while (slots_[at].entries != 0) at = (at + 1) & mask;
  slots_[at] = {word.hash, static_cast<std::uint32_t>(words_.size())};
  return by_word_.back();
}

void WordIndex::grow() {
  const std::vector<Slot> before = std::move(slots_);
  slots_.assign(std::max(kFirstSlots, 2 * before.size()), {});
  const std::size_t mask = slots_.size() - 1;
  for (const Slot& slot : before) {
    if (slot.entries == 0) continue;
    std::size_t at = slot.hash & mask;
    while (slots_[at].entries != 0) at = (at + 1) & mask;
    slots_[at] = slot;
  }
}

std::size_t WordIndex::add(const std::vector<std::string>& texts) {
  for (const std::string& text : texts) {
    const Word first = next_word(text, 1);
    const auto words = static_cast<std::size_t>(std::count(text.begin(), text.end(), ' ')) - 1;
    entries_of(first).push_back({text.substr(first.end), lists_, words});
  }
  return lists_++;
}

void WordIndex::find(std::string_view words, std::span<std::uint64_t> bits) const {
  const auto set = [bits](const Entry& entry) { bits[entry.list / 64] |= std::uint64_t{1} << entry.list % 64; };
  for (std::size_t begin = 1; begin < words.size();) begin = each_at(words, begin, set) + 1;
}

}  // namespace greentill::rules
