// SPDX-License-Identifier: Apache-2.0
// The concepts that the phrases of a rule file are made of, each with the words that stand for it (vessel = ["cup", "mug",
// "杯"]); and a text with the concepts that were found in it. Threads: a lexicon is immutable once filled, safe from any thread;
// a reading is one thread's.
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
  std::vector<std::string> words;   // as Folder::clauses() writes them
  bool certain = true;              // whether every text with the concept has one of its words, as Folder::words() cuts them
  std::optional<std::size_t> list;  // its list in the rules' index, once a phrase requires the concept
};

/// Places in a sentence, as bits: bit i is the place before the i-th word; the last bit is behind the last word.
__extension__ using Places = unsigned __int128;
static_assert(Sentence::kMost + 1 <= 128);
constexpr Places place(std::size_t at) { return Places{1} << at; }

/// A sentence and the concepts that its words stand for, looked up once for all phrases.
struct Reading {
  Sentence sentence;
  Places begins = 0;  // where a phrase may begin
  Places ends = 0;    // where a phrase may end
  Places commas = 0;
  Places colons = 0;
  Places open = 0;    // before each word that "..." may cover
  Places asides = 0;  // before each single word that phrases pass over

  struct Hit {
    std::uint8_t at;
    std::uint8_t words;
    std::uint32_t next;  // the concept's next hit: its index in `hits` plus one; 0: none
  };
  std::vector<Hit> hits;
  std::vector<Hit> long_asides;           // hits of several words that phrases pass over
  std::vector<std::uint32_t> first_hits;  // each concept's first hit: its index in `hits` plus one; 0: none
};

class Lexicon {
 public:
  explicit Lexicon(WordIndex& index) : index_(index) {}

  /// Adds a concept. `words` are as Folder::clauses() writes them, without marks. `endings` are ends of words, since German
  /// writes "Linsencurry" as one word. `certain` is as in Concept.
  const Concept& add(std::string name, const std::vector<std::string>& words, const std::vector<std::string>& endings,
                     bool certain);
  /// The concept of words that stand only for themselves.
  const Concept& literal(const std::string& words);

  /// The list of the rules' index that every text with the concept has; nothing where the concept is not certain. The concept
  /// goes into that index when it is first asked for: what phrases only pass over need not be looked up in every text.
  std::optional<std::size_t> required_list(const Concept& of);

  /// Cuts the sentence of `reading` into words and looks up its concepts. Requires: the sentence was begun anew and holds the
  /// text.
  void read(Reading& reading) const;
  /// The sentence with the concepts of its words, for people: "no{not} cutlery{cutlery} fee".
  [[nodiscard]] std::string annotated(const Reading& reading) const;

 private:
  void read_word(Reading& reading) const;
  void find_denied(Reading& reading) const;
  void find_begins(Reading& reading) const;
  [[nodiscard]] std::size_t length(const Reading& reading, const Concept* of, std::size_t at) const;

  WordIndex& index_;  // the rules' index, looked up for every text
  WordIndex own_;     // the lexicon's own index, looked up for texts that are read
  std::deque<Concept> concepts_;
  std::deque<Concept> literals_;
  // The endings, by their last byte.
  struct Ending {
    std::string text;
    std::size_t number;  // the concept's number
  };
  std::array<std::vector<Ending>, 256> endings_;
  // The concepts that deny a phrase, that phrases pass over, and that stand before a colon as a mere label.
  const Concept* not_ = nullptr;
  const Concept* aside_ = nullptr;
  const Concept* label_ = nullptr;
};

}  // namespace greentill::rules
