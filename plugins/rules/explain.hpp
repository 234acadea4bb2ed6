// SPDX-License-Identifier: Apache-2.0
// Why rules find something in a transaction, or do not, for people who write rules. Threads: one at a time.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "plugins/rules/rule_set.hpp"

namespace greentill::rules {

/// Whether one condition holds, and why.
struct Judged {
  std::string condition;  // as rule files write it; "attributes.cup" for an attribute
  bool holds = false;
  std::string given;  // what the transaction says; empty where it says nothing
  std::string met;    // which of the wanted texts was met: "own cup"; empty where none was
  // For phrases: the phrase that was met, and how the text was read, with its concepts.
  std::string phrase;               // "{own} {vessel}"
  std::string read;                 // "no{not} own{own} cup{vessel} , latte{drink}"
  std::vector<std::string> wanted;  // for a range: "min 0" and "max 5"
};

struct Explanation {
  const Rule* rule = nullptr;
  Match match;       // amount 0 where the rule found nothing; `line` is then the one closest to matching
  std::string note;  // why nothing was found though every condition holds; empty otherwise
  std::vector<Judged> conditions;
  [[nodiscard]] bool found() const { return match.amount > 0; }
};

/// In the order of the rules: one explanation for each act that is found, and one for each rule that finds none. Lifetime of the
/// rules: the set's.
std::vector<Explanation> explain(RuleSet& set, const gt_transaction& transaction);

}  // namespace greentill::rules
