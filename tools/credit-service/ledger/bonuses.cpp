// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/ledger/bonuses.hpp"

#include <algorithm>

namespace greentill::credit {

Result<Bonuses::Paid> Bonuses::paid(std::int64_t claim, std::int64_t budget) {
  const auto bookings = store_.bookings(claim);
  if (!bookings) return Failure{bookings.error()};
  Paid paid;
  for (const Booking& one : *bookings) {
    const auto leg = std::ranges::find(one.legs, budget, &Leg::account);
    if (leg != one.legs.end()) (one.kind == BookingKind::shortfall ? paid.shortfall : paid.bonus) -= leg->mg;
  }
  return paid;
}

Result<std::optional<Leg>> Bonuses::leg(const Of& of, const Programme& programme, std::int64_t granted_mg, BookingKind kind) {
  if (programme.campaigns().empty()) return std::optional<Leg>();
  const std::int64_t day = programme.calendar().local(of.reduction.end).day;
  const Campaign* campaign = programme.campaign_for(of.reduction.activity, of.merchant, day);
  if (campaign == nullptr) return std::optional<Leg>();
  const auto budget = store_.find_account("budget", campaign->budget);
  if (!budget) return Failure{budget.error()};
  if (!*budget) return std::optional<Leg>();  // nobody paid in yet
  const auto customer = store_.account_name(of.customer);
  if (!customer) return Failure{customer.error()};
  if (customer->first == "unattributed") return std::optional<Leg>();
  const auto before = kind == BookingKind::grant ? Result<Paid>(Paid()) : paid(of.claim, **budget);
  if (!before) return Failure{before.error()};
  std::int64_t wanted = std::min(campaign->bonus(granted_mg), before->bonus);
  if (kind != BookingKind::taken_back) {
    const auto left = store_.balance(**budget);
    if (!left) return Failure{left.error()};
    // What made up for a shortfall, the customer has spent already.
    const std::int64_t more = campaign->bonus(granted_mg) - before->bonus - before->shortfall;
    wanted = before->bonus + std::clamp<std::int64_t>(more, 0, std::max<std::int64_t>(*left, 0));
  }
  const std::int64_t change = wanted - before->bonus;
  return change == 0 ? std::optional<Leg>() : std::optional(Leg{**budget, -change});
}

}  // namespace greentill::credit
