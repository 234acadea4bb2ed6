// SPDX-License-Identifier: Apache-2.0
// How acts are read and written.
#include <algorithm>
#include <map>

#include "tools/credit-service/ledger/deciding.hpp"
#include "tools/credit-service/ledger/entitled.hpp"

namespace greentill::credit {

const claim::Nullifiers& Deciding::Member::nullifiers() const {
  static const claim::Nullifiers none;
  if (const auto* reduction = std::get_if<claim::Reduction>(&claim.entry)) return reduction->nullifiers;
  if (const auto* reversal = std::get_if<claim::Reversal>(&claim.entry)) return reversal->nullifiers;
  return none;
}

Result<Deciding::Member> Deciding::read_member(std::int64_t id) {
  auto stored = store_.claim(id);
  if (!stored) return Failure{stored.error()};
  if (!*stored) return fail(ErrorCode::corrupt, "ledger: a claim of an act is missing");
  Member member;
  member.id = id;
  member.payload = std::move((*stored)->payload);
  member.was = member.is = (*stored)->decision;
  const auto claim = claim::parse_payload(member.payload);
  if (!claim) return fail(ErrorCode::corrupt, "ledger: a stored claim does not parse");
  member.claim = *claim;
  return member;
}

Status Deciding::load(const ActKey& key, Component& into) {
  const auto act = store_.act(key);
  if (!act) return Failure{act.error()};
  const auto claims = store_.act_claims(key);
  if (!claims) return Failure{claims.error()};
  const auto reversals = store_.reversals(key);
  if (!reversals) return Failure{reversals.error()};
  into.keys.insert(key);
  into.holder = act->holder;
  into.closed_by = act->closed_by;
  std::vector<ActClaim> rows = *claims;
  if (rows.empty() && act->holder != 0) rows.push_back({1, act->holder});
  for (const ActClaim& row : rows) {
    auto member = read_member(row.claim);
    if (!member) return Failure{member.error()};
    if (!std::holds_alternative<claim::Reduction>(member->claim.entry)) {
      return fail(ErrorCode::corrupt, "ledger: what stands among an act's claims is no reduction");
    }
    member->place = row.place;
    into.reductions.push_back(std::move(*member));
  }
  for (const ActReversal& row : *reversals) {
    auto member = read_member(row.reversal);
    if (!member) return Failure{member.error()};
    if (!std::holds_alternative<claim::Reversal>(member->claim.entry)) {
      return fail(ErrorCode::corrupt, "ledger: what stands among an act's reversals is none");
    }
    member->merchant = row.merchant;
    member->entitled = row.entitled;
    into.reversals.push_back(std::move(*member));
  }
  if (into.reversals.empty()) return Done{};
  const View before = view(into);
  for (const Judgement::Applied& one : judge(before.told, before.takes, into.holder).applied) {
    into.applied.insert(before.takes[one.index].id);
  }
  return Done{};
}

Status Deciding::write(Component& component, std::int64_t now) {
  bool apart = false;
  for (Member& one : component.reductions) {
    const bool newly_out = one.is_out() && !one.fresh && one.was != one.is;
    apart = apart || (newly_out && one.nullifiers().size() > 1);
    if (Status written = write_member(one, now); !written) return written;
  }
  for (Member& one : component.reversals) {
    if (Status written = write_member(one, now); !written) return written;
  }
  for (const ActKey& key : component.keys) {
    if (Status dropped = store_.drop_act(key); !dropped) return dropped;
  }
  if (!apart) return write_act(component);
  for (Component& one : part(std::move(component))) {
    if (Status settled = settle(one, now); !settled) return settled;
  }
  return Done{};
}

Status Deciding::write_member(Member& member, std::int64_t now) {
  const auto* reduction = std::get_if<claim::Reduction>(&member.claim.entry);
  if (member.fresh && reduction != nullptr) {
    member.is.differs = member.is.reason == Reason::none && member.is.granted != reduction->credited_mg;
  }
  if (member.was == member.is && !member.fresh) return Done{};
  if (member.was != member.is) {
    if (Status put = store_.put_decision(member.id, member.is); !put) return put;
  }
  // A fresh reversal is told once for all its acts, by whoever added it.
  if (!member.fresh || reduction != nullptr) {
    Status told = telling_.tell(std::string(member.claim.device), member.id, member.was, member.is, member.fresh, now);
    if (!told) return told;
  }
  member.was = member.is;
  member.fresh = false;
  return Done{};
}

Status Deciding::write_act(const Component& component) {
  std::set<claim::Nullifier> leading;
  for (const std::deque<Member>* list : {&component.reductions, &component.reversals}) {
    for (const Member& one : *list) {
      for (const claim::Nullifier& nullifier : one.nullifiers()) {
        const auto leads = store_.act_of(nullifier);
        if (!leads) return Failure{leads.error()};
        // What leads to another act than these is that one's: a claim that joins nothing, or a reversal of several acts.
        if (!*leads || component.keys.contains(**leads)) leading.insert(nullifier);
      }
    }
  }
  if (leading.empty()) return Done{};
  const ActKey key = *leading.begin();
  for (const claim::Nullifier& nullifier : leading) {
    if (Status led = store_.lead(nullifier, key); !led) return led;
  }
  if (Status put = store_.put_act(key, {component.holder, component.closed_by}); !put) return put;
  const bool alone = component.reductions.size() == 1 && component.reductions.front().id == component.holder;
  for (const Member& one : component.reductions) {
    if (alone) break;
    if (Status added = store_.add_act_claim(key, {one.place, one.id}); !added) return added;
  }
  for (const Member& one : component.reversals) {
    if (Status added = store_.add_reversal(key, {one.id, one.merchant, one.entitled}); !added) return added;
  }
  return Done{};
}

/// What was joined only by a claim that is out now is apart again. Each part leads its own nullifiers anew.
std::vector<Deciding::Component> Deciding::part(Component&& whole) const {
  std::vector<std::set<claim::Nullifier>> groups;
  const auto group_of = [&](const claim::Nullifier& nullifier) {
    return std::ranges::find_if(groups, [&](const auto& group) { return group.contains(nullifier); });
  };
  const auto unite = [&](const claim::Nullifiers& nullifiers) {
    std::set<claim::Nullifier> united(nullifiers.begin(), nullifiers.end());
    for (const claim::Nullifier& nullifier : nullifiers) {
      if (const auto known = group_of(nullifier); known != groups.end()) {
        united.merge(*known);
        groups.erase(known);
      }
    }
    groups.push_back(std::move(united));
  };
  const auto single = [&](const claim::Nullifier& nullifier) {
    if (group_of(nullifier) == groups.end()) groups.push_back({nullifier});
  };
  for (const Member& one : whole.reductions) {
    if (!one.is_out()) unite(one.nullifiers());
  }
  for (const std::deque<Member>* list : {&whole.reductions, &whole.reversals}) {
    for (const Member& one : *list) std::ranges::for_each(one.nullifiers(), single);
  }
  std::ranges::sort(groups);
  std::vector<Component> parts(groups.size());
  const auto copy_of = [](const Member& from) {
    Member copy = from;
    if (const auto claim = claim::parse_payload(copy.payload)) copy.claim = *claim;  // it points into its own payload
    return copy;
  };
  for (std::size_t i = 0; i < groups.size(); ++i) {
    parts[i].keys = {*groups[i].begin()};
    for (const Member& one : whole.reductions) {
      if (group_of(one.nullifiers()[0]) == groups.begin() + static_cast<std::ptrdiff_t>(i)) {
        parts[i].reductions.push_back(copy_of(one));
        if (one.id == whole.holder) parts[i].holder = one.id;
      }
    }
    for (const Member& one : whole.reversals) {
      const bool here = std::ranges::any_of(one.nullifiers(), [&](const claim::Nullifier& n) { return groups[i].contains(n); });
      if (!here) continue;
      parts[i].reversals.push_back(copy_of(one));
      if (parts[i].holder != 0 && whole.applied.contains(one.id)) parts[i].applied.insert(one.id);
    }
  }
  return parts;
}

}  // namespace greentill::credit
