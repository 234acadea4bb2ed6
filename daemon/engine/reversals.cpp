// SPDX-License-Identifier: Apache-2.0
#include "daemon/engine/reversals.hpp"

#include <algorithm>
#include <utility>

#include "daemon/event/refund_signs.hpp"
#include "daemon/event/transaction_key.hpp"

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
  const auto same = std::find_if(parts.begin(), parts.end(), [&](const Returned& other) {
    return other.nullifier == part.nullifier && other.activity == part.activity;
  });
  if (same == parts.end()) return parts.push_back(std::move(part));
  for (const auto& quantity : part.quantities) {
    const auto unit = std::find_if(same->quantities.begin(), same->quantities.end(),
                                   [&](const auto& other) { return other.unit == quantity.unit; });
    if (unit == same->quantities.end()) {
      same->quantities.push_back(quantity);
    } else if (__builtin_add_overflow(unit->value, quantity.value, &unit->value)) {
      unit->value = INT64_MAX;
    }
  }
}

void keep_sums(Reversals& reversals) {
  for (const TakeBack& take : reversals.takes) {
    reversals.side.taken_back.insert(reversals.side.taken_back.end(), take.sums.begin(), take.sums.end());
  }
}

}  // namespace

Status Reverser::add_taken(Claimed& claim) {
  const auto taken = reader_.taken_back(claim.nullifier);
  if (!taken) return Failure{taken.error()};
  for (const outbox::TakenBack& part : *taken) {
    if (part.unit.empty()) claim.gone = true;
    if (!part.unit.empty()) claim.taken.push_back({part.unit, part.value});
  }
  return Done{};
}

Result<std::vector<Claimed>> Reverser::claims_of(const outbox::TransactionRecord& record) {
  std::vector<Claimed> claims;
  for (std::uint64_t seq = record.first_seq; seq < record.first_seq + record.count; ++seq) {
    const auto stored = reader_.claim(record.chain, seq);
    if (!stored) return Failure{stored.error()};
    if (!*stored) continue;  // pruned
    auto claimed = claimed_from(seq, (*stored)->message);
    if (!claimed) return Failure{claimed.error()};
    if (!*claimed) continue;
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
    const auto nullifier = reversal.reversed.key
                               ? std::nullopt
                               : maker_.nullifier_of(found.activity.name, reversal.end, event::issuer_of_reversed(reversal),
                                                     reversal.reversed.event_id, reversed_line);
    add_part({found.activity.name, found.activity.quantities, nullifier}, parts);
  }
  return parts;
}

/// Takes back by nullifier what this store has no claim for: the claim may be another device's, or not there yet. The service
/// binds the reversal to the claim whichever comes first.
Status Reverser::take_unseen(const std::vector<Returned>& parts, bool whole, Reversals& into) {
  for (const Returned& part : parts) {
    if (!part.nullifier) continue;
    Claimed before;
    before.nullifier = *part.nullifier;
    if (Status added = add_taken(before); !added) return added;
    if (before.gone) continue;
    TakeBack take;
    take.nullifier = *part.nullifier;
    take.activity = part.activity;
    take.returned = part.activity;
    take.by_line = true;
    if (whole) {
      take.sums.push_back({take.nullifier, "", 0, 0});
    } else {
      take.quantities = part.quantities;
      for (const auto& quantity : part.quantities) {
        std::int64_t sum = quantity.value;
        for (const auto& earlier : before.taken) {
          if (earlier.unit == quantity.unit && __builtin_add_overflow(sum, earlier.value, &sum)) sum = INT64_MAX;
        }
        take.sums.push_back({take.nullifier, quantity.unit, sum, 0});
      }
    }
    into.takes.push_back(std::move(take));
  }
  return Done{};
}

Result<Reversals> Reverser::reverse(const event::Transaction& transaction) {
  Reversals made;
  made.reason = transaction.reversed.reason;
  made.cause = event::transaction_key(transaction.issuer, transaction.event_id);
  const outbox::TransactionKey key = event::reversed_key(transaction);
  const auto record = reader_.find(key);
  if (!record) return Failure{record.error()};
  const bool whole = takes_all(transaction);
  if (*record) {
    auto claims = claims_of(**record);
    if (!claims) return Failure{claims.error()};
    made.takes =
        whole ? take_back_all(*claims, library_) : take_back_parts(*claims, returned(transaction, made.absent), library_);
    if (made.takes.empty()) made.remark = "there is no claim for it, or nothing is left of it";
    keep_sums(made);
    return made;
  }
  if (transaction.reversed.key) {
    // Known without a claim: a guarded sale may be reported again and claimed, and then this waits for it.
    const auto sale = reader_.sale(key);
    if (!sale) return Failure{sale.error()};
    made.remark = *sale ? "" : "the sale it takes back is not known any more";
    if (!*sale) return made;
  }
  const std::vector<Returned> parts = returned(transaction, made.absent);
  if (Status taken = take_unseen(parts, whole, made); !taken) return Failure{taken.error()};
  keep_sums(made);
  made.side.awaited_key = key;
  const auto reason = static_cast<std::uint8_t>(made.reason);
  if (whole) made.side.awaited.push_back({reason, "", "", 0, made.cause});
  for (const Returned& part : parts) {
    if (whole || part.nullifier) continue;
    for (const auto& quantity : part.quantities)
      made.side.awaited.push_back({reason, part.activity, quantity.unit, quantity.value, made.cause});
  }
  if (!made.side.awaited.empty()) {
    awaits_any_ = true;
    made.remark = "the transaction it takes back was not reported here yet: it waits for it";
  } else if (made.takes.empty()) {
    made.remark = "nothing in it was ever worth a claim";
  }
  return made;
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

Result<Reverser::Met> Reverser::meet(const outbox::TransactionKey& key, const MadeClaims& made) {
  Met met;
  const auto awaited = reader_.awaited(key);
  if (!awaited) return Failure{awaited.error()};
  if (awaited->empty()) return met;
  met.any = true;
  met.all = std::any_of(awaited->begin(), awaited->end(), [](const auto& part) { return part.activity.empty(); });
  if (met.all) return met;
  std::vector<Claimed> claims;
  for (const outbox::NewClaim& one : made.claims) {
    auto claimed = claimed_from(one.seq, one.message);
    if (!claimed) return Failure{claimed.error()};
    if (!*claimed) continue;
    // Parts of it may have been taken back by its nullifier before it was made.
    if (Status added = add_taken(**claimed); !added) return Failure{added.error()};
    claims.push_back(std::move(**claimed));
  }
  for (auto first = awaited->begin(); first != awaited->end();) {
    const auto last = std::find_if(first, awaited->end(), [&](const auto& part) { return part.cause != first->cause; });
    Reversals reversals;
    reversals.reason = static_cast<claim::ReversalReason>(first->reason);
    reversals.cause = first->cause;
    std::vector<Returned> parts;
    for (; first != last; ++first) add_part({first->activity, {{first->unit, first->value}}, std::nullopt}, parts);
    reversals.takes = take_back_parts(claims, parts, library_);
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
