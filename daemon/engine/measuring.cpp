// SPDX-License-Identifier: Apache-2.0
#include "daemon/engine/measuring.hpp"

#include <algorithm>

namespace greentill::engine {
namespace {

/// Whether a person should look at the act, rather than that it is simply worth nothing.
bool is_guard(measure::Unclaimable reason) {
  return reason == measure::Unclaimable::implausible || reason == measure::Unclaimable::negative ||
         reason == measure::Unclaimable::overflow;
}

bool to_quantities(const event::Activity& activity, claim::Quantities& out) {
  for (const auto& quantity : activity.quantities) {
    if (!out.push_back({quantity.unit, quantity.value})) return false;
  }
  return true;
}

}  // namespace

std::string quantities_text(const std::vector<event::QuantityValue>& quantities) {
  std::string text;
  for (const auto& quantity : quantities) {
    text += (text.empty() ? "" : " ") + quantity.unit + "=" + std::to_string(quantity.value);
  }
  return text;
}

const measure::Methodology* Measuring::methodology_for(std::string_view activity, std::int64_t end) const {
  const auto preferred =
      std::find_if(preferred_.begin(), preferred_.end(), [&](const auto& choice) { return choice.first == activity; });
  return library_.for_activity(activity, end, preferred == preferred_.end() ? std::string_view() : preferred->second);
}

std::optional<Measured> Measuring::measure_one(const event::Transaction& transaction, const detect::Detected& found,
                                               std::vector<Unclaimed>& unclaimed) const {
  const std::string& name = found.activity.name;
  const auto refuse = [&](std::string reason, bool guarded = false) {
    unclaimed.push_back({name, std::move(reason), guarded, &found});
    return std::nullopt;
  };
  Measured measured;
  measured.found = &found;
  measured.methodology = methodology_for(name, transaction.end);
  if (measured.methodology == nullptr) return refuse("no methodology is in force for it");
  if (!to_quantities(found.activity, measured.quantities)) return refuse("more quantities than a claim holds");
  const auto amounts = measure::quantify(*measured.methodology, measured.quantities, transaction.begin, transaction.end);
  if (!amounts) return refuse(measure::to_string(amounts.error()), is_guard(amounts.error()));
  if (amounts->credited_mg == 0) {
    const std::string& why = measured.methodology->zero_reason;
    return refuse("worth nothing by the cautious reading" + (why.empty() ? why : ": " + why));
  }
  measured.amounts = *amounts;
  measured.line = measured.methodology->event_line == measure::EventLine::each_line ? found.activity.line : 0;
  return measured;
}

std::vector<Measured> Measuring::measure(const event::Transaction& transaction, const std::vector<detect::Detected>& detected,
                                         std::vector<Unclaimed>& unclaimed) const {
  std::vector<Measured> all;
  for (const auto& found : detected) {
    auto measured = measure_one(transaction, found, unclaimed);
    if (!measured) continue;
    // Two readings of one act, with the same exclusive group and line, would have the same nullifier: only the larger one is
    // claimed.
    const auto same = std::find_if(all.begin(), all.end(), [&](const Measured& other) {
      return other.line == measured->line && other.methodology->exclusive_group == measured->methodology->exclusive_group;
    });
    if (same == all.end()) {
      all.push_back(*measured);
      continue;
    }
    if (same->amounts.credited_mg < measured->amounts.credited_mg) std::swap(*same, *measured);
    unclaimed.push_back({measured->found->activity.name, "the same act as " + same->found->activity.name, false, nullptr});
  }
  return all;
}

std::optional<Remeasured> Measuring::measure_again(const claim::Reduction& claimed) const {
  const claim::MethodologyRef& named = claimed.methodology;
  const measure::Methodology* const now = methodology_for(claimed.activity, claimed.end);
  if (now == nullptr) return std::nullopt;
  // The nullifier stays, so the act must: versions of one methodology count the same one.
  const measure::Methodology* const former = library_.find(named.id, named.version, named.sha256);
  const bool is_same_act = former == nullptr
                               ? now->id == named.id
                               : now->exclusive_group == former->exclusive_group && now->event_line == former->event_line;
  if (!is_same_act) return std::nullopt;
  const auto amounts = measure::quantify(*now, claimed.quantities, claimed.begin, claimed.end);
  if (!amounts || amounts->credited_mg == 0) return std::nullopt;
  if (now == former && amounts->estimate_mg == claimed.estimate_mg && amounts->credited_mg == claimed.credited_mg) {
    return std::nullopt;
  }
  return Remeasured{now, *amounts};
}

}  // namespace greentill::engine
