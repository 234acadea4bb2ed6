// SPDX-License-Identifier: Apache-2.0
// Which nullifiers are of one act: what joins acts, and what parts them again.
#include <algorithm>

#include "tools/credit-service/ledger/deciding.hpp"

namespace greentill::credit {

Result<std::deque<Deciding::Component>> Deciding::load_all(const claim::Nullifiers& nullifiers) {
  std::deque<Component> acts;
  for (const claim::Nullifier& nullifier : nullifiers) {
    const auto known = store_.act_of(nullifier);
    if (!known) return Failure{known.error()};
    const ActKey key = known->value_or(nullifier);
    if (std::ranges::any_of(acts, [&](const Component& one) { return one.keys.contains(key); })) continue;
    if (Status read = load(key, acts.emplace_back()); !read) return Failure{read.error()};
  }
  return acts;
}

/// Settles acts with which the claim or reversal `id` is kept, in turn: what became of it in one is known to the next. One that
/// was joined to an earlier one on the way is settled with that.
Status Deciding::settle_all(std::deque<Component>& acts, std::int64_t id, std::int64_t now) {
  for (Component& act : acts) {
    if (&act != &acts.front()) {
      const ActKey key = *act.keys.begin();
      const auto leads = store_.act_of(key);
      if (!leads) return Failure{leads.error()};
      if (*leads && **leads != key) continue;
      const auto stored = store_.claim(id);
      if (!stored) return Failure{stored.error()};
      if (!*stored) return fail(ErrorCode::corrupt, "ledger: a claim of an act is missing");
      for (std::deque<Member>* list : {&act.reductions, &act.reversals}) {
        for (Member& one : *list) {
          if (one.id == id) one.was = one.is = (*stored)->decision;
        }
      }
    }
    if (Status settled = settle(act, now); !settled) return settled;
  }
  return Done{};
}

/// Whether it has a holder that keeps others out.
bool Deciding::keeps_out(const Component& act) {
  return std::ranges::any_of(act.reductions, [&](const Member& one) { return one.id == act.holder && one.is.holds.empty(); });
}

void Deciding::join(Component& act, Component&& other) {
  const bool takes_other = other.holder != 0 && (act.holder == 0 || (!keeps_out(act) && keeps_out(other)));
  act.keys.merge(other.keys);
  if (takes_other) {
    act.holder = other.holder;
    act.closed_by = other.closed_by;
  }
  act.applied.merge(other.applied);
  // Each list is in the order in which its members came: which of two came first is told by the second.
  const auto merge = [](std::deque<Member>& into, std::deque<Member>& from) {
    std::deque<Member> both;
    const auto is_in = [](const std::deque<Member>& list, const Member& one) {
      return std::ranges::find(list, one.id, &Member::id) != list.end();
    };
    while (!into.empty() || !from.empty()) {
      const bool second = into.empty() || (!from.empty() && from.front().was.arrived < into.front().was.arrived);
      std::deque<Member>& next = second ? from : into;
      if (!is_in(both, next.front())) both.push_back(std::move(next.front()));
      next.pop_front();
    }
    into = std::move(both);
  };
  merge(act.reductions, other.reductions);
  merge(act.reversals, other.reversals);
  for (std::size_t i = 0; i < act.reductions.size(); ++i) {
    act.reductions[i].place = i + 1;
    act.reductions[i].apart = {};
  }
}

/// Says which of the act's reductions are kept with another one as well.
Status Deciding::mark_apart(Component& act) {
  for (Member& one : act.reductions) {
    one.apart = {};
    if (one.nullifiers().size() < 2) continue;
    for (const claim::Nullifier& nullifier : one.nullifiers()) {
      const auto leads = store_.act_of(nullifier);
      if (!leads) return Failure{leads.error()};
      if (!*leads || act.keys.contains(**leads)) continue;
      one.apart.apart = true;
      one.apart.elsewhere = one.apart.elsewhere || nullifier == one.nullifiers()[0];
    }
  }
  return Done{};
}

/// A reduction that joined nothing, since two acts had a holder each, joins them once one has none.
Status Deciding::join_again(const Component& act, std::int64_t now) {
  for (const Member& one : act.reductions) {
    if (!one.apart.apart) continue;
    auto acts = load_all(one.nullifiers());
    if (!acts) return Failure{acts.error()};
    const auto decided = std::ranges::find(acts->front().reductions, one.id, &Member::id);
    const bool is_out = decided == acts->front().reductions.end() || decided->is_out;
    if (is_out || acts->size() < 2 || (keeps_out(acts->front()) && keeps_out(acts->back()))) continue;
    join(acts->front(), std::move(acts->back()));
    return settle(acts->front(), now);
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
  for (const Member& one : whole.reductions) {
    if (!one.is_out && !one.apart.apart) unite(one.nullifiers());
  }
  for (const claim::Nullifier& nullifier : whole.leading) {
    if (group_of(nullifier) == groups.end()) groups.push_back({nullifier});
  }
  std::ranges::sort(groups);
  std::vector<Component> parts(groups.size());
  for (std::size_t i = 0; i < groups.size(); ++i) {
    parts[i].keys = {*groups[i].begin()};
    parts[i].leading = groups[i];
    fill_part(whole, parts[i]);
  }
  return parts;
}

/// Gives a part what has one of its nullifiers.
void Deciding::fill_part(const Component& whole, Component& part) {
  const auto belongs = [&](const Member& one) {
    return std::ranges::any_of(one.nullifiers(), [&](const claim::Nullifier& n) { return part.leading.contains(n); });
  };
  const auto copy_of = [](const Member& from) {
    Member copy = from;
    if (const auto claim = claim::parse_payload(copy.payload)) copy.claim = *claim;  // it points into its own payload
    return copy;
  };
  for (const Member& one : whole.reductions) {
    if (!belongs(one)) continue;
    part.reductions.push_back(copy_of(one));
    Member& copy = part.reductions.back();
    copy.apart.apart =
        std::ranges::any_of(one.nullifiers(), [&](const claim::Nullifier& n) { return !part.leading.contains(n); });
    copy.apart.elsewhere = !part.leading.contains(one.nullifiers()[0]);
    if (one.id == whole.holder && !copy.apart.elsewhere) part.holder = one.id;
  }
  for (const Member& one : whole.reversals) {
    if (!belongs(one)) continue;
    part.reversals.push_back(copy_of(one));
    if (part.holder != 0 && whole.applied.contains(one.id)) part.applied.insert(one.id);
  }
  if (part.holder != 0) part.closed_by = whole.closed_by;
}

}  // namespace greentill::credit
