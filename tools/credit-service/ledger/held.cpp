// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/ledger/held.hpp"

#include <algorithm>
#include <map>
#include <tuple>

namespace greentill::credit {
namespace {

void count_in(HeldGroup& group, const HeldClaim& claim) {
  HeldSum& sum = group.sum;
  ++sum.claims;
  sum.asked_mg += claim.asked_mg;
  const std::int64_t arrived = claim.decision.arrived;
  sum.oldest = sum.oldest == 0 ? arrived : std::min(sum.oldest, arrived);
  const auto place = std::lower_bound(group.merchants.begin(), group.merchants.end(), claim.merchant);
  if (place == group.merchants.end() || *place != claim.merchant) group.merchants.insert(place, claim.merchant);
}

}  // namespace

Result<std::vector<HeldGroup>> group_held(Books& books, const HeldFilter& filter, const Calendar& calendar) {
  std::map<std::tuple<std::string, std::int64_t, Reason>, HeldGroup> groups;
  const auto add = [&](const HeldClaim& claim) -> Status {
    const std::int64_t day = calendar.local(claim.decision.arrived).day;
    for (const Reason reason : kHoldReasons) {
      if (!claim.decision.holds.has(reason) || (filter.reason && *filter.reason != reason)) continue;
      HeldGroup& group = groups[{claim.device, day, reason}];
      group.device = claim.device;
      group.day = day;
      group.reason = reason;
      count_in(group, claim);
    }
    return Done{};
  };
  const Status read = books.in_one_snapshot([&] { return books.held(filter, add); });
  if (!read) return Failure{read.error()};
  std::vector<HeldGroup> all;
  for (auto& [key, group] : groups) all.push_back(std::move(group));
  return all;
}

}  // namespace greentill::credit
