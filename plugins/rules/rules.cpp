// SPDX-License-Identifier: Apache-2.0
// The detector of the merchant's own rules.
#include "greentill/plugin.hpp"
#include "greentill/version.hpp"
#include "plugins/rules/rule_set.hpp"

namespace greentill::rules {
namespace {

class Rules final : public plugin::Detector {
 public:
  Rules(std::string_view configuration, plugin::Services /*services*/) : rules_(RuleSet::parse(configuration, "rules")) {}

  void detect(const gt_transaction& transaction, const plugin::Emitter& emit) override {
    for (const auto& [rule, match] : rules_.find(transaction)) {
      emit(rule->activity, {{plugin::quantity(rule->quantity.unit, match.amount)}}, match.line);
    }
  }

 private:
  RuleSet rules_;
};

}  // namespace
}  // namespace greentill::rules

GREENTILL_EXPORT_PLUGIN(greentill::plugin::detector<greentill::rules::Rules>("rules", greentill::kVersion))
