// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <vector>

#include "daemon/toml/table.hpp"
#include "plugins/rules/fold.hpp"
#include "plugins/rules/phrase.hpp"

namespace greentill::rules {

/// Reads the table [words] of a rule file and the phrases of its rules. Requires: the document throws its errors
/// (plugin::read_configuration()). Throws std::runtime_error with line and column.
class PhraseReader {
 public:
  /// Folder and lexicon must outlive it.
  PhraseReader(const toml::Table& words, Folder& folder, Lexicon& lexicon);

  [[nodiscard]] Phrases read(const toml::Table& table, std::string_view key);

 private:
  using Elements = std::vector<Element>;
  struct Named {
    const Concept* plain = nullptr;      // for the entries that are plain words
    std::vector<std::string> composite;  // the entries that name other concepts
  };
  /// The table and key of a phrase, for messages.
  struct Place {
    const toml::Table& table;
    std::string_view key;
    std::size_t item;
    [[noreturn]] void wrong(const std::string& what) const;
  };

  void read_words(const toml::Table& words, const std::string& name);
  [[nodiscard]] std::string words_of(const Place& place, std::string_view text, bool& with_signs) const;
  /// All element lists that a phrase can stand for, with each concept's composite entries put in its place. `depth` counts the
  /// concepts that are being expanded.
  std::vector<Elements> expand(const Place& place, std::string_view text, int depth);
  std::vector<Elements> alternatives(const Place& place, std::string_view token, int depth);
  std::vector<Elements> named(const Place& place, std::string_view name, Element element, int depth);

  Folder& folder_;
  Lexicon& lexicon_;
  std::map<std::string, Named, std::less<>> named_;
  std::size_t elements_ = 0;
};

}  // namespace greentill::rules
