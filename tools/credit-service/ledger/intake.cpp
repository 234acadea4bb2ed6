// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/ledger/intake.hpp"

#include <algorithm>

#include "daemon/base/calendar.hpp"

namespace greentill::credit {
namespace {

// Claims of a chain that come so soon after another went on from it are a late worker's, and contradict nothing.
constexpr std::int64_t kGraceSeconds = 600;

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
  for (const BatchClaim& claim : batch.claims) {
    if (claim.link.seq <= chain.seq) {
      const auto goes_on = revisit(batch, claim, visit, chain);
      if (!goes_on) return Failure{goes_on.error()};
      if (!*goes_on) break;
      continue;
    }
    const auto next = is_next(claim, chain);
    if (!next) return Failure{next.error()};
    if (!*next) {
      if (claim.attested && !batch.pending) notices_.gap(batch, claim.link.seq, chain.seq);
      const auto kept = pending_.keep(batch, visit.now);
      if (!kept) return Failure{kept.error()};
      if (*kept) visit.claims += batch.claims.size(), visit.bytes += batch.bytes->size();
      break;
    }
    const bool links = claim.link.seq != chain.seq + 1 || claim.link.prev == chain.hash;
    if (!links && claim.authentic) {
      // It goes on from another claim than the stored one: the device was cloned, or its disk was set back.
      if (Status held = fork(claim, visit, chain, chain.seq + 1, "it was signed on from another claim than the one here");
          !held) {
        return held;
      }
      break;
    }
    if (!links || !claim.attested) {
      if (Status told = stand_still(batch, claim, visit.now); !told) return told;
      break;
    }
    if (Status looked = look_for_contradiction(batch, claim, visit, chain); !looked) return looked;
    if (Status placed = place(batch, claim, visit, chain, nullptr, {}); !placed) return placed;
    chain.seq = claim.link.seq;
    chain.hash = claim.payload_hash;
    if (!batch.pending) ++visit.claims, visit.bytes += claim.message.whole.size();
  }
  if (chain.seq == before) return Done{};
  if (Status quiet = end_silence(visit, chain); !quiet) return quiet;
  if (Status gone_on = store_.go_on(batch.device, batch.chain, chain.seq); !gone_on) return gone_on;
  return store_.move_head(chain);
}

/// Whether the claim's place is the next one, places that are lost passed over.
Result<bool> Intake::is_next(const BatchClaim& claim, const Chain& chain) {
  if (claim.link.seq == chain.seq + 1) return true;
  const auto lost = store_.lost(chain.no);
  if (!lost) return Failure{lost.error()};
  std::uint64_t next = chain.seq + 1;
  for (const Range& one : *lost) {
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
    Status held = fork(claim, visit, chain, chain.seq + 1, "a claim came that a gap had called lost");
    if (!held) return Failure{held.error()};
    if (Status placed = place(batch, claim, visit, chain, nullptr, {Reason::fork}); !placed) return Failure{placed.error()};
    return true;
  }
  if (hasher_.sha256({(*stored)->payload}) != claim.payload_hash) {
    if (!claim.authentic) return true;
    Status held = fork(claim, visit, chain, chain.seq + 1, "two claims were signed for place " + std::to_string(claim.link.seq));
    return held ? Result<bool>(false) : Result<bool>(Failure{held.error()});
  }
  if (!is_open((*stored)->decision.reason) || !claim.authentic) return true;
  Status placed = place(batch, claim, visit, chain, &(*stored)->decision, {});
  return placed ? Result<bool>(true) : Result<bool>(Failure{placed.error()});
}

Status Intake::look_for_contradiction(const Batch& batch, const BatchClaim& claim, Visit& visit, Chain& chain) {
  if (chain.state == ChainStanding::held) return Done{};
  const auto key = lookup_.key_of(claim.message.thumbprint);
  if (!key) return Failure{key.error()};
  // What a key signs behind its end is held for that, and contradicts nothing.
  if (*key != nullptr && lies_behind_end(visit.chains, chain, claim.link.seq, **key)) return Done{};
  const std::int64_t came = came_at(batch, visit.now);
  if (chain.state == ChainStanding::closed && claim.link.seq > chain.closed_at.value_or(0)) {
    if (came > chain.state_since + kGraceSeconds) {
      return fork(claim, visit, chain, claim.link.seq, "a claim came behind the place at which it was closed");
    }
    chain.closed_at = claim.link.seq;
    if (Status put = store_.put_chain(chain); !put) return put;
  }
  for (Chain& other : visit.chains) {
    if (other.state != ChainStanding::on_probation || other.predecessor != chain.no) continue;
    if (claim.link.seq <= other.predecessor_seq) continue;
    if (came > other.state_since + kGraceSeconds) {
      return fork(claim, visit, chain, claim.link.seq, "a claim came behind the place from which another chain goes on");
    }
    other.predecessor_seq = claim.link.seq;
    if (Status put = store_.put_chain(other); !put) return put;
  }
  return Done{};
}

/// Holds the chain from that place on, and the one that goes on from it.
Status Intake::fork(const BatchClaim& claim, Visit& visit, Chain& chain, std::uint64_t from, const std::string& why) {
  const auto hold = [&](Chain& one, std::uint64_t first) -> Status {
    if (one.state == ChainStanding::held && one.reason == Reason::fork) return Done{};
    one.state = ChainStanding::held;
    one.state_since = visit.now;
    one.reason = Reason::fork;
    one.held_from = one.held_from == 0 ? first : std::min(one.held_from, first);  // what was held already goes on being held
    if (one.contradiction.empty()) one.contradiction.assign(claim.message.whole.begin(), claim.message.whole.end());
    notices_.held(visit.name, one, why);
    return store_.put_chain(one);
  };
  if (Status held = hold(chain, from); !held) return held;
  for (Chain& other : visit.chains) {
    if (other.predecessor != chain.no || other.no == chain.no) continue;
    if (other.state == ChainStanding::waiting) continue;
    if (Status held = hold(other, other.seq + 1); !held) return held;
  }
  return Done{};
}

Status Intake::place(const Batch& batch, const BatchClaim& claim, Visit& visit, Chain& chain, const Decision* before,
                     Holds more) {
  const std::int64_t came = came_at(batch, visit.now);
  auto accepted =
      accepting_.accept(*visit.device, visit.chains, chain, claim, before != nullptr ? before->arrived : came, visit.now);
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
  decision.holds.add(more);
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
    if (visit.now < other.silent_from + kSecondsAnHour) continue;  // to the hour: so no batch pays for it
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
