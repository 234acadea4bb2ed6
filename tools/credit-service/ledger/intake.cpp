// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/ledger/intake.hpp"

#include <algorithm>

#include "daemon/base/calendar.hpp"

namespace greentill::credit {
namespace {

// Claims of a chain that come so soon after another went on from it are a late worker's, and contradict nothing.
constexpr std::int64_t kGraceSeconds = 600;

bool is_within(std::uint64_t seq, const std::vector<Range>& ranges) {
  return std::ranges::any_of(ranges, [&](const Range& one) { return one.first <= seq && seq <= one.last; });
}

/// What counts for the quota: repeats of what is stored do not.
void count_new(const Batch& batch, std::uint64_t head, Visit& visit) {
  for (const BatchClaim& claim : batch.claims) {
    if (claim.link.seq <= head) continue;
    ++visit.claims;
    visit.bytes += claim.message.whole.size();
  }
}

/// When the batch came: one that was kept aside came when it was kept.
std::int64_t came_at(const Batch& batch, std::int64_t now) { return batch.pending ? batch.kept_at : now; }

}  // namespace

Chain* Visit::find(const claim::ChainId& id) {
  const auto found = std::ranges::find(chains, id, &Chain::id);
  return found == chains.end() ? nullptr : &*found;
}

Chain* Visit::find(std::int64_t no) {
  const auto found = std::ranges::find(chains, no, &Chain::no);
  return found == chains.end() ? nullptr : &*found;
}

bool Intake::is_open(Reason reason) {
  return verify::is_retryable(reason) || reason == Reason::bad_signature || reason == Reason::malformed;
}

Result<std::optional<Digest>> Intake::hash_at(const Chain& chain, std::uint64_t seq) {
  if (seq == 0 || seq > chain.seq) return std::optional<Digest>();
  if (seq == chain.seq) return std::optional(chain.hash);
  const auto stored = store_.claim(chain.claim_id(seq));
  if (!stored) return Failure{stored.error()};
  if (!*stored) return std::optional<Digest>();  // a gap called it lost
  return std::optional(hasher_.sha256({(*stored)->payload}));
}

Status Intake::take(const Batch& batch, Visit& visit) {
  const Chain* chain = visit.find(batch.chain);
  if (chain == nullptr || chain->state == ChainStanding::waiting) {
    const auto begun = begin(batch, visit);
    if (!begun) return Failure{begun.error()};
    if (*begun != Begun::taken) return Done{};
    chain = visit.find(batch.chain);
  }
  return go_on(batch, visit, chain->no);
}

Status Intake::go_on(const Batch& batch, Visit& visit, std::int64_t no) {
  Chain& chain = *visit.find(no);
  const std::uint64_t before = chain.seq;
  std::optional<std::vector<Range>> lost;  // read where it is needed
  for (const BatchClaim& claim : batch.claims) {
    if (claim.link.seq <= chain.seq) {
      const auto goes_on = revisit(batch, claim, visit, chain);
      if (!goes_on) return Failure{goes_on.error()};
      if (!*goes_on) break;
      continue;
    }
    if (!lost) {
      auto declared = store_.lost(chain.no);
      if (!declared) return Failure{declared.error()};
      lost = std::move(*declared);
    }
    if (!is_next(claim, chain, *lost)) {
      if (batch.pending) {
        if (Status kept = pending_.keep_rest(batch, chain.seq); !kept) return kept;
        visit.kept_on = true;
        break;
      }
      if (claim.attested) notices_.gap(batch, claim.link.seq, chain.seq);
      const auto kept = pending_.keep(batch, chain.seq, visit.now);
      if (!kept) return Failure{kept.error()};
      if (*kept) count_new(batch, chain.seq, visit);
      break;
    }
    const bool links = claim.link.seq != chain.seq + 1 || claim.link.prev == chain.hash;
    if (!links && claim.authentic) {
      // It goes on from another claim than the stored one: the device was cloned, or its disk was set back.
      if (Status held = fork(claim, visit, chain, chain.seq + 1, going_on(visit, chain, claim.link.seq - 1),
                             "it was signed on from another claim than the one here");
          !held) {
        return held;
      }
      break;
    }
    if (!links || !claim.attested) {
      if (Status told = stand_still(batch, claim, visit.now); !told) return told;
      break;
    }
    const bool was_lost = is_within(claim.link.seq, *lost);
    if (Status looked = look_for_contradiction(batch, claim, visit, chain, was_lost); !looked) return looked;
    if (Status placed = place(batch, claim, visit, chain, nullptr); !placed) return placed;
    chain.seq = claim.link.seq;
    chain.hash = claim.payload_hash;
    if (std::holds_alternative<claim::Gap>(claim.claim->entry)) lost.reset();
    if (!batch.pending) ++visit.claims, visit.bytes += claim.message.whole.size();
  }
  if (chain.seq == before) return Done{};
  if (Status quiet = end_silence(visit, chain); !quiet) return quiet;
  if (Status gone_on = store_.go_on(batch.device, batch.chain, chain.seq); !gone_on) return gone_on;
  return store_.move_head(chain);
}

/// Whether the claim's place is the next one, places that are lost passed over.
bool Intake::is_next(const BatchClaim& claim, const Chain& chain, const std::vector<Range>& lost) {
  std::uint64_t next = chain.seq + 1;
  for (const Range& one : lost) {
    if (one.first <= next && next <= one.last) next = one.last + 1;
  }
  return claim.link.seq <= next;
}

/// A claim at or below the head. False where what comes behind it in the batch is not looked at.
Result<bool> Intake::revisit(const Batch& batch, const BatchClaim& claim, Visit& visit, Chain& chain) {
  const auto stored = store_.claim(chain.claim_id(claim.link.seq));
  if (!stored) return Failure{stored.error()};
  if (!*stored) {
    if (!claim.attested) return true;
    const auto before = hash_at(chain, claim.link.seq - 1);
    if (!before) return Failure{before.error()};
    if (*before && **before != claim.link.prev) {
      Status held = fork(claim, visit, chain, chain.seq + 1, going_on(visit, chain, claim.link.seq - 1),
                         "it was signed on from another claim than the one here");
      return held ? Result<bool>(false) : Result<bool>(Failure{held.error()});
    }
    if (Status looked = look_for_contradiction(batch, claim, visit, chain, true); !looked) return Failure{looked.error()};
    Status placed = place(batch, claim, visit, chain, nullptr);
    return placed ? Result<bool>(true) : Result<bool>(Failure{placed.error()});
  }
  if (hasher_.sha256({(*stored)->payload}) != claim.payload_hash) {
    if (!claim.authentic) return true;
    Status held = fork(claim, visit, chain, chain.seq + 1, going_on(visit, chain, claim.link.seq),
                       "two claims were signed for place " + std::to_string(claim.link.seq));
    return held ? Result<bool>(false) : Result<bool>(Failure{held.error()});
  }
  if (!is_open((*stored)->decision.reason) || !claim.authentic) return true;
  Status placed = place(batch, claim, visit, chain, &(*stored)->decision);
  return placed ? Result<bool>(true) : Result<bool>(Failure{placed.error()});
}

/// Where the claim lies behind the place from which another chain goes on, or was called lost: a late worker's, or a
/// contradiction.
Status Intake::look_for_contradiction(const Batch& batch, const BatchClaim& claim, Visit& visit, Chain& chain, bool was_lost) {
  if (chain.state == ChainStanding::held) {
    if (!was_lost || claim.link.seq >= chain.held_from) return Done{};
    chain.held_from = claim.link.seq;
    return store_.put_chain(chain);
  }
  const auto key = lookup_.key_of(claim.message.thumbprint);
  if (!key) return Failure{key.error()};
  // What a key signs behind its end is held for that, and contradicts nothing.
  if (*key != nullptr && lies_behind_end(visit.chains, chain, claim.link.seq, **key)) return Done{};
  const bool was_closed = chain.state == ChainStanding::closed && claim.link.seq > chain.closed_at.value_or(0);
  std::vector<Chain*> following;
  for (Chain& other : visit.chains) {
    if (other.no == chain.no || other.predecessor != chain.no) continue;
    const bool passed = other.state == ChainStanding::on_probation && claim.link.seq > other.predecessor_seq;
    const bool opened = other.opened_at != 0 && (other.state == ChainStanding::open || other.state == ChainStanding::closed);
    if (passed || (opened && (was_closed || was_lost))) following.push_back(&other);
  }
  if (following.empty() && !was_closed && !was_lost) return Done{};
  const std::int64_t came = came_at(batch, visit.now);
  const bool is_late = !following.empty() && std::ranges::all_of(following, [&](const Chain* other) {
    return came <= other->booked_at + kGraceSeconds;
  });
  if (!is_late) {
    return fork(
        claim, visit, chain, claim.link.seq, following,
        was_lost ? "a claim came that a gap had called lost" : "a claim came behind the place from which another chain goes on");
  }
  if (was_closed) {
    chain.closed_at = claim.link.seq;
    if (Status put = store_.put_chain(chain); !put) return put;
  }
  for (Chain* other : following) {
    if (other->state != ChainStanding::on_probation || claim.link.seq <= other->predecessor_seq) continue;
    other->predecessor_seq = claim.link.seq;
    if (Status put = store_.put_chain(*other); !put) return put;
  }
  return Done{};
}

/// Holds the chain from that place on, and others that go on from it. One that is held already stays so, for its own reason.
Status Intake::fork(const BatchClaim& claim, Visit& visit, Chain& chain, std::uint64_t from, const std::vector<Chain*>& others,
                    const std::string& why) {
  const auto hold = [&](Chain& one, std::uint64_t first) -> Status {
    const bool was_held = one.state == ChainStanding::held;
    if (was_held && !one.contradiction.empty()) return Done{};
    one.contradiction.assign(claim.message.whole.begin(), claim.message.whole.end());
    if (was_held) return store_.put_chain(one);
    return hold_chain(visit, one, Reason::fork, first, why);
  };
  if (Status held = hold(chain, from); !held) return held;
  for (Chain* other : others) {
    if (Status held = hold(*other, other->seq + 1); !held) return held;
  }
  return Done{};
}

/// The chains that go on from that place of this one, or behind it.
std::vector<Chain*> Intake::going_on(Visit& visit, const Chain& chain, std::uint64_t place) {
  std::vector<Chain*> found;
  for (Chain& other : visit.chains) {
    const bool goes_on = other.predecessor == chain.no && other.no != chain.no && other.predecessor_seq >= place;
    if (goes_on && other.state != ChainStanding::waiting) found.push_back(&other);
  }
  return found;
}

/// From `first` on; one that was on probation as a whole, for the new reason.
Status Intake::hold_chain(const Visit& visit, Chain& chain, Reason reason, std::uint64_t first, const std::string& why) {
  const bool waited = chain.state == ChainStanding::on_probation;
  chain.state = ChainStanding::held;
  chain.state_since = visit.now;
  if (chain.booked_at == 0) chain.booked_at = visit.now;
  chain.reason = reason;
  chain.held_from = waited ? 1 : first;
  notices_.held(visit.name, chain, why);
  if (Status put = store_.put_chain(chain); !put) return put;
  return waited ? sweeps_.begin({SweepKind::hold_chain, visit.name, chain.no, 0, 0, 0}, visit.now) : Status(Done{});
}

/// Whether the claim may be decided, with what its lock's chain makes of the ride that it carries.
Result<Acceptance> Intake::accept(const BatchClaim& claim, Visit& visit, Chain& chain, std::int64_t came) {
  auto accepted = accepting_.accept(*visit.device, visit.chains, chain, claim, came, visit.now);
  if (!accepted || !claim.ride || accepted->reason == Reason::unknown_lock || accepted->reason == Reason::lock_revoked) {
    return accepted;
  }
  // Also where the claim is refused: the lock signed the ride all the same.
  const std::int64_t id = chain.claim_id(claim.link.seq);
  const auto contradicted = lock_chains_.note(*claim.ride, visit.name, id, came, visit.now);
  if (!contradicted) return Failure{contradicted.error()};
  if (accepted->reason != Reason::none) return accepted;
  if (*contradicted) accepted->holds.add(Reason::lock_fork);
  const auto bound = lock_chains_.bind(*claim.ride, std::get<claim::Reduction>(claim.claim->entry).nullifiers, id);
  if (!bound) return Failure{bound.error()};
  if (!*bound) accepted->reason = Reason::duplicate;
  return accepted;
}

Status Intake::place(const Batch& batch, const BatchClaim& claim, Visit& visit, Chain& chain, const Decision* before) {
  const std::int64_t came = came_at(batch, visit.now);
  auto accepted = accept(claim, visit, chain, before != nullptr ? before->arrived : came);
  if (!accepted) return Failure{accepted.error()};
  Decision decision;
  decision.arrived = before != nullptr ? before->arrived : came;
  decision.since = visit.now;
  const Placed placed{chain.claim_id(claim.link.seq), claim.claim ? &*claim.claim : nullptr, claim.message.payload,
                      before != nullptr};
  if (accepted->reason != Reason::none) {
    notices_.refused(batch.device, claim, accepted->reason);
    decision.reason = accepted->reason;
    if (before != nullptr && before->reason != Reason::none) decision.since = before->since;
    decision.refused_at = visit.now;
    if (claim.message.thumbprint != Digest{}) decision.certificate = claim.message.thumbprint;
    return placed.stored ? store_.put_decision(placed.id, decision) : store_.add_claim(placed.id, decision, placed.payload);
  }
  decision.holds = accepted->holds;
  if (const auto* reduction = std::get_if<claim::Reduction>(&claim.claim->entry)) {
    const auto customer = grants_.customer(reduction->attribution, claim.message.account, placed.id);
    if (!customer) return Failure{customer.error()};
    decision.customer = *customer;
    decision.programme = programmes_.current_id();
  }
  return place_accepted(placed, decision, visit, chain, visit.now);
}

Status Intake::place_accepted(const Placed& placed, Decision& decision, Visit& visit, Chain& chain, std::int64_t now) {
  const claim::Entry& entry = placed.claim->entry;
  if (std::holds_alternative<claim::Reduction>(entry)) return deciding_.add_reduction(placed, decision, now);
  if (std::holds_alternative<claim::Reversal>(entry)) return deciding_.add_reversal(placed, decision, now);
  decision.holds = {};  // it claims nothing that could be held
  if (const auto* gap = std::get_if<claim::Gap>(&entry)) {
    const Chain* of = gap->chain == chain.id ? &chain : visit.find(gap->chain);
    if (of != nullptr) {
      if (Status noted = note_lost(visit, *of, {{gap->first, gap->last}}); !noted) return noted;
    }
  }
  return placed.stored ? store_.put_decision(placed.id, decision) : store_.add_claim(placed.id, decision, placed.payload);
}

/// A chain on probation waits for its device's other chains to be silent.
Status Intake::end_silence(Visit& visit, const Chain& chain) {
  for (Chain& other : visit.chains) {
    if (other.state != ChainStanding::on_probation || other.no == chain.no) continue;
    if (visit.now / kSecondsAnHour == other.silent_from / kSecondsAnHour) continue;  // hours are counted: few batches pay for it
    other.silent_from = visit.now;
    if (Status put = store_.put_chain(other); !put) return put;
  }
  return Done{};
}

Status Intake::stand_still(const Batch& batch, const BatchClaim& claim, std::int64_t now) {
  if (claim.reason == Reason::none) return Done{};
  notices_.not_taken(batch.device, claim);
  return store_.stand_still(batch.device, {batch.chain, claim.link.seq, claim.reason, claim.message.thumbprint, now});
}

}  // namespace greentill::credit
