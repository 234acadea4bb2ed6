// SPDX-License-Identifier: Apache-2.0
#include "daemon/engine/reversals.hpp"

#include <algorithm>
#include <utility>

#include "daemon/crypto/hasher.hpp"
#include "daemon/event/refund_signs.hpp"
#include "daemon/event/transaction_key.hpp"
#include "daemon/outbox/stored_claim.hpp"

namespace greentill::engine {
namespace {

/// What came back, as a sale or a trip of its own: the detectors then find in it what they found when it went out.
event::Transaction as_sale(const event::Transaction& reversal) {
  event::Transaction sold = reversal;
  sold.reversed = {};
  // A trip that is taken back as a whole may state no quantities: its duration is enough for a detector to find it.
  if (sold.kind == event::TransactionKind::trip && sold.quantities.empty()) sold.quantities = {{"s", sold.end - sold.begin}};
  drop_refund_signs(sold);
  return sold;
}

bool takes_all(const event::Transaction& reversal) { return reversal.lines.empty() && reversal.quantities.empty(); }

/// Merges parts that take from the same claims: the store keeps one sum for them, and one reversal is made.
void add_part(Returned part, std::vector<Returned>& parts) {
  const auto same = std::find_if(parts.begin(), parts.end(),
                                 [&](const Returned& other) { return other.act == part.act && other.activity == part.activity; });
  if (same == parts.end()) return parts.push_back(std::move(part));
  for (const auto& quantity : part.quantities) {
    std::int64_t* before = find_unit(same->quantities, quantity.unit);
    if (before == nullptr) {
      same->quantities.push_back(quantity);
    } else if (__builtin_add_overflow(*before, quantity.value, before)) {
      *before = INT64_MAX;
    }
  }
}

/// Several readings of one act came back once: the larger quantity of each unit.
std::vector<Returned> one_for_each_act(std::vector<Returned> parts) {
  std::vector<Returned> merged;
  for (Returned& part : parts) {
    const auto same =
        std::find_if(merged.begin(), merged.end(), [&](const Returned& other) { return part.act && other.act == part.act; });
    if (same == merged.end()) {
      merged.push_back(std::move(part));
      continue;
    }
    for (const auto& quantity : part.quantities) {
      std::int64_t* before = find_unit(same->quantities, quantity.unit);
      if (before == nullptr) same->quantities.push_back(quantity);
      if (before != nullptr) *before = std::max(*before, quantity.value);
    }
  }
  return merged;
}

void keep_sums(Reversals& reversals) {
  for (const TakeBack& take : reversals.takes) {
    reversals.side.taken_back.insert(reversals.side.taken_back.end(), take.sums.begin(), take.sums.end());
  }
}

}  // namespace

Status Reverser::add_taken(Claimed& claim) {
  for (const claim::Nullifier& nullifier : claim.nullifiers) {
    const auto taken = reader_.taken_back(nullifier.mac);
    if (!taken) return Failure{taken.error()};
    for (const outbox::TakenBack& part : *taken) {
      if (part.unit.empty()) {
        claim.gone = true;
      } else if (std::int64_t* before = find_unit(claim.taken, part.unit)) {
        *before = std::max(*before, part.value);
      } else {
        claim.taken.push_back({part.unit, part.value});
      }
    }
  }
  return Done{};
}

Result<std::vector<Claimed>> Reverser::claims_of(const outbox::TransactionRecord& record) {
  std::vector<Claimed> claims;
  const auto in_force = reader_.chain();
  if (!in_force) return Failure{in_force.error()};
  for (std::uint64_t seq = record.first_seq; seq < record.first_seq + record.count; ++seq) {
    const auto stored = outbox::latest_claim(reader_, {record.chain, seq});
    if (!stored) return Failure{stored.error()};
    if (!*stored) continue;  // pruned
    auto claimed = claimed_from((*stored)->place.seq, (*stored)->claim.message);
    if (!claimed) return Failure{claimed.error()};
    if (!*claimed) continue;
    if (*in_force && (*stored)->place.chain != (*in_force)->head.chain) (*claimed)->seq = 0;
    if (Status added = add_taken(**claimed); !added) return Failure{added.error()};
    claims.push_back(std::move(**claimed));
  }
  return claims;
}

std::vector<Returned> Reverser::returned(const event::Transaction& reversal, std::vector<detect::Absent>& absent) {
  std::vector<Returned> parts;
  detect::Findings findings = detectors_.detect(as_sale(reversal));
  absent = std::move(findings.absent);
  for (const auto& found : findings.acts) {
    // What holds of the whole sale, such as having printed no receipt, still holds when only some lines come back.
    const std::uint64_t line = found.activity.line;
    if (line == 0 && !reversal.lines.empty()) continue;
    const std::uint64_t reversed_line = line == 0 ? 0 : reversal.lines[line - 1].reversed_line;
    // A sale that was found by its receipt's number has no name here that a nullifier could be made of.
    auto act = reversal.reversed.key ? std::nullopt : maker_.act_of(found.activity.name, reversal.end, reversed_line);
    add_part({found.activity.name, found.activity.quantities, std::move(act)}, parts);
  }
  return one_for_each_act(std::move(parts));
}

/// Takes back by nullifier, under one root, what this store has no claim for: the claim may be another device's, or not there
/// yet. The service binds the reversal to the claim whichever comes first.
Status Reverser::take_unseen(const Returned& part, const identity::Root& root, bool whole, std::int64_t latest_end,
                             Reversals& into) {
  Claimed before;
  before.nullifiers =
      identity::nullifiers_unknown_end(root, {part.act->group, into.issuer, into.event, part.act->line}, latest_end);
  if (Status added = add_taken(before); !added) return added;
  if (before.gone) return Done{};
  TakeBack take;
  take.nullifiers = before.nullifiers;
  take.act = part.act;
  take.activity = part.activity;
  take.by_line = true;
  if (!whole) take.quantities = part.quantities;
  for (const claim::Nullifier& nullifier : take.nullifiers) {
    if (whole) take.sums.push_back({nullifier.mac, "", 0, 0});
    for (const auto& quantity : take.quantities) {
      std::int64_t sum = quantity.value;
      const std::int64_t* earlier = find_unit(before.taken, quantity.unit);
      if (earlier != nullptr && __builtin_add_overflow(sum, *earlier, &sum)) sum = INT64_MAX;
      take.sums.push_back({nullifier.mac, quantity.unit, sum, 0});
    }
  }
  into.takes.push_back(std::move(take));
  return Done{};
}

/// As above, under each root that the act may have been claimed under: that of the refund first.
Status Reverser::take_all_unseen(const std::vector<Returned>& parts, const identity::Root& root, bool whole,
                                 std::int64_t latest_end, Reversals& into) {
  for (const Returned& part : parts) {
    if (!part.act) continue;
    if (Status taken = take_unseen(part, root, whole, latest_end, into); !taken) return taken;
    for (const identity::Root& other : maker_.settings().roots) {
      if (other.number == root.number) continue;
      if (Status taken = take_unseen(part, other, whole, latest_end, into); !taken) return taken;
    }
  }
  return Done{};
}

Result<Reversals> Reverser::reverse(const event::Transaction& transaction, const identity::Root& root) {
  Reversals made;
  made.reason = transaction.reversed.reason;
  made.cause = claim::make_event_hash(crypto::hasher(), identity::issuer_under(root, transaction.issuer), transaction.event_id);
  if (!transaction.reversed.key) {
    made.issuer = event::issuer_of_reversed(transaction);
    made.event = transaction.reversed.event_id;
  }
  const outbox::TransactionKey key = event::reversed_key(transaction);
  const auto record = reader_.find(key);
  if (!record) return Failure{record.error()};
  if (*record) {
    if (Status taken = take_stored(**record, transaction, made); !taken) return Failure{taken.error()};
    return made;
  }
  if (transaction.reversed.key) {
    // Known without a claim: a guarded sale may be reported again and claimed, and then this waits for it.
    const auto sale = reader_.sale(key);
    if (!sale) return Failure{sale.error()};
    made.remark = *sale ? "" : "the sale it takes back is not known any more";
    if (!*sale) return made;
  }
  const bool whole = takes_all(transaction);
  const std::vector<Returned> parts = returned(transaction, made.absent);
  const std::int64_t latest_end = std::max(transaction.end, maker_.now());
  if (Status taken = take_all_unseen(parts, root, whole, latest_end, made); !taken) return Failure{taken.error()};
  keep_sums(made);
  await_transaction(key, parts, whole, made);
  return made;
}

Status Reverser::take_stored(const outbox::TransactionRecord& record, const event::Transaction& transaction, Reversals& into) {
  auto claims = claims_of(record);
  if (!claims) return Failure{claims.error()};
  if (takes_all(transaction)) {
    into.takes = take_back_all(*claims, library_);
  } else {
    // What a whole reversal takes needs no name.
    if (!transaction.reversed.key) name_acts(*claims, into.issuer, into.event, maker_.settings(), library_);
    into.takes = take_back_parts(*claims, returned(transaction, into.absent), library_);
  }
  if (into.takes.empty()) into.remark = "there is no claim for it, or nothing is left of it";
  keep_sums(into);
  return Done{};
}

/// Keeps what must wait for the transaction itself, and says so.
void Reverser::await_transaction(const outbox::TransactionKey& key, const std::vector<Returned>& parts, bool whole,
                                 Reversals& into) {
  into.side.awaited_key = key;
  const auto reason = static_cast<std::uint8_t>(into.reason);
  if (whole) into.side.awaited.push_back({reason, "", "", 0, into.cause});
  for (const Returned& part : parts) {
    if (whole || part.act) continue;
    for (const auto& quantity : part.quantities)
      into.side.awaited.push_back({reason, part.activity, quantity.unit, quantity.value, into.cause});
  }
  if (!into.side.awaited.empty()) {
    awaits_any_ = true;
    into.remark = "the transaction it takes back was not reported here yet: it waits for it";
  } else if (into.takes.empty()) {
    into.remark = "nothing in it was ever worth a claim";
  }
}

Result<Reversals> Reverser::undo(std::uint64_t seq) {
  const auto stored = reader_.claim(seq);
  if (!stored) return Failure{stored.error()};
  const std::string which = "claim " + std::to_string(seq);
  if (!*stored) return fail(ErrorCode::not_found, which + " is not in the store");
  auto claimed = claimed_from(seq, (*stored)->message);
  if (!claimed) return Failure{claimed.error()};
  if (!*claimed) return fail(ErrorCode::invalid, which + " claims nothing that could be taken back");
  if (Status added = add_taken(**claimed); !added) return Failure{added.error()};
  Reversals made;
  made.reason = claim::ReversalReason::correction;
  made.takes = take_back_all({&**claimed, 1}, library_);
  if (made.takes.empty()) made.remark = "nothing is left of it to take back";
  keep_sums(made);
  return made;
}

/// The claims that were just made, with what was taken back of them by their nullifiers before.
Result<std::vector<Claimed>> Reverser::claims_in(const MadeClaims& made) {
  std::vector<Claimed> claims;
  for (const outbox::NewClaim& one : made.claims) {
    auto claimed = claimed_from(one.seq, one.message);
    if (!claimed) return Failure{claimed.error()};
    if (!*claimed) continue;
    if (Status added = add_taken(**claimed); !added) return Failure{added.error()};
    claims.push_back(std::move(**claimed));
  }
  return claims;
}

Result<Reverser::Met> Reverser::meet(const outbox::TransactionKey& key, const event::Transaction& transaction,
                                     const MadeClaims& made) {
  Met met;
  const auto awaited = reader_.awaited(key);
  if (!awaited) return Failure{awaited.error()};
  if (awaited->empty()) return met;
  met.any = true;
  met.all = std::any_of(awaited->begin(), awaited->end(), [](const auto& part) { return part.activity.empty(); });
  if (met.all) return met;
  auto claims = claims_in(made);
  if (!claims) return Failure{claims.error()};
  name_acts(*claims, transaction.issuer, transaction.event_id, maker_.settings(), library_);
  for (auto first = awaited->begin(); first != awaited->end();) {
    const auto last = std::find_if(first, awaited->end(), [&](const auto& part) { return part.cause != first->cause; });
    Reversals reversals;
    reversals.reason = static_cast<claim::ReversalReason>(first->reason);
    reversals.cause = first->cause;
    reversals.issuer = transaction.issuer;
    reversals.event = transaction.event_id;
    std::vector<Returned> parts;
    for (; first != last; ++first) add_part({first->activity, {{first->unit, first->value}}, std::nullopt}, parts);
    reversals.takes = take_back_parts(*claims, parts, library_);
    keep_sums(reversals);
    met.reversals.push_back(std::move(reversals));
  }
  return met;
}

Result<bool> Reverser::awaits_any() {
  if (awaits_any_) return *awaits_any_;
  auto any = reader_.awaits_any();
  if (any) awaits_any_ = *any;
  return any;
}

}  // namespace greentill::engine
