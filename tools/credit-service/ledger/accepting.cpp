// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/ledger/accepting.hpp"

#include <algorithm>
#include <limits>

#include "daemon/base/calendar.hpp"
#include "tools/credit-service/ledger/acts.hpp"

namespace greentill::credit {
namespace {

// How far an act may end after the service's own time. Clocks differ; but each further day would be a further daily limit of an
// account.
constexpr std::int64_t kAheadSeconds = kSecondsADay;

bool is_ahead(const claim::Reduction& act, std::int64_t now) { return act.end > now && act.end - now > kAheadSeconds; }

/// Whether so much earlier, or later, counts as the same.
bool before(std::int64_t time, std::int64_t bound) {
  return bound > std::numeric_limits<std::int64_t>::min() + kSameActSeconds && time < bound - kSameActSeconds;
}
bool behind(std::int64_t time, std::int64_t bound) {
  return bound < std::numeric_limits<std::int64_t>::max() - kSameActSeconds && time >= bound + kSameActSeconds;
}

/// Whether the version was in force at the act's end, 26 h before and behind included. One that was withdrawn in haste ended
/// earlier than devices know: its claims are held, not refused.
bool in_force(const Root& root, const RootVersion& version, std::int64_t ended) {
  if (version.version != 1 && before(ended, version.begins)) return false;
  if (version.withdrawn_at) return true;
  const auto next = std::ranges::find_if(root.versions, [&](const RootVersion& one) {
    return one.version > version.version && !(one.withdrawn_at && *one.withdrawn_at < one.begins);
  });
  return next == root.versions.end() || !behind(ended, next->begins);
}

}  // namespace

bool lies_behind_end(const std::vector<Chain>& chains, const Chain& chain, std::uint64_t seq, const DeviceKey& key) {
  if (!key.successor || !key.end) return false;
  if (key.end->seq == 0) return true;
  if (chain.id == key.end->chain) return seq > key.end->seq;
  const auto last = std::ranges::find(chains, key.end->chain, &Chain::id);
  return last != chains.end() && chain.no > last->no;
}

bool begins_behind_end(const std::vector<Chain>& chains, const claim::ChainId& id, const DeviceKey& key) {
  if (!key.successor || !key.end || id == key.end->chain) return false;
  return key.end->seq == 0 || std::ranges::find(chains, key.end->chain, &Chain::id) != chains.end();
}

Status end_key(Store& store, Lookup& lookup, const Chain& closed, const Chain& opened) {
  const auto old = store.registry().key(closed.key);
  if (!old) return Failure{old.error()};
  if (!*old || !(*old)->successor || (*old)->end || (*old)->successor != opened.key) return Done{};
  KeyEnd end{closed.id, closed.seq, closed.hash};
  // Closed behind its head, where the start named a place of which the claims are missing: they are good, should they come.
  if (closed.closed_at.value_or(0) > closed.seq) {
    const auto start = store.claim(opened.claim_id(1));
    if (!start) return Failure{start.error()};
    if (!*start) return fail(ErrorCode::corrupt, "ledger: the start of an open chain is missing");
    const auto claim = claim::parse_payload((*start)->payload);
    const auto* entry = claim ? std::get_if<claim::Start>(&claim->entry) : nullptr;
    if (entry == nullptr) return fail(ErrorCode::corrupt, "ledger: the start of an open chain cannot be read");
    if (entry->predecessor && entry->predecessor->last_seq == *closed.closed_at) {
      end.seq = entry->predecessor->last_seq;
      end.payload_hash = entry->predecessor->payload_hash;
    }
  }
  DeviceKey ended = **old;
  ended.end = end;
  lookup.forget();
  return store.registry().put(ended);
}

Result<Reason> Accepting::check_roots(const Assignment& assignment, const claim::Nullifiers& nullifiers,
                                      std::optional<std::int64_t> ended) {
  const std::uint32_t number = nullifiers[0].root;
  const auto assigned = std::ranges::find(assignment.roots, number, &AssignedRoot::number);
  if (assigned == assignment.roots.end() || (ended && assigned->reversals_only)) return Reason::unknown_root;
  const auto root = lookup_.root(number);
  if (!root) return Failure{root.error()};
  if (*root == nullptr) return Reason::unknown_root;
  for (const claim::Nullifier& nullifier : nullifiers) {
    const auto version = std::ranges::find((*root)->versions, nullifier.key_version, &RootVersion::version);
    if (version == (*root)->versions.end()) return Reason::unknown_key_version;
    if (ended && !in_force(**root, *version, *ended)) return Reason::key_version_not_in_force;
  }
  return Reason::none;
}

Result<Acceptance> Accepting::accept_reduction(const Assignment& assignment, const claim::Claim& claim,
                                               const std::optional<SeenRide>& ride, std::int64_t came, std::int64_t now) {
  const auto& act = std::get<claim::Reduction>(claim.entry);
  if (is_ahead(act, now)) return Acceptance{Reason::in_the_future, {}};
  const auto reason = check_roots(assignment, act.nullifiers, act.end);
  if (!reason) return Failure{reason.error()};
  Acceptance made{*reason, {}};
  if (*reason != Reason::none) return made;
  const Rule* rule = programme_.rule_for(act.activity);
  if (rule != nullptr && rule->oldest_days && act.end < came - *rule->oldest_days * kSecondsADay) made.holds.add(Reason::too_old);
  const auto root = lookup_.root(act.nullifiers[0].root);
  if (!root) return Failure{root.error()};
  for (const claim::Nullifier& nullifier : act.nullifiers) {
    const auto version = std::ranges::find((*root)->versions, nullifier.key_version, &RootVersion::version);
    if (version->withdrawn_at && *version->withdrawn_at <= came) made.holds.add(Reason::key_withdrawn);
  }
  const auto holds = lookup_.holds(act.methodology, act.end);
  if (!holds) return Failure{holds.error()};
  if (!*holds) made.holds.add(Reason::methodology_not_in_force);
  if (ride) {
    auto of_lock = accept_ride(*ride);
    if (!of_lock) return of_lock;
    if (of_lock->reason != Reason::none) return of_lock;
    made.holds.add(of_lock->holds);
  }
  const auto screened = store_.screened(std::string(claim.device), std::string(act.activity));
  if (!screened) return Failure{screened.error()};
  if (*screened) made.holds.add(Reason::screening);
  return made;
}

Result<Acceptance> Accepting::accept_ride(const SeenRide& ride) {
  const auto lock = lookup_.lock(ride.lock);
  if (!lock) return Failure{lock.error()};
  if (*lock == nullptr) return Acceptance{Reason::unknown_lock, {}};
  if ((*lock)->state == Device::State::revoked) return Acceptance{Reason::lock_revoked, {}};
  Acceptance made;
  if ((*lock)->state == Device::State::retired) made.holds.add(Reason::lock_retired);
  return made;
}

Status Accepting::hold(const Device& device, const std::vector<Chain>& chains, const Chain& chain, const BatchClaim& claim,
                       std::int64_t came, Holds& holds) {
  const bool chain_holds = chain.state == ChainStanding::on_probation || chain.state == ChainStanding::held;
  if (chain_holds && claim.link.seq >= chain.held_from) holds.add(chain.reason);
  if (device.state == Device::State::retired && device.retired_at && came - *device.retired_at > kRetiredSeconds) {
    holds.add(Reason::after_retirement);
  }
  const auto key = lookup_.key_of(claim.message.thumbprint);
  if (!key) return Failure{key.error()};
  if (*key != nullptr && lies_behind_end(chains, chain, claim.link.seq, **key)) holds.add(Reason::after_consent);
  return Done{};
}

Result<Acceptance> Accepting::accept(const Device& device, const std::vector<Chain>& chains, const Chain& chain,
                                     const BatchClaim& claim, std::int64_t came, std::int64_t now) {
  Acceptance made;
  if (claim.reason != Reason::none || !claim.claim) {
    made.reason = claim.reason == Reason::none ? Reason::malformed : claim.reason;
    return made;
  }
  const claim::Claim& said = *claim.claim;
  if (std::holds_alternative<claim::Start>(said.entry) != (claim.link.seq == 1)) return Acceptance{Reason::malformed, {}};
  const Assignment* assignment = find_assignment(device, chain.assignment);
  if (assignment == nullptr || said.merchant != assignment->merchant || said.site != assignment->site) {
    return Acceptance{Reason::not_assigned, {}};
  }
  if (std::holds_alternative<claim::Reduction>(said.entry)) {
    auto accepted = accept_reduction(*assignment, said, claim.ride, came, now);
    if (!accepted) return accepted;
    made = *accepted;
  } else if (const auto* reversal = std::get_if<claim::Reversal>(&said.entry)) {
    const auto reason = check_roots(*assignment, reversal->nullifiers, std::nullopt);
    if (!reason) return Failure{reason.error()};
    made.reason = *reason;
  }
  if (made.reason != Reason::none) return made;
  if (Status held = hold(device, chains, chain, claim, came, made.holds); !held) return Failure{held.error()};
  return made;
}

}  // namespace greentill::credit
