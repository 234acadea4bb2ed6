// SPDX-License-Identifier: Apache-2.0
// All rules of a file, asked about one transaction together. Threads: one at a time.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "plugins/rules/rule.hpp"

namespace greentill::rules {

/// An activity that a rule found. Lifetime of the rule: the rule set's.
struct Found {
  const Rule* rule = nullptr;
  Match match;
};

class RuleSet {
 public:
  /// Reads a rule file; `name` is its name in messages. Throws std::runtime_error with line and column.
  static RuleSet parse(std::string_view text, std::string_view name);

  /// What the rules find, in the order of the file and of the lines. Where two rules find one activity in the same line, or one
  /// of them in the whole event, only the first counts. Lifetime: until the next call.
  const std::vector<Found>& find(const gt_transaction& transaction);

  [[nodiscard]] const std::vector<Rule>& rules() const { return rules_; }
  /// The facts of the transaction that was looked at last.
  [[nodiscard]] Facts& facts() { return *facts_; }
  [[nodiscard]] const Lexicon& lexicon() const { return *lexicon_; }

 private:
  RuleSet() = default;

  std::unique_ptr<Folder> folder_;
  std::unique_ptr<WordIndex> index_;
  std::unique_ptr<Lexicon> lexicon_;
  std::unique_ptr<Facts> facts_;
  std::vector<Rule> rules_;
  std::vector<Found> found_;
  std::vector<Match> matches_;
};

}  // namespace greentill::rules
