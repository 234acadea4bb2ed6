// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/ledger/days.hpp"

#include <algorithm>
#include <utility>

namespace greentill::credit {

Result<DayValue> Days::asked(const Decision& decision, const claim::Reduction& reduction) {
  if (!decision.programme) return fail(ErrorCode::corrupt, "ledger: an accepted claim has no programme");
  const auto programme = programmes_.find(*decision.programme);
  if (!programme) return Failure{programme.error()};
  const Rule* rule = (*programme)->rule_for(reduction.activity);
  const std::int64_t mg = rule == nullptr ? 0 : rule->grant(reduction.credited_mg);
  return DayValue{(*programme)->calendar().local(reduction.end).day, mg};
}

Status Days::count(const std::string& device, std::int64_t claim, const claim::Reduction& reduction, const Decision* was,
                   const Decision& is) {
  const bool counted = was != nullptr && was->reason == Reason::none;
  const bool counts = is.reason == Reason::none;
  if (was != nullptr && counted == counts) return Done{};
  auto value = asked(is, reduction);
  if (!value) return Failure{value.error()};
  const std::int64_t mg = value->mg;
  if (mg == 0) return Done{};
  value->mg = (counts ? mg : 0) - (counted ? mg : 0);
  const std::string activity(reduction.activity);
  if (value->mg > 0) {
    // What comes together is mostly of one day.
    Grown grown{device, activity, value->day};
    if (grown_.empty() || grown_.back() != grown) grown_.push_back(std::move(grown));
  }
  return store_.count_asked(device, activity, *value, claim);
}

Status Days::arrange(std::int64_t now) {
  const std::vector<Grown> all = std::exchange(grown_, {});
  const Programme& programme = programmes_.current();
  if (!programme.screens()) return Done{};
  for (const Grown& one : all) {
    const auto day = store_.device_day(one.device, one.activity, one.day);
    if (!day) return Failure{day.error()};
    if (!*day || !(*day)->is_to_be_looked_at()) continue;
    const auto stands = store_.has_work(WorkStep::screen, one.device, one.day);
    if (!stands) return Failure{stands.error()};
    if (*stands) continue;
    const std::int64_t over = programme.calendar().end_of(one.day).value_or(now) + kLookAfterSeconds;
    Status put = store_.put_work({WorkStep::screen, one.device, one.day, {}, std::max(over, now + kLookSoonSeconds)});
    if (!put) return put;
  }
  return Done{};
}

}  // namespace greentill::credit
