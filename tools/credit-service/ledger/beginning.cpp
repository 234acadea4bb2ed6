// SPDX-License-Identifier: Apache-2.0
// How chains begin.
#include <algorithm>

#include "tools/credit-service/ledger/intake.hpp"

namespace greentill::credit {
namespace {

const BatchClaim* start_of(const Batch& batch) {
  const auto found = std::ranges::find_if(batch.claims, [](const BatchClaim& one) { return one.link.seq == 1; });
  return found == batch.claims.end() ? nullptr : &*found;
}

const claim::Start* entry_of(const BatchClaim& claim) {
  return claim.claim ? std::get_if<claim::Start>(&claim.claim->entry) : nullptr;
}

/// Whether the device has left the assignment: a chain under a later one was opened.
bool has_left(const std::vector<Chain>& chains, std::uint32_t assignment) {
  return std::ranges::any_of(chains, [&](const Chain& one) { return one.assignment > assignment && one.opened_at != 0; });
}

}  // namespace

/// Decides about a chain that is not stored, or waits. Where it is taken, its row is there afterwards, without a claim.
Result<Intake::Begun> Intake::begin(const Batch& batch, Visit& visit) {
  const auto keep = [&]() -> Result<Begun> {
    const auto kept = pending_.keep(batch, 0, visit.now);
    if (!kept) return Failure{kept.error()};
    if (*kept) visit.claims += batch.claims.size(), visit.bytes += batch.bytes->size();
    visit.stays = batch.pending.has_value();
    return Begun::kept;
  };
  if (Chain* waiting = visit.find(batch.chain)) {
    const auto contradicts = contradicts_kept(batch, visit, *waiting);
    if (!contradicts) return Failure{contradicts.error()};
    if (*contradicts) return Begun::not_taken;
  }
  const BatchClaim* start = start_of(batch);
  if (start == nullptr) return keep();
  if (!start->attested || entry_of(*start) == nullptr || visit.device == nullptr) {
    if (Status told = stand_still(batch, *start, visit.now); !told) return Failure{told.error()};
    return Begun::not_taken;
  }
  std::vector<Chain> others = visit.chains;
  std::erase_if(others, [&](const Chain& one) { return one.id == batch.chain; });
  auto facts = facts_of(visit, *start, others);
  if (!facts) return Failure{facts.error()};
  const Chain* known = visit.find(batch.chain);
  const auto judge = [&] {
    return known != nullptr ? admit_waiting(others, *known, *facts, *this) : admit(others, *facts, *this);
  };
  auto admission = judge();
  if (!admission) return Failure{admission.error()};
  std::vector<Range> lost;
  if (admission->outcome == Admission::Outcome::waits) {
    const Chain& before = *visit.find(admission->predecessor);
    const auto covered =
        gaps_cover(&batch, visit.name, visit.chains, batch.chain, before.id, {before.seq + 1, admission->place}, lost);
    if (!covered) return Failure{covered.error()};
    if (*covered) {
      facts->gaps_cover = true;
      admission = judge();
      if (!admission) return Failure{admission.error()};
    }
  }
  if (admission->outcome == Admission::Outcome::not_stored) {
    notices_.no_room(visit.name, batch.chain);
    visit.stays = batch.pending.has_value();
    return Begun::not_taken;
  }
  if (Status made = make_chain(batch, *start, *admission, visit); !made) return Failure{made.error()};
  if (admission->outcome == Admission::Outcome::waits) return keep();
  if (lost.empty()) return Begun::taken;
  if (Status noted = note_lost(visit, *visit.find(admission->predecessor), lost); !noted) return Failure{noted.error()};
  return Begun::taken;
}

/// Whether one of the batch's claims is another than what was kept aside for its place: then the chain is held, and what was kept
/// takes its places. What contradicts it is not stored.
Result<bool> Intake::contradicts_kept(const Batch& batch, Visit& visit, Chain& waiting) {
  const auto kept = pending_.kept(visit.name, waiting.id);
  if (!kept) return Failure{kept.error()};
  for (const BatchClaim& claim : batch.claims) {
    if (batch.pending || !claim.authentic) continue;
    const bool differs = std::ranges::any_of(*kept, [&](const Batch& one) {
      return std::ranges::any_of(one.claims, [&](const BatchClaim& there) {
        return there.link.seq == claim.link.seq && there.payload_hash != claim.payload_hash;
      });
    });
    if (!differs) continue;
    Status held = fork(claim, visit, waiting, 1, {}, "two claims were signed for place " + std::to_string(claim.link.seq));
    return held ? Result<bool>(true) : Result<bool>(Failure{held.error()});
  }
  return false;
}

Result<StartFacts> Intake::facts_of(Visit& visit, const BatchClaim& start, const std::vector<Chain>& others) {
  StartFacts facts;
  facts.device = visit.name;
  facts.start = entry_of(start);
  facts.now = visit.now;
  const auto key = lookup_.key_of(start.message.thumbprint);
  if (!key) return Failure{key.error()};
  if (*key != nullptr) facts.key = (*key)->hash;
  facts.key_succeeded = *key != nullptr && begins_behind_end(others, start.link.chain, **key);
  if (find_assignment(*visit.device, facts.start->assignment) == nullptr) {
    facts.assigned = Assigned::never_had;
  } else if (has_left(others, facts.start->assignment)) {
    facts.assigned = Assigned::left;
  }
  const auto book = store_.device_book(visit.name);
  if (!book) return Failure{book.error()};
  const bool waits = others.size() < visit.chains.size();  // and was counted when it came
  if (*book && !waits) facts.repaired_at = (*book)->repaired_at;
  if (*key == nullptr) return facts;
  if (Status added = add_consent(visit, start, **key, measured_chain(others), facts); !added) return Failure{added.error()};
  return facts;
}

/// What the key goes on from: by the registry, which has the consent's place, or by the consent in the start.
Status Intake::add_consent(Visit& visit, const BatchClaim& start, const DeviceKey& key, const Chain* measured,
                           StartFacts& facts) {
  if (measured == nullptr || measured->key == key.hash) return Done{};
  // Not by the key of the measured chain: that may have been replaced twice before a chain of the second one came.
  const auto keys = store_.registry().keys(visit.name);
  if (!keys) return Failure{keys.error()};
  const auto before = std::ranges::find(*keys, std::optional(key.hash), &DeviceKey::successor);
  facts.key_succeeds = before != keys->end();
  if (!facts.key_succeeds) return Done{};
  const ByteView message = facts.start->consent;
  if (!message.empty()) {
    const auto consent = consents_.verify(message, visit.now);
    if (consent && consent->device == visit.name && consent->key == key.hash) {
      const auto effect = effect_of(*consent, store_.registry());
      if (!effect) return Failure{effect.error()};
      if (effect->changes()) {
        if (Status put = store_.registry().put(effect->is); !put) return put;
        lookup_.forget();
        if (Status covered = sweeps_.cover(visit.name, visit.chains, *effect->is.end, visit.now); !covered) return covered;
      }
    }
  }
  const auto now = store_.registry().key(before->hash);
  if (!now) return Failure{now.error()};
  if (*now && (*now)->end) {
    facts.consented = claim::Predecessor{start.claim->device, (*now)->end->chain, (*now)->end->seq, (*now)->end->payload_hash};
  }
  return Done{};
}

Status Intake::make_chain(const Batch& batch, const BatchClaim& start, const Admission& admission, Visit& visit) {
  Chain made;
  if (const Chain* known = visit.find(batch.chain)) made = *known;
  const bool waited = made.no != 0;
  made.id = batch.chain;
  made.state = admission.outcome == Admission::Outcome::open        ? ChainStanding::open
               : admission.outcome == Admission::Outcome::waits     ? ChainStanding::waiting
               : admission.outcome == Admission::Outcome::probation ? ChainStanding::on_probation
                                                                    : ChainStanding::held;
  made.state_since = visit.now;
  made.booked_at = admission.outcome == Admission::Outcome::waits ? 0 : visit.now;
  made.opened_at = admission.outcome == Admission::Outcome::open ? visit.now : 0;
  made.reason = admission.reason;
  made.held_from = admission.outcome == Admission::Outcome::probation || admission.outcome == Admission::Outcome::held ? 1 : 0;
  made.assignment = entry_of(start)->assignment;
  made.predecessor = admission.predecessor;
  made.predecessor_seq = admission.place;
  made.silent_from = visit.now;
  const auto key = lookup_.key_of(start.message.thumbprint);
  if (!key) return Failure{key.error()};
  if (*key != nullptr) made.key = (*key)->hash;
  if (waited) {
    if (Status put = store_.put_chain(made); !put) return put;
    *visit.find(batch.chain) = made;
  } else {
    const auto no = store_.add_chain(visit.name, made);
    if (!no) return Failure{no.error()};
    made.no = *no;
    visit.chains.push_back(made);
  }
  if (!(waited && made.state == ChainStanding::waiting)) notices_.began(visit.name, made);
  if (admission.is_repair && !waited) {
    if (Status noted = note_repair(visit); !noted) return noted;
  }
  return close_predecessor(admission, start, visit);
}

Status Intake::close_predecessor(const Admission& admission, const BatchClaim& start, Visit& visit) {
  Chain* before = visit.find(admission.predecessor);
  if (before == nullptr) return Done{};
  if (admission.holds_predecessor) {
    if (before->state == ChainStanding::held) return Done{};
    before->contradiction.assign(start.message.whole.begin(), start.message.whole.end());
    return hold_chain(visit, *before, admission.reason, before->seq + 1, std::string(verify::in_words(admission.reason)));
  }
  if (admission.outcome != Admission::Outcome::open) return Done{};
  const bool was_closed = before->state == ChainStanding::closed;
  if (was_closed && before->closed_at.value_or(0) < admission.place) {
    before->closed_at = admission.place;
    if (Status put = store_.put_chain(*before); !put) return put;
  }
  // By a consent it may go on from another chain than the open one.
  for (Chain& other : visit.chains) {
    if (other.state != ChainStanding::open || other.id == start.link.chain) continue;
    other.state = ChainStanding::closed;
    other.state_since = visit.now;
    other.closed_at = other.no == before->no ? admission.place : other.seq;
    if (Status put = store_.put_chain(other); !put) return put;
  }
  return end_key(store_, lookup_, *before, *visit.find(start.link.chain));
}

Status Intake::note_repair(const Visit& visit) {
  auto book = store_.device_book(visit.name);
  if (!book) return Failure{book.error()};
  if (!*book) return fail(ErrorCode::corrupt, "ledger: a device's chain begins, and it was never heard");
  const bool free = (*book)->repaired_at == kRepairFree;
  (*book)->repaired_at = free ? std::nullopt : std::optional(visit.now);
  return store_.put_device_book(visit.name, **book);
}

}  // namespace greentill::credit
