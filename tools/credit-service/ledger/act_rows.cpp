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
  if (Status marked = mark_apart(into); !marked) return marked;
  const View before = view(into);
  const Judgement judged = judge(before.told, before.takes, into.holder);
  for (const Judgement::Applied& one : judged.applied) into.applied.insert(before.takes[one.index].id);
  for (std::size_t i = 0; i < into.reductions.size(); ++i) {
    into.reductions[i].was_out = into.reductions[i].is_out = judged.fates[i] == Fate::out;
  }
  return Done{};
}

Status Deciding::write(Component& component, std::int64_t now) {
  bool apart = false;
  for (Member& one : component.reductions) {
    apart = apart || (one.is_out && !one.was_out && one.nullifiers().size() > 1);
    one.was_out = one.is_out;
    if (Status written = write_member(one, now); !written) return written;
  }
  for (Member& one : component.reversals) {
    if (Status written = write_member(one, now); !written) return written;
  }
  if (Status settled = settle_rides(component, now); !settled) return settled;
  for (const ActKey& key : component.keys) {
    if (Status dropped = store_.drop_act(key); !dropped) return dropped;
  }
  const auto leading = leading_to(component);
  if (!leading) return Failure{leading.error()};
  component.leading = *leading;
  if (!apart) {
    if (Status written = write_act(component); !written) return written;
    return join_again(component, now);
  }
  for (Component& one : part(std::move(component))) {
    if (Status settled = settle(one, now); !settled) return settled;
  }
  return Done{};
}

/// A lock may forget a ride whose act has a holder that is not held, or was dismissed or taken back (docs/lock.md).
Status Deciding::settle_rides(const Component& component, std::int64_t now) {
  const auto holder = std::ranges::find(component.reductions, component.holder, &Member::id);
  const bool stands = holder != component.reductions.end() && holder->is.holds.empty();
  for (const Member& one : component.reductions) {
    const bool dismissed = one.is.reason == Reason::dismissed;
    const bool corrected = one.is_out && one.is.reason == Reason::none && one.is.holds.empty();
    if (!stands && component.closed_by == 0 && !dismissed && !corrected) continue;
    if (Status settled = lock_chains_.settle(std::get<claim::Reduction>(one.claim.entry), now); !settled) return settled;
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
  if (reduction != nullptr) {
    Status counted =
        days_.count(std::string(member.claim.device), member.id, *reduction, member.fresh ? nullptr : &member.was, member.is);
    if (!counted) return counted;
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

/// The nullifiers that lead to the act: those of its claims, and those of its reversals that lead nowhere else, since a reversal
/// joins nothing.
Result<std::set<claim::Nullifier>> Deciding::leading_to(const Component& component) {
  if (!component.leading.empty()) return component.leading;
  std::set<claim::Nullifier> leading = component.keys;
  for (const Member& one : component.reductions) {
    for (const claim::Nullifier& nullifier : one.nullifiers()) {
      const auto leads = store_.act_of(nullifier);
      if (!leads) return Failure{leads.error()};
      // What leads to another act than these is that one's: of a claim that does not join it.
      if (!*leads || component.keys.contains(**leads)) leading.insert(nullifier);
    }
  }
  for (const Member& one : component.reversals) {
    for (const claim::Nullifier& nullifier : one.nullifiers()) {
      const auto leads = store_.act_of(nullifier);
      if (!leads) return Failure{leads.error()};
      if (*leads && component.keys.contains(**leads)) leading.insert(nullifier);
    }
  }
  return leading;
}

Status Deciding::write_act(const Component& component) {
  const ActKey key = *component.leading.begin();
  for (const claim::Nullifier& nullifier : component.leading) {
    if (nullifier == key) continue;
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

}  // namespace greentill::credit
