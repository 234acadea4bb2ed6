// SPDX-License-Identifier: Apache-2.0
#include "plugins/rules/rule_set.hpp"

#include <algorithm>

#include "plugins/common/readers/configuration.hpp"
#include "plugins/rules/rule_reader.hpp"

namespace greentill::rules {
namespace {

/// Whether the act was found before: an order's option and a line of the order may both tell of one act.
bool has(const std::vector<Found>& found, const Rule& rule, const Match& match) {
  return std::any_of(found.begin(), found.end(), [&](const Found& other) {
    const bool same_place = other.match.line == match.line || other.match.line == 0 || match.line == 0;
    return other.rule != &rule && same_place && other.rule->activity == rule.activity;
  });
}

}  // namespace

RuleSet RuleSet::parse(std::string_view text, std::string_view name) {
  const toml::Table document = plugin::read_configuration(text, name);
  RuleSet set;
  set.folder_ = std::make_unique<Folder>(has_chinese(text) ? Folder::Chinese::simplified : Folder::Chinese::as_written);
  set.index_ = std::make_unique<WordIndex>();
  set.lexicon_ = std::make_unique<Lexicon>(*set.index_);
  set.facts_ = std::make_unique<Facts>(*set.folder_, *set.index_, *set.lexicon_);
  PhraseReader phrases(document.table_or_empty("words"), *set.folder_, *set.lexicon_);
  for (const toml::Table& table : document.tables("rule")) {
    Rule rule = read_rule(table, *set.folder_, *set.index_, phrases);
    const auto& rules = set.rules_;
    const bool twice = std::any_of(rules.begin(), rules.end(), [&](const Rule& other) { return other.id == rule.id; });
    if (twice) table.wrong("id", "'" + rule.id + "' is the id of an earlier rule");
    set.rules_.push_back(std::move(rule));
  }
  document.check();
  return set;
}

const std::vector<Found>& RuleSet::find(const gt_transaction& transaction) {
  found_.clear();
  facts_->look_at(transaction);
  for (const Rule& rule : rules_) {
    rule.find(*facts_, matches_);
    for (const Match& match : matches_) {
      if (!has(found_, rule, match)) found_.push_back({&rule, match});
    }
  }
  return found_;
}

}  // namespace greentill::rules
