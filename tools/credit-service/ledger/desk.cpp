// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/ledger/desk.hpp"

#include <algorithm>

#include "daemon/base/hex.hpp"
#include "tools/credit-service/ledger/accepting.hpp"

namespace greentill::credit {
namespace {

constexpr std::size_t kDecidedAtOnce = 200;

}  // namespace

Status Desk::transact(const std::function<Status()>& work) {
  const std::function<Status()> first = std::exchange(first_, {});
  Status done = store_.transact([&]() -> Status {
    if (first) {
      if (Status began = first(); !began) return began;
      lookup_.forget();
    }
    if (Status begun = lookup_.begin(); !begun) return begun;
    if (Status worked = work(); !worked) return worked;
    return days_.arrange(clock_.unix_seconds());
  });
  if (!done) lookup_.forget();
  return done;
}

Result<bool> Desk::matches(const Selection& selection, std::int64_t id) {
  if (selection.claim && *selection.claim != id) return false;
  const auto stored = store_.claim(id);
  if (!stored) return Failure{stored.error()};
  if (!*stored) return false;
  const Decision& decision = (*stored)->decision;
  Holds own = decision.holds;
  own.remove(kChainHolds);
  if (own.empty() || (selection.reason && !own.has(*selection.reason))) return false;
  if (selection.day && programmes_.current().calendar().local(decision.arrived).day != *selection.day) return false;
  if (selection.merchant.empty()) return true;
  const auto claim = claim::parse_payload((*stored)->payload);
  return claim && claim->merchant == selection.merchant;
}

/// The next claims of the selection behind the id `after`, ascending.
Result<std::vector<std::int64_t>> Desk::select(const Selection& selection, std::int64_t after, std::size_t most) {
  std::vector<std::int64_t> found;
  std::vector<std::string> names{selection.device};
  if (selection.device.empty()) {
    const auto devices = store_.registry().devices();
    if (!devices) return Failure{devices.error()};
    names.clear();
    for (const Device& one : *devices) names.push_back(one.id);
  }
  std::vector<Chain> all;
  for (const std::string& name : names) {
    const auto chains = store_.chains(name);
    if (!chains) return Failure{chains.error()};
    all.insert(all.end(), chains->begin(), chains->end());
  }
  std::ranges::sort(all, {}, &Chain::no);
  Holds any;
  for (const Reason reason : kHoldReasons) any.add(reason);
  any.remove(kChainHolds);
  for (const Chain& chain : all) {
    if (chain.no < chain_of(after)) continue;
    for (std::int64_t from = std::max(after, chain.claim_id(0)); found.size() < most;) {
      const auto held = store_.held(chain.no, from, any, kDecidedAtOnce);
      if (!held) return Failure{held.error()};
      if (held->empty()) break;
      from = held->back();
      for (const std::int64_t id : *held) {
        const auto fits = matches(selection, id);
        if (!fits) return Failure{fits.error()};
        if (*fits && found.size() < most) found.push_back(id);
      }
    }
  }
  return found;
}

/// Where a person has looked at all that a device's screening holds, what comes of it passes again. Before the claims are
/// released: what comes between the parts of a long release is not held any more.
Status Desk::lift(const Selection& selection, const std::vector<std::int64_t>& claims) {
  const bool looks_at_all =
      !selection.claim && !selection.day && selection.reason.value_or(Reason::screening) == Reason::screening;
  if (!looks_at_all) return Done{};
  if (!selection.device.empty()) return store_.lift_screened(selection.device, clock_.unix_seconds());
  std::int64_t lifted = 0;  // of this chain's device
  for (const std::int64_t id : claims) {
    if (chain_of(id) == lifted) continue;
    const auto stored = store_.claim(id);
    if (!stored) return Failure{stored.error()};
    if (!*stored || !(*stored)->decision.holds.has(Reason::screening)) continue;
    lifted = chain_of(id);
    const auto of = store_.chain(lifted);
    if (!of) return Failure{of.error()};
    if (Status done = store_.lift_screened(of->second, clock_.unix_seconds()); !done) return done;
  }
  return Done{};
}

Result<std::uint64_t> Desk::decide(const Selection& selection, Verdict verdict) {
  std::uint64_t count = 0;
  std::int64_t after = 0;
  for (;;) {
    std::size_t part = 0;
    const Status done = transact([&]() -> Status {
      const auto claims = select(selection, after, kDecidedAtOnce);
      if (!claims) return Failure{claims.error()};
      part = claims->size();
      if (verdict == Verdict::release) {
        if (Status lifted = lift(selection, *claims); !lifted) return lifted;
      }
      for (const std::int64_t id : *claims) {
        after = id;
        Holds own;
        for (const Reason reason : kHoldReasons) own.add(reason);
        own.remove(kChainHolds);
        Status decided = verdict == Verdict::release ? sweeps_.release(id, own, true, clock_.unix_seconds())
                                                     : sweeps_.dismiss(id, clock_.unix_seconds());
        if (!decided) return decided;
      }
      return Done{};
    });
    if (!done) return Failure{done.error()};
    count += part;
    if (part < kDecidedAtOnce) return count;
  }
}

/// The chain becomes the one that goes on; the open one is closed where it stands.
Status Desk::open_chain(std::vector<Chain>& chains, Chain& chain, std::int64_t now) {
  for (Chain& other : chains) {
    if (other.state != ChainStanding::open || other.no == chain.no) continue;
    other.state = ChainStanding::closed;
    other.state_since = now;
    other.closed_at = std::max<std::uint64_t>(other.seq, chain.predecessor == other.no ? chain.predecessor_seq : 0);
    if (Status put = store_.put_chain(other); !put) return put;
    if (Status ended = end_key(store_, lookup_, other, chain); !ended) return ended;
  }
  chain.state = ChainStanding::open;
  chain.state_since = chain.opened_at = now;
  chain.closed_at.reset();
  return Done{};
}

Status Desk::decide_chain(const std::string& device, const claim::ChainId& id, Verdict verdict, bool open) {
  const Status begun = transact([&]() -> Status {
    auto chains = store_.chains(device);
    if (!chains) return Failure{chains.error()};
    const auto found = std::ranges::find(*chains, id, &Chain::id);
    if (found == chains->end()) return fail(ErrorCode::not_found, "device " + device + " has no chain " + to_hex(id));
    Chain& chain = *found;
    if (chain.state != ChainStanding::held && chain.state != ChainStanding::on_probation) {
      return fail(ErrorCode::conflict, "device " + device + ": its chain " + to_hex(id) + " is not held");
    }
    const std::int64_t now = clock_.unix_seconds();
    const bool none_open = std::ranges::none_of(*chains, [](const Chain& one) { return one.state == ChainStanding::open; });
    chain.reason = Reason::none;
    chain.held_from = 0;
    chain.contradiction.clear();
    if (verdict == Verdict::release && (open || none_open)) {
      if (Status opened = open_chain(*chains, chain, now); !opened) return opened;
    } else {
      chain.state = ChainStanding::closed;
      chain.state_since = now;
      chain.closed_at = chain.seq;
    }
    if (Status put = store_.put_chain(chain); !put) return put;
    auto book = store_.device_book(device);
    if (!book) return Failure{book.error()};
    if (*book) {
      (*book)->repaired_at = kRepairFree;
      if (Status put = store_.put_device_book(device, **book); !put) return put;
    }
    const SweepKind kind = verdict == Verdict::release ? SweepKind::release_chain : SweepKind::dismiss_chain;
    return sweeps_.begin({kind, device, chain.no, 0, 0, 0}, now);
  });
  return begun ? finish(device) : begun;
}

Status Desk::begin_revoking(const std::string& device) {
  const auto of = lookup_.device(device);
  if (!of) return Failure{of.error()};
  if (*of == nullptr) return fail(ErrorCode::not_found, "the registry has no device \"" + device + "\"");
  if (!(*of)->revoked_since) return Done{};
  return sweeps_.begin({SweepKind::revoke, device, 0, *(*of)->revoked_since, 0, 0}, clock_.unix_seconds());
}

Status Desk::begin_trusting(const std::string& device) {
  return sweeps_.begin({SweepKind::trust, device, 0, 0, 0, 0}, clock_.unix_seconds());
}

Status Desk::begin_covering(const std::string& device) {
  const auto keys = store_.registry().keys(device);
  if (!keys) return Failure{keys.error()};
  auto chains = store_.chains(device);
  if (!chains) return Failure{chains.error()};
  for (const DeviceKey& key : *keys) {
    if (!key.end) continue;
    if (Status begun = sweeps_.cover(device, *chains, *key.end, clock_.unix_seconds()); !begun) return begun;
  }
  return Done{};
}

Status Desk::revoked(const std::string& device) {
  const Status begun = transact([&] { return begin_revoking(device); });
  return begun ? finish(device) : begun;
}

Status Desk::trusted(const std::string& device) {
  const Status begun = transact([&] { return begin_trusting(device); });
  return begun ? finish(device) : begun;
}

Status Desk::consented(const std::string& device) {
  const Status begun = transact([&] { return begin_covering(device); });
  return begun ? finish(device) : begun;
}

Status Desk::follow(const std::set<std::string>& devices) {
  Status begun = transact([&]() -> Status {
    for (const std::string& device : devices) {
      const auto known = lookup_.device(device);
      if (!known) return Failure{known.error()};
      if (*known == nullptr) continue;
      const bool in_doubt = (*known)->state == Device::State::revoked && (*known)->revoked_since;
      if (Status first = in_doubt ? begin_revoking(device) : begin_trusting(device); !first) return first;
      if (Status then = begin_covering(device); !then) return then;
    }
    return Done{};
  });
  if (!begun) return begun;
  for (const std::string& device : devices) {
    if (Status finished = finish(device); !finished) return finished;
  }
  return Done{};
}

}  // namespace greentill::credit
