// SPDX-License-Identifier: Apache-2.0
// Why rules find something in a transaction, and why they do not: for whoever writes them. Threads: one at a time.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "plugins/rules/rule_set.hpp"

namespace greentill::rules {

/// What became of one condition.
struct Judged {
  std::string condition;  // as the file has it; "attributes.cup" for an attribute
  bool holds = false;
  std::string given;  // what the transaction says; empty where it does not
  std::string met;    // of what was wanted, what was met: "own cup"; empty where nothing was
  // Of phrases: that which was met, and how the text was read, with its concepts.
  std::string phrase;               // "{own} {vessel}"
  std::string read;                 // "no{not} own{own} cup{vessel} , latte{drink}"
  std::vector<std::string> wanted;  // "min 0" and "max 5" of a range
};

struct Explanation {
  const Rule* rule = nullptr;
  Match match;       // its amount is 0 where the rule found nothing; the line then is the one closest to matching
  std::string note;  // why nothing was found though every condition holds; empty otherwise
  std::vector<Judged> conditions;
  [[nodiscard]] bool found() const { return match.amount > 0; }
};

/// In the order of the rules: each act that is found, and each rule that finds none. Lifetime of the rules: the set's.
std::vector<Explanation> explain(RuleSet& set, const gt_transaction& transaction);

}  // namespace greentill::rules
