// SPDX-License-Identifier: Apache-2.0
// What comes due by itself, and the rest of what people decided.
#include <algorithm>

#include "daemon/base/calendar.hpp"
#include "tools/credit-service/ledger/act_key.hpp"
#include "tools/credit-service/ledger/desk.hpp"

namespace greentill::credit {
namespace {

constexpr std::size_t kSoughtAtOnce = 200;
constexpr std::size_t kProbationHours = 72;
constexpr std::int64_t kLookSeconds = 60;
// Six hours after midnight the days of all devices are over: looks are small, and several are one transaction.
constexpr std::size_t kLooksAtOnce = 32;

}  // namespace

Status Desk::finish(const std::string& device) {
  for (bool more = true; more;) {
    more = false;
    Status done = transact([&]() -> Status {
      const auto due = store_.due(clock_.unix_seconds(), kSoughtAtOnce);
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
    case WorkStep::screen: return screening_.look(work, now);
    case WorkStep::lock: return lock_chains_.look(work, now);
    case WorkStep::lapse: return lapsing_.go_on(work, now);
  }
  return store_.drop_work(work.step, work.key, work.no);
}

/// Looks, up to the first that is none, which may be long.
Status Desk::do_some(const std::vector<Work>& due, std::int64_t now) {
  for (const Work& work : due) {
    if (work.step == WorkStep::lapse && &work != due.data()) return Done{};  // it begins a transaction of its own
    Status done = do_one(work, now);
    if (!done || work.step != WorkStep::screen) return done;
  }
  return Done{};
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
  moved_.push_back(device);
  return sweeps_.begin({SweepKind::release_chain, device, chain->no, 0, 0, 0}, now);
}

Status Desk::end_probations(std::int64_t now) {
  const bool is_same_hour = now / kSecondsAnHour == looked_at_ / kSecondsAnHour;
  if (now < looked_at_ + kLookSeconds && now >= looked_at_ && is_same_hour) return Done{};
  if (Status arranged = lapsing_.arrange(now); !arranged) return arranged;
  const auto probations = store_.chains_on_probation();
  if (!probations) return Failure{probations.error()};
  for (const auto& [chain, device] : *probations) {
    const auto hours = store_.hours_after(chain.silent_from / kSecondsAnHour);
    if (!hours) return Failure{hours.error()};
    if (*hours < kProbationHours) continue;
    if (Status ended = end_probation(chain, device, now); !ended) return ended;
  }
  looked_at_ = now;
  return Done{};
}

/// Once a day. Reads without the lock.
Status Desk::tell_held(std::int64_t now) {
  if (told_at_ && now < *told_at_ + kSecondsADay && now >= *told_at_) return Done{};
  const auto counts = store_.count_held();
  if (!counts) return Failure{counts.error()};
  notices_.held_in_all(*counts);
  told_at_ = now;
  return Done{};
}

Result<bool> Desk::do_due() {
  const std::int64_t now = clock_.unix_seconds();
  if (now == done_at_ && !more_due_) return false;  // a transaction for nothing is not for free
  done_at_ = now;
  more_due_ = false;
  if (Status told = tell_held(now); !told) return Failure{told.error()};
  bool more = false;
  const Status done = transact([&]() -> Status {
    if (Status ended = end_probations(now); !ended) return ended;
    const auto due = store_.due(now, kLooksAtOnce);
    if (!due) return Failure{due.error()};
    if (due->empty()) return Done{};
    if (Status some = do_some(*due, now); !some) return some;
    const auto left = store_.due(now, 1);
    if (!left) return Failure{left.error()};
    more = !left->empty();
    return Done{};
  });
  if (!done) return Failure{done.error()};
  more_due_ = more;
  return more;
}

}  // namespace greentill::credit
