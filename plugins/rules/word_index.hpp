// SPDX-License-Identifier: Apache-2.0
// All that rules look for word by word, found in one pass over a text whatever the number of rules.
// Threads: immutable once filled, safe from any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace greentill::rules {

class WordIndex {
 public:
  /// A list of its own, numbered from 0. Texts as Folder::words() or Folder::clauses() write them, not empty.
  std::size_t add(const std::vector<std::string>& texts);
  [[nodiscard]] std::size_t lists() const { return lists_; }
  /// How many 64-bit words hold one bit a list.
  [[nodiscard]] std::size_t size() const { return (lists_ + 63) / 64; }
  /// Sets the bits of the lists that have a text whose words stand in `words` one after another. `bits` has size() elements, all
  /// 0.
  void find(std::string_view words, std::span<std::uint64_t> bits) const;

  struct Entry {
    std::string rest;  // of the text behind its first word, with the spaces around each
    std::size_t list;
    std::size_t words;
    [[nodiscard]] bool goes_on_in(std::string_view text, std::size_t at) const {
      if (rest.size() == 1) return true;
      // Most are told apart by one letter.
      return at + rest.size() <= text.size() && text[at + 1] == rest[1] && text.compare(at, rest.size(), rest) == 0;
    }
  };
  /// Calls `take` with each text that the words from `begin` on begin with, and returns where the first of them ends. `begin` is
  /// behind a space.
  template <typename Take>
  std::size_t each_at(std::string_view words, std::size_t begin, const Take& take) const {
    const Word first = next_word(words, begin);
    if (const std::vector<Entry>* entries = find_word(first); entries != nullptr) {
      for (const Entry& entry : *entries) {
        if (entry.goes_on_in(words, first.end)) take(entry);
      }
    }
    return first.end;
  }

 private:
  struct Word {
    std::string_view text;
    std::size_t end;  // of the space behind it
    std::uint32_t hash;
  };
  struct Slot {
    std::uint32_t hash = 0;
    std::uint32_t entries = 0;  // index in by_word_ and one more; 0 where the slot is free
  };
  /// With Fowler, Noll and Vo's hash, which needs no look ahead for the word's end.
  static Word next_word(std::string_view text, std::size_t begin) {
    std::uint32_t hash = 2166136261u;
    std::size_t end = begin;
    for (; end < text.size() && text[end] != ' '; ++end) hash = (hash ^ static_cast<unsigned char>(text[end])) * 16777619u;
    return {text.substr(begin, end - begin), end, hash};
  }
  [[nodiscard]] const std::vector<Entry>* find_word(const Word& word) const {
    if (slots_.empty()) return nullptr;
    const std::size_t mask = slots_.size() - 1;
    for (std::size_t at = word.hash & mask; slots_[at].entries != 0; at = (at + 1) & mask) {
      const std::size_t index = slots_[at].entries - 1;
      if (slots_[at].hash == word.hash && words_[index] == word.text) return &by_word_[index];
    }
    return nullptr;
  }
  std::vector<Entry>& entries_of(const Word& word);
  void grow();

  // A table of our own: most words of most texts are in none of the lists, and are told so by one look.
  std::vector<Slot> slots_;
  std::vector<std::string> words_;
  std::vector<std::vector<Entry>> by_word_;
  std::size_t lists_ = 0;
};

}  // namespace greentill::rules
