// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <vector>

#include "daemon/toml/table.hpp"
#include "plugins/rules/fold.hpp"
#include "plugins/rules/phrase.hpp"

namespace greentill::rules {

/// Reads the table [words] of a file, and the phrases of its rules, both of a document that throws its errors.
/// Throws std::runtime_error with line and column.
class PhraseReader {
 public:
  /// Folder and lexicon must outlive it.
  PhraseReader(const toml::Table& words, Folder& folder, Lexicon& lexicon);

  [[nodiscard]] Phrases read(const toml::Table& table, std::string_view key);

 private:
  using Elements = std::vector<Element>;
  struct Named {
    const Concept* plain = nullptr;      // of the entries that are words
    std::vector<std::string> composite;  // those that name other concepts
  };
  /// Where a phrase stands, for messages.
  struct Place {
    const toml::Table& table;
    std::string_view key;
    std::size_t item;
    [[noreturn]] void wrong(const std::string& what) const;
  };

  void read_words(const toml::Table& words, const std::string& name);
  [[nodiscard]] std::string words_of(const Place& place, std::string_view text, bool& with_signs) const;
  /// All that a phrase may be, each concept's composite entries put in its place. `depth` concepts are being looked into.
  std::vector<Elements> expand(const Place& place, std::string_view text, int depth);
  std::vector<Elements> alternatives(const Place& place, std::string_view token, int depth);
  std::vector<Elements> named(const Place& place, std::string_view name, Element element, int depth);

  Folder& folder_;
  Lexicon& lexicon_;
  std::map<std::string, Named, std::less<>> named_;
  std::size_t elements_ = 0;
};

}  // namespace greentill::rules
