// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/ledger/desk.hpp"

#include <algorithm>

#include "daemon/base/calendar.hpp"
#include "daemon/base/hex.hpp"
#include "tools/credit-service/ledger/act_key.hpp"

namespace greentill::credit {
namespace {

constexpr std::size_t kDecidedAtOnce = 200;
constexpr std::size_t kProbationHours = 72;
constexpr std::int64_t kLookSeconds = 60;

}  // namespace

Status Desk::transact(const std::function<Status()>& work) {
  const std::function<Status()> first = std::exchange(first_, {});
  Status done = store_.transact([&]() -> Status {
    if (first) {
      if (Status began = first(); !began) return began;
      lookup_.forget();
    }
    if (Status begun = lookup_.begin(); !begun) return begun;
    return work();
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

Result<std::uint64_t> Desk::decide(const Selection& selection, Verdict verdict) {
  std::uint64_t count = 0;
  std::int64_t after = 0;
  for (;;) {
    std::size_t part = 0;
    const Status done = transact([&]() -> Status {
      const auto claims = select(selection, after, kDecidedAtOnce);
      if (!claims) return Failure{claims.error()};
      part = claims->size();
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
  const Status begun = transact([&]() -> Status {
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

Status Desk::finish(const std::string& device) {
  for (bool more = true; more;) {
    more = false;
    Status done = transact([&]() -> Status {
      const auto due = store_.due(clock_.unix_seconds(), kDecidedAtOnce);
      if (!due) return Failure{due.error()};
      for (const Work& work : *due) {
        if (work.step != WorkStep::sweep || work.key != device) continue;
        more = true;
        return do_one(work, clock_.unix_seconds());
      }
      return Done{};
    });
    if (!done) return done;
  }
  return Done{};
}

Status Desk::do_one(const Work& work, std::int64_t now) {
  switch (work.step) {
    case WorkStep::sweep: return sweeps_.go_on(work, now);
    case WorkStep::decide: {
      if (Status dropped = store_.drop_work(work.step, work.key, work.no); !dropped) return dropped;
      const auto key = parse_act(work.what);
      return key ? deciding_.decide_again(*key, now) : fail(ErrorCode::corrupt, "ledger: an act that waits cannot be read");
    }
    case WorkStep::screen: break;
  }
  return store_.drop_work(work.step, work.key, work.no);
}

Status Desk::end_probation(const Chain& ended, const std::string& device, std::int64_t now) {
  auto chains = store_.chains(device);
  if (!chains) return Failure{chains.error()};
  const auto chain = std::ranges::find(*chains, ended.no, &Chain::no);
  if (chain == chains->end() || chain->state != ChainStanding::on_probation) return Done{};
  // Where another chain was opened since, this one goes on from a place that is no longer the end: a person decides.
  const bool passed = std::ranges::any_of(*chains, [&](const Chain& one) {
    return one.no > chain->no && (one.state == ChainStanding::open || one.state == ChainStanding::closed);
  });
  if (passed) return Done{};
  chain->reason = Reason::none;
  chain->held_from = 0;
  if (Status opened = open_chain(*chains, *chain, now); !opened) return opened;
  if (Status put = store_.put_chain(*chain); !put) return put;
  return sweeps_.begin({SweepKind::release_chain, device, chain->no, 0, 0, 0}, now);
}

Result<bool> Desk::do_due() {
  const std::int64_t now = clock_.unix_seconds();
  if (now == done_at_ && !more_due_) return false;  // a transaction for nothing is not for free
  done_at_ = now;
  more_due_ = false;
  bool more = false;
  const Status done = transact([&]() -> Status {
    if (now >= looked_at_ + kLookSeconds || now < looked_at_ || now / kSecondsAnHour != looked_at_ / kSecondsAnHour) {
      const auto probations = store_.chains_on_probation();
      if (!probations) return Failure{probations.error()};
      for (const auto& [chain, device] : *probations) {
        const auto hours = store_.hours_after(chain.silent_from / kSecondsAnHour);
        if (!hours) return Failure{hours.error()};
        if (*hours < kProbationHours) continue;
        if (Status ended = end_probation(chain, device, now); !ended) return ended;
      }
      looked_at_ = now;
    }
    const auto due = store_.due(now, 2);
    if (!due) return Failure{due.error()};
    more = due->size() > 1;
    return due->empty() ? Status(Done{}) : do_one(due->front(), now);
  });
  if (!done) return Failure{done.error()};
  more_due_ = more;
  return more;
}

}  // namespace greentill::credit
