// SPDX-License-Identifier: Apache-2.0
// What stands of an act is made so: judged, granted, taken back, and judged again where a limit holds something.
#include <algorithm>
#include <limits>

#include "daemon/base/hex.hpp"
#include "tools/credit-service/ledger/act_key.hpp"
#include "tools/credit-service/ledger/act_view.hpp"
#include "tools/credit-service/ledger/deciding.hpp"
#include "tools/credit-service/ledger/entitled.hpp"

namespace greentill::credit {
namespace {

// What may be taken back in a day counts beside what may be claimed.
std::string takes_back_subject(const std::string& device) { return "takes-back/" + device; }

}  // namespace

Deciding::View Deciding::view(const Component& component) {
  View view;
  for (const Member& one : component.reductions) view.told.push_back(told_of(one.id, one.claim, one.is, one.apart));
  for (std::size_t i = 0; i < component.reversals.size(); ++i) {
    const Member& one = component.reversals[i];
    auto takes = takes_of(one.id, one.claim, one.is, one.merchant, one.entitled);
    if (!takes) continue;
    view.takes.push_back(std::move(*takes));
    view.index.push_back(i);
  }
  return view;
}

Status Deciding::settle(Component& component, std::int64_t now) {
  component.was_closed = component.closed_by != 0;
  // Each round that does not end it holds one more claim or reversal.
  const std::size_t most = component.reductions.size() + component.reversals.size() + 2;
  for (std::size_t round = 0; round < most; ++round) {
    const auto settled = settle_once(component, now);
    if (!settled) return Failure{settled.error()};
    if (*settled) return write(component, now);
  }
  return fail(ErrorCode::bug, "ledger: an act does not come to rest");
}

/// Whether nothing has to be judged again.
Result<bool> Deciding::settle_once(Component& component, std::int64_t now) {
  const View seen = view(component);
  const Judgement judged = judge(seen.told, seen.takes, component.holder);
  Member* holder = nullptr;
  for (std::size_t i = 0; i < component.reductions.size(); ++i) {
    Member& one = component.reductions[i];
    const Fate fate = judged.fates[i];
    if (one.apart.elsewhere) continue;
    one.is_out = fate == Fate::out;
    if (fate == Fate::holds) {
      holder = &one;
      continue;
    }
    if (Status gone = withdraw(one, now); !gone) return Failure{gone.error()};
    if (fate == Fate::behind) {
      if (is_behind(one.is)) continue;  // as which it was refused then
      one.is.reason = one.fresh && component.was_closed ? Reason::taken_back : Reason::duplicate;
      one.is.refused_at = now;
    } else if (!is_gone(one.is) || is_behind(one.is)) {
      one.is.reason = Reason::none;  // a correction took it out, or it is held as revoked: it stands behind nobody
      one.is.refused_at.reset();
    }
  }
  component.closed_by = judged.closed_by;
  if (holder == nullptr) {
    component.holder = 0;
    return true;
  }
  auto settled = settle_holder(component, *holder, seen, judged, now);
  if (settled && *settled) component.holder = judged.holder;
  return settled;
}

/// Takes back whatever the claim was granted.
Status Deciding::withdraw(Member& member, std::int64_t now) {
  if (member.is.granted.value_or(0) == 0) return Done{};
  const Grantee of{member.id, std::string(member.claim.device), std::string(member.claim.merchant),
                   &std::get<claim::Reduction>(member.claim.entry)};
  return grants_.lower(of, 0, now, member.is);
}

/// What stands of the holder after the first `count` reversals that apply, before limits.
Result<std::int64_t> Deciding::stands_after(const Member& holder, const View& view, const Judgement& judged, std::size_t count) {
  const auto& reduction = std::get<claim::Reduction>(holder.claim.entry);
  for (std::size_t i = 0; i < count; ++i) {
    if (view.takes[judged.applied[i].index].reversal->taken_back.empty()) return std::int64_t{0};
  }
  return grants_.wanted(holder.is, reduction, left_of(reduction, view.takes, judged.applied, count), count == 0);
}

Result<bool> Deciding::settle_holder(Component& component, Member& holder, const View& view, const Judgement& judged,
                                     std::int64_t now) {
  const bool had_it =
      component.holder == holder.id && holder.was.reason == Reason::none && holder.was.holds.empty() && !holder.fresh;
  holder.is.reason = Reason::none;
  holder.is.refused_at.reset();
  holder.is.certificate.reset();
  if (!holder.is.holds.empty()) {
    if (Status gone = withdraw(holder, now); !gone) return Failure{gone.error()};
    return true;
  }
  const auto wanted = stands_after(holder, view, judged, judged.applied.size());
  if (!wanted && wanted.error().code == ErrorCode::not_found) {
    if (Status later = decide_later(*component.keys.begin(), wanted.error(), now); !later) return Failure{later.error()};
    return true;
  }
  if (!wanted) return Failure{wanted.error()};
  const bool undone = std::ranges::any_of(component.applied, [&](std::int64_t id) {
    return std::ranges::none_of(judged.applied, [&](const Judgement::Applied& one) { return view.takes[one.index].id == id; });
  });
  // Of one that is decided by all steps each takes of all that was asked for: also what came before it.
  const std::int64_t stands = had_it && !undone ? holder.is.granted.value_or(0) : std::numeric_limits<std::int64_t>::max();
  auto free = limit_reversals(component, holder, view, judged, stands, now);
  if (!free && free.error().code == ErrorCode::not_found) free = true;  // what is taken is counted where it can be computed
  if (!free || !*free) return free;
  const Grantee of{holder.id, std::string(holder.claim.device), std::string(holder.claim.merchant),
                   &std::get<claim::Reduction>(holder.claim.entry)};
  if (had_it && !undone) {
    if (Status lowered = grants_.lower(of, std::min(*wanted, holder.is.granted.value_or(0)), now, holder.is); !lowered) {
      return Failure{lowered.error()};
    }
    return true;
  }
  // It is decided by all steps: newly the holder, or what took it back does not apply any more.
  if (Status gone = withdraw(holder, now); !gone) return Failure{gone.error()};
  auto held = grants_.grant(of, *wanted, now, holder.is, false);
  if (!held) return Failure{held.error()};
  if (*held == Reason::none) return true;
  holder.is.holds.add(*held);
  component.holder = holder.id;
  return false;
}

/// Counts what reversals newly take back of what is not their merchant's. False where one would take too much, and is held.
Result<bool> Deciding::limit_reversals(Component& component, Member& holder, const View& view, const Judgement& judged,
                                       std::int64_t stands, std::int64_t now) {
  for (std::size_t i = 0; i < judged.applied.size() && stands > 0; ++i) {
    const Takes& takes = view.takes[judged.applied[i].index];
    if (!judged.applied[i].foreign) continue;
    const auto before = stands_after(holder, view, judged, i);
    const auto after = stands_after(holder, view, judged, i + 1);
    if (!before) return Failure{before.error()};
    if (!after) return Failure{after.error()};
    const std::int64_t taken = std::min(stands, *before) - std::min(stands, *after);
    Member& reversal = component.reversals[view.index[judged.applied[i].index]];
    auto entitled = parse_entitled(reversal.entitled);
    if (!entitled) return fail(ErrorCode::corrupt, "ledger: whom a reversal may take back cannot be read");
    std::int64_t& counted = entitled->counted[holder.id];
    if (taken <= counted) continue;
    const std::string subject = takes_back_subject(takes.device);
    const auto ceiling = grants_.takes_back(takes.device, holder.is, std::get<claim::Reduction>(holder.claim.entry), now);
    if (!ceiling) return Failure{ceiling.error()};
    const auto used = store_.used(subject, ceiling->activity, ceiling->day);
    if (!used) return Failure{used.error()};
    if (taken - counted > ceiling->mg - *used && !reversal.is.lifted.has(Reason::ceiling_reversals)) {
      reversal.is.holds.add(Reason::ceiling_reversals);
      return false;
    }
    if (Status used_up = store_.use(subject, ceiling->activity, ceiling->day, taken - counted); !used_up) {
      return Failure{used_up.error()};
    }
    counted = taken;
    reversal.entitled = to_json(*entitled);
  }
  return true;
}

Status Deciding::decide_later(const ActKey& key, const Error& why, std::int64_t now) {
  log_.write(LogLevel::error, "ledger", "an act is decided later: " + why.message);
  const ActCell cell(key);
  const ByteView bytes = cell.bytes();
  return store_.put_work({WorkStep::decide, to_hex(bytes), 0, {bytes.begin(), bytes.end()}, now + kSecondsAnHour});
}

}  // namespace greentill::credit
