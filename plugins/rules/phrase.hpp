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

/// Lists of the index, all of which a text must have.
struct Lists {
  std::vector<std::uint64_t> bits;
  std::optional<std::size_t> last;  // the list that was added last
  void add(std::size_t list);
  [[nodiscard]] bool all_in(std::span<const std::uint64_t> given) const {
    for (std::size_t i = 0; i < bits.size(); ++i) {
      if ((bits[i] & ~given[i]) != 0) return false;
    }
    return true;
  }
};

struct Phrase {
  std::string written;  // as written, with composite words replaced by what they are made of
  std::vector<Element> elements;
  Lists required;
};

/// The phrase that a sentence says, and the words that say it.
struct Said {
  const Phrase* phrase = nullptr;
  std::size_t begin = 0;
  std::size_t end = 0;
};

class Phrases {
 public:
  /// Whether a text that has these lists may say one of the phrases. Most texts are ruled out by one look.
  [[nodiscard]] bool may_hold(std::span<const std::uint64_t> lists) const {
    for (std::size_t i = 0; i < cover_.size(); ++i) {
      if ((cover_[i] & lists[i]) != 0) return allows_one(lists);
    }
    return without_lists_;
  }
  [[nodiscard]] bool hold(std::span<const std::uint64_t> lists, const Reading& reading) const;
  /// The first phrase that the text says, for people. Lifetime of the result: this object's.
  [[nodiscard]] std::optional<Said> find(std::span<const std::uint64_t> lists, const Reading& reading) const;

  void add(Phrase phrase);

 private:
  /// Phrases that require the same lists: they are looked at together, and passed over together.
  struct Group {
    Lists required;
    std::vector<Phrase> phrases;
  };
  void cover(const Lists& required);
  [[nodiscard]] bool allows_one(std::span<const std::uint64_t> lists) const;
  [[nodiscard]] const Phrase* first_of(std::span<const std::uint64_t> lists, const Reading& reading) const;

  std::vector<Group> groups_;
  std::vector<std::uint64_t> cover_;  // lists of which every group requires at least one
  bool without_lists_ = false;        // whether a group requires no list
};

}  // namespace greentill::rules
