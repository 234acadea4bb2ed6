// SPDX-License-Identifier: Apache-2.0
// The concepts that a file's phrases are made of, each with the words that stand for it (vessel = ["cup", "mug", "杯"]), and a
// text in which they were found. Threads: a lexicon is immutable once filled, safe from any thread; a reading is one thread's.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "plugins/rules/sentence.hpp"
#include "plugins/rules/word_index.hpp"

namespace greentill::rules {

struct Concept {
  std::string name;
  std::size_t number = 0;           // its list in the lexicon's own index
  std::vector<std::string> words;   // in the form of Folder::clauses()
  bool certain = true;              // whether a text that says it has one of them, as Folder::words() cuts it
  std::optional<std::size_t> list;  // in the index of the rules, once a phrase requires it
};

/// Places in a sentence: bit i is before its i-th word, or behind the last.
__extension__ using Places = unsigned __int128;
static_assert(Sentence::kMost + 1 <= 128);
constexpr Places place(std::size_t at) { return Places{1} << at; }

/// A sentence with what its words stand for, looked up once for all phrases.
struct Reading {
  Sentence sentence;
  Places begins = 0;  // where phrases may begin
  Places ends = 0;    // where they may end
  Places commas = 0;
  Places colons = 0;
  Places open = 0;    // before words that "..." may stand for
  Places asides = 0;  // before single words that phrases pass over

  struct Hit {
    std::uint8_t at;
    std::uint8_t words;
    std::uint32_t next;  // of the same concept: its number in `hits` and one more; 0 behind the last
  };
  std::vector<Hit> hits;
  std::vector<Hit> long_asides;           // of several words
  std::vector<std::uint32_t> first_hits;  // of each concept, likewise
};

class Lexicon {
 public:
  explicit Lexicon(WordIndex& index) : index_(index) {}

  /// `words` in the form of Folder::clauses(), none with a mark; `endings` are what any word may end with, since German makes one
  /// word of "Linsen" and "curry"; `certain` as in the concept.
  const Concept& add(std::string name, const std::vector<std::string>& words, const std::vector<std::string>& endings,
                     bool certain);
  /// Of words that stand for themselves.
  const Concept& literal(const std::string& words);

  /// The list that a text must have in which the concept stands; nothing where it is not certain to. It goes into the index once
  /// it is asked for: what phrases only pass over need not be looked up in every text.
  std::optional<std::size_t> required_list(const Concept& of);

  /// Cuts the sentence of `reading`, which was begun anew, and looks up what it says.
  void read(Reading& reading) const;
  /// The sentence with the concepts of its words: "no{not} cutlery{cutlery} fee", for people.
  [[nodiscard]] std::string annotated(const Reading& reading) const;

 private:
  void read_word(Reading& reading) const;
  void find_denied(Reading& reading) const;
  void find_begins(Reading& reading) const;
  [[nodiscard]] std::size_t length(const Reading& reading, const Concept* of, std::size_t at) const;

  WordIndex& index_;  // of the rules, for all texts
  WordIndex own_;     // for those that are read
  std::deque<Concept> concepts_;
  std::deque<Concept> literals_;
  // By the last byte of the ending.
  struct Ending {
    std::string text;
    std::size_t number;  // of the concept
  };
  std::array<std::vector<Ending>, 256> endings_;
  // What a phrase is denied by, what it may pass over, and what stands before a colon without being what it is about.
  const Concept* not_ = nullptr;
  const Concept* aside_ = nullptr;
  const Concept* label_ = nullptr;
};

}  // namespace greentill::rules
