// SPDX-License-Identifier: Apache-2.0
// What comes for an act.
#include "tools/credit-service/ledger/deciding.hpp"

#include <algorithm>

#include "tools/credit-service/ledger/entitled.hpp"

namespace greentill::credit {
namespace {

// A device that tells one act over and over costs each look at that act; what it tells beyond this is a duplicate that nothing
// will come of.
constexpr std::size_t kMostTold = 16;
// Likewise reversals, by merchant.
constexpr std::size_t kMostReversals = 64;

}  // namespace

/// The usual case: nothing has come for the act yet. False where something has.
Result<bool> Deciding::add_alone(const Placed& placed, Decision& decision, std::int64_t now) {
  const auto& reduction = std::get<claim::Reduction>(placed.claim->entry);
  const ActKey key = *std::ranges::min_element(reduction.nullifiers);
  for (const claim::Nullifier& nullifier : reduction.nullifiers) {
    if (nullifier == key) continue;
    const auto known = store_.act_of(nullifier);
    if (!known) return Failure{known.error()};
    if (*known) return false;
  }
  const auto begun = store_.begin_act(key, {placed.id, 0});
  if (!begun) return Failure{begun.error()};
  if (!*begun) return false;
  for (const claim::Nullifier& nullifier : reduction.nullifiers) {
    if (nullifier == key) continue;
    if (Status led = store_.lead(nullifier, key); !led) return Failure{led.error()};
  }
  decision.reason = Reason::none;
  decision.granted = 0;
  if (!decision.holds.empty()) return true;
  const auto wanted = grants_.wanted(decision, reduction, reduction.quantities, true);
  if (!wanted) return Failure{wanted.error()};
  const Grantee to{placed.id, std::string(placed.claim->device), std::string(placed.claim->merchant), &reduction};
  const auto held = grants_.grant(to, *wanted, now, decision, !placed.stored);
  if (!held) return Failure{held.error()};
  if (*held != Reason::none) decision.holds.add(*held);
  return true;
}

Status Deciding::add_reduction(const Placed& placed, Decision& decision, std::int64_t now) {
  const auto& reduction = std::get<claim::Reduction>(placed.claim->entry);
  const auto alone = add_alone(placed, decision, now);
  if (!alone) return Failure{alone.error()};
  if (*alone) {
    decision.differs = decision.granted != reduction.credited_mg;
    Status put = placed.stored ? store_.put_decision(placed.id, decision) : store_.add_claim(placed.id, decision, placed.payload);
    if (!put) return put;
    const std::string device(placed.claim->device);
    if (Status counted = days_.count(device, placed.id, reduction, nullptr, decision); !counted) return counted;
    if (decision.holds.empty()) {
      if (Status settled = lock_chains_.settle(reduction, now); !settled) return settled;
    }
    return telling_.tell(device, placed.id, {}, decision, true, now);
  }
  auto acts = load_all(reduction.nullifiers);
  if (!acts) return Failure{acts.error()};
  // The first is that of its lowest nullifier, which decides it where it joins neither.
  if (acts->size() == 2 && !(keeps_out(acts->front()) && keeps_out(acts->back()))) {
    join(acts->front(), std::move(acts->back()));
    acts->pop_back();
  }
  return add_to(*acts, placed, decision, now);
}

/// Puts a reduction behind what has come for the act; for both, where neither lets it join them.
Status Deciding::add_to(std::deque<Component>& acts, const Placed& placed, Decision& decision, std::int64_t now) {
  const auto by_device = std::ranges::count_if(acts.front().reductions, [&](const Member& one) {
    return one.claim.device == placed.claim->device && one.id != placed.id;
  });
  if (static_cast<std::size_t>(by_device) >= kMostTold) {
    decision.reason = Reason::duplicate;
    decision.refused_at = now;
    return placed.stored ? store_.put_decision(placed.id, decision) : store_.add_claim(placed.id, decision, placed.payload);
  }
  decision.granted = 0;
  if (!placed.stored) {
    if (Status added = store_.add_claim(placed.id, decision, placed.payload); !added) return added;
  } else if (Status put = store_.put_decision(placed.id, decision); !put) {
    return put;
  }
  for (Component& act : acts) {
    auto member = read_member(placed.id);
    if (!member) return Failure{member.error()};
    member->fresh = &act == &acts.front();
    member->apart = {acts.size() > 1, &act != &acts.front()};
    member->place = act.reductions.empty() ? 1 : act.reductions.back().place + 1;
    act.reductions.push_back(std::move(*member));
  }
  if (Status settled = settle_all(acts, placed.id, now); !settled) return settled;
  const auto stored = store_.claim(placed.id);
  if (!stored) return Failure{stored.error()};
  if (*stored) decision = (*stored)->decision;
  return Done{};
}

Status Deciding::add_reversal(const Placed& placed, Decision& decision, std::int64_t now) {
  const auto& reversal = std::get<claim::Reversal>(placed.claim->entry);
  const std::string merchant(placed.claim->merchant);
  const auto entitled = entitled_of(lookup_, merchant, reversal.nullifiers[0].root, now);
  if (!entitled) return Failure{entitled.error()};
  auto acts = load_all(reversal.nullifiers);
  if (!acts) return Failure{acts.error()};
  const bool full = std::ranges::any_of(*acts, [&](const Component& one) {
    return static_cast<std::size_t>(std::ranges::count(one.reversals, merchant, &Member::merchant)) >= kMostReversals;
  });
  // A whole one is always kept: one more of them changes nothing that could be asked again.
  const bool closes = reversal.taken_back.empty() && reversal.reason != claim::ReversalReason::correction;
  if (full && !closes) {
    decision.reason = Reason::too_many_reversals;
    decision.refused_at = now;
  }
  Status put = placed.stored ? store_.put_decision(placed.id, decision) : store_.add_claim(placed.id, decision, placed.payload);
  if (!put || decision.reason != Reason::none) return put;
  for (Component& act : *acts) {
    auto member = read_member(placed.id);
    if (!member) return Failure{member.error()};
    member->fresh = true;
    member->merchant = merchant;
    member->entitled = to_json(*entitled);
    act.reversals.push_back(std::move(*member));
  }
  if (Status settled = settle_all(*acts, placed.id, now); !settled) return settled;
  const auto stored = store_.claim(placed.id);
  if (!stored) return Failure{stored.error()};
  if (*stored) decision = (*stored)->decision;
  return decision.holds.empty() ? Status(Done{})
                                : telling_.tell(std::string(placed.claim->device), placed.id, {}, decision, true, now);
}

Status Deciding::change(std::int64_t id, const Decision& decision, std::int64_t now) {
  auto member = read_member(id);
  if (!member) return Failure{member.error()};
  if (const auto* start = std::get_if<claim::Start>(&member->claim.entry); start != nullptr || member->nullifiers().empty()) {
    if (Status put = store_.put_decision(id, decision); !put) return put;
    return telling_.tell(std::string(member->claim.device), id, member->was, decision, false, now);
  }
  auto acts = load_all(member->nullifiers());
  if (!acts) return Failure{acts.error()};
  for (Component& act : *acts) {
    for (std::deque<Member>* list : {&act.reductions, &act.reversals}) {
      for (Member& one : *list) {
        if (one.id == id) one.is = decision;
      }
    }
  }
  return settle_all(*acts, id, now);
}

Status Deciding::decide_again(const ActKey& key, std::int64_t now) {
  Component act;
  if (Status read = load(key, act); !read) return read;
  return settle(act, now);
}

Result<std::vector<std::int64_t>> Deciding::told_besides(std::int64_t id) {
  std::vector<std::int64_t> found;
  const auto member = read_member(id);
  if (!member) return Failure{member.error()};
  for (const claim::Nullifier& nullifier : member->nullifiers()) {
    const auto key = store_.act_of(nullifier);
    if (!key) return Failure{key.error()};
    if (!*key) continue;
    Component act;
    if (Status read = load(**key, act); !read) return Failure{read.error()};
    for (const std::deque<Member>* list : {&act.reductions, &act.reversals}) {
      for (const Member& one : *list) {
        const bool besides = one.id != id && one.claim.device == member->claim.device;
        if (besides && std::ranges::find(found, one.id) == found.end()) found.push_back(one.id);
      }
    }
  }
  return found;
}

}  // namespace greentill::credit
