// SPDX-License-Identifier: Apache-2.0
// All that rules look for word by word, found in one pass over a text whatever the number of rules.
// Threads: immutable once filled, safe from any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace greentill::rules {

class WordIndex {
 public:
  /// A list of its own, numbered from 0. Texts as Folder::words() writes them, not empty.
  std::size_t add(const std::vector<std::string>& texts);
  /// How many 64-bit words hold one bit a list.
  [[nodiscard]] std::size_t size() const { return (lists_ + 63) / 64; }
  /// Sets the bits of the lists that have a text whose words stand in `words` one after another. `bits` has size() elements, all
  /// 0.
  void find(std::string_view words, std::span<std::uint64_t> bits) const;

 private:
  struct Hash : std::hash<std::string_view> {
    using is_transparent = void;  // NOLINT(readability-identifier-naming): the library asks for this name
  };
  struct Entry {
    std::string rest;  // of the text behind its first word, with the spaces around each
    std::size_t list;
  };
  std::unordered_map<std::string, std::vector<Entry>, Hash, std::equal_to<>> by_first_word_;
  std::size_t lists_ = 0;
};

}  // namespace greentill::rules
