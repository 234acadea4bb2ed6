// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/ledger/lock_chains.hpp"

#include <algorithm>

#include "daemon/base/calendar.hpp"
#include "daemon/verify/lock_statement.hpp"
#include "tools/credit-service/ledger/act_view.hpp"

namespace greentill::credit {
namespace {

constexpr std::int64_t kSettledAfter = 30 * kSecondsADay;

bool is_over(std::int64_t came, std::int64_t now) { return came <= now - kSettledAfter; }

bool have_one_in_common(const claim::Nullifiers& one, const claim::Nullifiers& other) {
  return std::ranges::any_of(one, [&](const auto& nullifier) { return std::ranges::find(other, nullifier) != other.end(); });
}

}  // namespace

std::int64_t link_of(const Digest& digest) {
  std::uint64_t link = 0;
  for (std::size_t i = 0; i < 8; ++i) link = link << 8 | digest[i];
  return static_cast<std::int64_t>(link);
}

/// Whether it goes on from the ride before, and the ride behind from it, as far as these are here.
Result<bool> LockChains::fits(const SeenRide& ride) {
  if (ride.counter == 1) {
    if (ride.previous) return false;
  } else {
    const auto before = store_.lock_ride(ride.lock, ride.counter - 1);
    if (!before) return Failure{before.error()};
    if (!ride.previous || (*before && *ride.previous != link_of((*before)->digest))) return false;
  }
  const auto behind = store_.next_lock_ride(ride.lock, ride.counter);
  if (!behind) return Failure{behind.error()};
  return !*behind || (*behind)->counter != std::uint64_t{ride.counter} + 1 || (*behind)->previous == link_of(ride.digest);
}

Result<std::optional<LockFaultKind>> LockChains::contradiction(const SeenRide& ride, const std::optional<KeptRide>& kept) {
  using Found = std::optional<LockFaultKind>;
  if (kept) return kept->digest == ride.digest ? Found() : Found(LockFaultKind::two_rides);
  const auto right = fits(ride);
  if (!right) return Failure{right.error()};
  return *right ? Found() : Found(LockFaultKind::broken_link);
}

Result<bool> LockChains::note(const SeenRide& ride, const std::string& device, std::int64_t claim, std::int64_t came,
                              std::int64_t now) {
  const auto kept = store_.lock_ride(ride.lock, ride.counter);
  if (!kept) return Failure{kept.error()};
  const auto wrong = contradiction(ride, *kept);
  if (!wrong) return Failure{wrong.error()};
  if (*wrong) {
    const LockFault fault{ride.lock, ride.counter, **wrong, claim, now, std::nullopt};
    if (Status put = store_.put_lock_fault(fault); !put) return Failure{put.error()};
    notices_.contradicted(fault, device);
  }
  if (!*kept) {
    const KeptRide first{ride.counter, ride.digest, ride.previous, came, 0, RideSettled::no};
    if (Status put = store_.put_lock_ride(ride.lock, first); !put) return Failure{put.error()};
    if (Status later = look_later(ride.lock, came + kSettledAfter); !later) return Failure{later.error()};
  }
  const auto fault = store_.lock_fault(ride.lock);
  if (!fault) return Failure{fault.error()};
  return *fault && (*fault)->counter <= ride.counter;
}

Result<bool> LockChains::bind(const SeenRide& ride, const claim::Nullifiers& nullifiers, std::int64_t claim) {
  auto kept = store_.lock_ride(ride.lock, ride.counter);
  if (!kept) return Failure{kept.error()};
  if (!*kept) return fail(ErrorCode::bug, "ledger: a ride of lock " + ride.lock + " is claimed that was not noted");
  if ((*kept)->claim == claim) return true;
  if ((*kept)->claim != 0) {
    const auto bound = store_.claim((*kept)->claim);
    if (!bound) return Failure{bound.error()};
    const auto said =
        *bound ? claim::parse_payload((*bound)->payload) : Result<claim::Claim, claim::Fault>(Failure{claim::Fault{}});
    const auto* reduction = said ? std::get_if<claim::Reduction>(&said->entry) : nullptr;
    if (reduction == nullptr) return fail(ErrorCode::corrupt, "ledger: the claim of a lock's ride is missing");
    const bool gone = (*bound)->decision.reason != Reason::none && !is_behind((*bound)->decision);
    if (!gone) return have_one_in_common(reduction->nullifiers, nullifiers);
  }
  (*kept)->claim = claim;
  if (Status put = store_.put_lock_ride(ride.lock, **kept); !put) return Failure{put.error()};
  return true;
}

Status LockChains::settle(const claim::Reduction& reduction, std::int64_t now) {
  if (!verify::has_statement(reduction)) return Done{};
  const auto statement = verify::read_statement(reduction);
  if (!statement) return fail(ErrorCode::corrupt, "ledger: the evidence of a claim that was accepted does not parse");
  const std::string lock(statement->ride.lock);
  auto kept = store_.lock_ride(lock, statement->ride.counter);
  if (!kept) return Failure{kept.error()};
  if (!*kept || (*kept)->settled != RideSettled::no) return Done{};
  (*kept)->settled = RideSettled::by_its_act;
  if (Status put = store_.put_lock_ride(lock, **kept); !put) return put;
  return advance(lock, now);
}

/// The counter up to which all are settled where they are up to that one; the same where it goes no further.
Result<std::uint64_t> LockChains::next_settled(const std::string& lock, std::uint64_t up_to, std::int64_t now) {
  const auto next = store_.next_lock_ride(lock, up_to);
  if (!next) return Failure{next.error()};
  if (!*next) return up_to;
  KeptRide ride = **next;
  if (ride.counter > up_to + 1) {
    // Those between did not come: rides that are worth no claim, or that a dock kept to itself. A later one waited long enough.
    const auto came = store_.first_came_above(lock, up_to);
    if (!came) return Failure{came.error()};
    return *came && is_over(**came, now) ? std::uint64_t{ride.counter} - 1 : up_to;
  }
  if (ride.settled == RideSettled::no) {
    if (!is_over(ride.came, now)) return up_to;
    ride.settled = RideSettled::by_time;
    if (Status put = store_.put_lock_ride(lock, ride); !put) return Failure{put.error()};
  }
  return ride.counter;
}

Status LockChains::advance(const std::string& lock, std::int64_t now) {
  const auto before = store_.settled_up_to(lock);
  if (!before) return Failure{before.error()};
  std::uint64_t up_to = *before;
  for (;;) {
    const auto next = next_settled(lock, up_to, now);
    if (!next) return Failure{next.error()};
    if (*next == up_to) break;
    up_to = *next;
  }
  return up_to == *before ? Status(Done{}) : store_.settle_up_to(lock, up_to);
}

/// One look a lock stands in the work, for the earliest of its rides that may need it.
Status LockChains::look_later(const std::string& lock, std::int64_t due) {
  const auto planned = store_.has_work(WorkStep::lock, lock, 0);
  if (!planned) return Failure{planned.error()};
  return *planned ? Status(Done{}) : store_.put_work({WorkStep::lock, lock, 0, {}, due});
}

Status LockChains::look(const Work& work, std::int64_t now) {
  if (Status dropped = store_.drop_work(work.step, work.key, work.no); !dropped) return dropped;
  if (Status advanced = advance(work.key, now); !advanced) return advanced;
  const auto up_to = store_.settled_up_to(work.key);
  if (!up_to) return Failure{up_to.error()};
  const auto next = store_.next_lock_ride(work.key, *up_to);
  if (!next) return Failure{next.error()};
  if (!*next) return Done{};
  if ((*next)->counter == *up_to + 1) return look_later(work.key, (*next)->came + kSettledAfter);
  const auto came = store_.first_came_above(work.key, *up_to);
  return came ? look_later(work.key, came->value_or(now) + kSettledAfter) : Status(Failure{came.error()});
}

}  // namespace greentill::credit
