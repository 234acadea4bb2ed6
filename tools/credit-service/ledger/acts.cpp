// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/ledger/acts.hpp"

#include <algorithm>
#include <map>

#include "tools/credit-service/ledger/things.hpp"

namespace greentill::credit {
namespace {

bool is_correction(const Takes& takes) { return takes.reversal->reason == claim::ReversalReason::correction; }

/// By the clocks of those who recorded them; within a chain by their places.
bool recorded_no_later(const Told& claim, const Takes& than) {
  if (chain_of(claim.id) == chain_of(than.id)) return claim.id < than.id;
  return claim.recorded <= than.recorded;
}

/// Rule 5: whether the correction means the claim.
bool corrects(const Takes& takes, const Told& claim, const std::vector<Told>& told) {
  if (!is_correction(takes) || claim.merchant != takes.merchant) return false;
  const auto& named = takes.reversal->claim;
  if (!named) return recorded_no_later(claim, takes);
  if (claim.claim_id == *named) return true;
  const auto by_name = std::ranges::find(told, *named, &Told::claim_id);
  return by_name != told.end() && by_name->merchant == takes.merchant && by_name->device == claim.device &&
         recorded_no_later(claim, takes);
}

bool is_whole(const Takes& takes) { return takes.reversal->taken_back.empty(); }

/// Rule 1: what is out.
std::vector<bool> out_of(const std::vector<Told>& told, const std::vector<Takes>& takes) {
  std::vector<bool> out;
  for (const Told& claim : told) {
    out.push_back(claim.out ||
                  std::ranges::any_of(takes, [&](const Takes& one) { return is_whole(one) && corrects(one, claim, told); }));
  }
  return out;
}

/// Rule 2: who holds the act.
std::size_t find_holder(const std::vector<Told>& told, const std::vector<bool>& out, std::int64_t before) {
  std::size_t first_free = told.size();
  std::size_t first_held = told.size();
  std::size_t had = told.size();
  for (std::size_t i = 0; i < told.size(); ++i) {
    if (out[i] || told[i].apart) continue;
    if (told[i].id == before) had = i;
    std::size_t& first = told[i].held ? first_held : first_free;
    first = std::min(first, i);
  }
  if (had < told.size() && (!told[had].held || first_free == told.size())) return had;
  return first_free < told.size() ? first_free : first_held;
}

/// Rule 3 of who takes back: a claim of the device's own, of the same act, that stands behind the holder.
bool told_it_too(const Takes& takes, const std::vector<Told>& told, const std::vector<bool>& out, std::size_t holder) {
  const claim::Reduction& act = *told[holder].reduction;
  for (std::size_t i = 0; i < told.size(); ++i) {
    if (i == holder || out[i] || told[i].device != takes.device || told[i].device == told[holder].device) continue;
    const claim::Reduction& own = *told[i].reduction;
    const std::int64_t apart = own.end > act.end ? own.end - act.end : act.end - own.end;
    if (own.activity == act.activity && apart >= 0 && apart <= kSameActSeconds) return true;
  }
  return false;
}

bool works_for(const Takes& takes, const std::string& merchant) {
  return takes.merchant == merchant || std::ranges::find(takes.predecessors, merchant) != takes.predecessors.end();
}

}  // namespace

Judgement judge(const std::vector<Told>& told, const std::vector<Takes>& takes, std::int64_t before) {
  Judgement made;
  const std::vector<bool> out = out_of(told, takes);
  const std::size_t holder = find_holder(told, out, before);
  if (holder < told.size()) {
    made.holder = told[holder].id;
    for (std::size_t i = 0; i < takes.size(); ++i) {
      const Takes& one = takes[i];
      const bool own = works_for(one, told[holder].merchant);
      const bool applies =
          is_correction(one) ? corrects(one, told[holder], told) : own || one.owns_root || told_it_too(one, told, out, holder);
      if (!applies) continue;
      made.applied.push_back({i, !own});
      if (is_whole(one) && made.closed_by == 0) made.closed_by = one.id;
    }
  }
  for (std::size_t i = 0; i < told.size(); ++i) {
    made.fates.push_back(out[i] ? Fate::out : i == holder ? Fate::holds : Fate::behind);
  }
  return made;
}

claim::Quantities left_of(const claim::Reduction& holder, const std::vector<Takes>& takes,
                          const std::vector<Judgement::Applied>& applied, std::size_t count) {
  // Of those with one id each quantity counts once, at the largest that one of them names.
  std::map<std::pair<claim::ClaimId, std::string_view>, std::int64_t> parts;
  for (std::size_t i = 0; i < count; ++i) {
    const Takes& one = takes[applied[i].index];
    for (const claim::Quantity& back : one.reversal->taken_back) {
      std::int64_t& most = parts[{one.claim_id, back.unit}];
      most = std::max(most, back.value);
    }
  }
  claim::Quantities left = holder.quantities;
  for (const auto& [of, back] : parts) {
    for (claim::Quantity& quantity : left) {
      // Never below zero: whoever takes back more than was claimed owes nothing.
      if (quantity.unit == of.second) quantity.value = back >= quantity.value ? 0 : quantity.value - back;
    }
  }
  return left;
}

}  // namespace greentill::credit
