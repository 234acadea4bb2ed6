// SPDX-License-Identifier: Apache-2.0
// Finds all words that rules look for in one pass over a text, whatever the number of rules.
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
  /// Adds a list of texts and returns its number, from 0. The texts are as Folder::words() or Folder::clauses() write them, none
  /// empty.
  std::size_t add(const std::vector<std::string>& texts);
  [[nodiscard]] std::size_t lists() const { return lists_; }
  /// How many 64-bit words hold one bit for each list.
  [[nodiscard]] std::size_t size() const { return (lists_ + 63) / 64; }
  /// Sets the bit of each list that has a text whose words stand one after another in `words`. Requires: `bits` has size()
  /// elements, all 0.
  void find(std::string_view words, std::span<std::uint64_t> bits) const;

  struct Entry {
    std::string rest;  // the text behind its first word, with the spaces around each word
    std::size_t list;
    std::size_t words;
    [[nodiscard]] bool goes_on_in(std::string_view text, std::size_t at) const {
      if (rest.size() == 1) return true;
      // Comparing one letter first rules out most entries.
      return at + rest.size() <= text.size() && text[at + 1] == rest[1] && text.compare(at, rest.size(), rest) == 0;
    }
  };
  /// Calls `take` for each text that stands in `words` from `begin` on, and returns where the first word ends. Requires: a space
  /// stands before `begin`.
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
    std::size_t end;  // where the space behind the word is
    std::uint32_t hash;
  };
  struct Slot {
    std::uint32_t hash = 0;
    std::uint32_t entries = 0;  // index in by_word_ plus one; 0 where the slot is free
  };
  /// Hashes the word (FNV-1a) while it looks for its end.
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

  // An open hash table: most words of most texts are in no list, which one look shows.
  std::vector<Slot> slots_;
  std::vector<std::string> words_;
  std::vector<std::vector<Entry>> by_word_;
  std::size_t lists_ = 0;
};

}  // namespace greentill::rules
