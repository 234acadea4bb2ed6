// SPDX-License-Identifier: Apache-2.0
#include "tools/cli/rules/unmeasured.hpp"

#include <algorithm>
#include <stdexcept>

#include "plugins/rules/rule_set.hpp"

namespace greentill::cli {
namespace {

bool measures(const measure::Methodology& methodology, const rules::Rule& rule) {
  return std::any_of(methodology.measured.begin(), methodology.measured.end(),
                     [&](const measure::Measured& measured) { return measured.key == rule.quantity.unit; });
}

/// Why no methodology measures what the rule finds; empty where one does.
std::string why_unmeasured(const rules::Rule& rule, const measure::Library& library) {
  bool known = false;
  for (const measure::Methodology& methodology : library.all()) {
    if (methodology.activity != rule.activity) continue;
    if (measures(methodology, rule)) return {};
    known = true;
  }
  const std::string head = "rule '" + rule.id + "': ";
  if (!known) return head + "no methodology measures the activity '" + rule.activity + "': it would not be claimed";
  return head + "no methodology for '" + rule.activity + "' counts '" + rule.quantity.unit + "': it would not be claimed";
}

}  // namespace

Result<rules::RuleSet> parse_rules(const std::string& text, std::string_view name) {
  try {
    return rules::RuleSet::parse(text, name);
  } catch (const std::runtime_error& error) {
    return fail(ErrorCode::invalid, error.what());
  }
}

std::vector<std::string> unmeasured_of(const rules::RuleSet& set, const measure::Library& library) {
  std::vector<std::string> all;
  for (const rules::Rule& rule : set.rules()) {
    if (std::string why = why_unmeasured(rule, library); !why.empty()) all.push_back(std::move(why));
  }
  return all;
}

Result<std::vector<std::string>> unmeasured(const std::string& rules, std::string_view name, const measure::Library& library) {
  const auto set = parse_rules(rules, name);
  if (!set) return Failure{set.error()};
  return unmeasured_of(*set, library);
}

}  // namespace greentill::cli
