// SPDX-License-Identifier: Apache-2.0
// What a text must say, in words and concepts: "... {drink} {own} {vessel}". docs/rules.md has the grammar.
// Threads: immutable once read, safe from any thread; the reading is one thread's.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "plugins/rules/lexicon.hpp"

namespace greentill::rules {

struct Element {
  enum class Kind : std::uint8_t { idea, any, comma, colon };
  Kind kind = Kind::idea;
  const Concept* of = nullptr;
  bool optional = false;
  bool repeats = false;
};

/// Of the index, that a text must have.
struct Lists {
  std::vector<std::uint64_t> bits;
  std::optional<std::size_t> last;  // that was added
  void add(std::size_t list);
  [[nodiscard]] bool all_in(std::span<const std::uint64_t> given) const;
};

struct Phrase {
  std::string written;  // with the words that others are made of put in their place
  std::vector<Element> elements;
  Lists required;
};

/// Of a sentence that says a phrase: which, and the words that say it.
struct Said {
  const Phrase* phrase = nullptr;
  std::size_t begin = 0;
  std::size_t end = 0;
};

class Phrases {
 public:
  /// Whether a text that has these lists may say one of them. Most may not, which is told at once.
  [[nodiscard]] bool may_hold(std::span<const std::uint64_t> lists) const {
    for (std::size_t i = 0; i < cover_.size(); ++i) {
      if ((cover_[i] & lists[i]) != 0) return allows_one(lists);
    }
    return without_lists_;
  }
  [[nodiscard]] bool hold(std::span<const std::uint64_t> lists, const Reading& reading) const;
  /// The first that is said, for people. Lifetime of the result: this object's.
  [[nodiscard]] std::optional<Said> find(std::span<const std::uint64_t> lists, const Reading& reading) const;

  void add(Phrase phrase);

 private:
  /// Phrases that require the same, which most texts do not have.
  struct Group {
    Lists required;
    std::vector<Phrase> phrases;
  };
  void cover(const Lists& required);
  [[nodiscard]] bool allows_one(std::span<const std::uint64_t> lists) const;
  [[nodiscard]] const Phrase* first_of(std::span<const std::uint64_t> lists, const Reading& reading) const;

  std::vector<Group> groups_;
  std::vector<std::uint64_t> cover_;  // lists of which each group requires one
  bool without_lists_ = false;        // one of the groups requires none
};

}  // namespace greentill::rules
