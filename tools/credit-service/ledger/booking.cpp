// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/ledger/booking.hpp"

#include <algorithm>
#include <set>
#include <variant>

#include "daemon/measure/quantify.hpp"

namespace greentill::credit {
namespace {

// How many reversals may wait under one nullifier, and how many may take back parts of one claim: each new one reads all of them,
// under the store's lock.
constexpr std::size_t kMostReversals = 64;

/// Subtracts what was taken back. Never below zero: whoever takes back more than was claimed owes nothing.
void subtract(claim::Quantities& from, const claim::Quantities& taken) {
  for (const claim::Quantity& back : taken) {
    for (claim::Quantity& quantity : from) {
      if (quantity.unit == back.unit) quantity.value = back.value >= quantity.value ? 0 : quantity.value - back.value;
    }
  }
}

/// The stored claim, whose entry must be of this kind. Lifetime: the payload's.
template <typename Entry>
Result<claim::Claim> parse_stored(ByteView payload) {
  const auto claim = claim::parse_payload(payload);
  if (!claim || !std::holds_alternative<Entry>(claim->entry)) {
    return fail(ErrorCode::corrupt, "ledger: a stored claim does not parse");
  }
  return *claim;
}

}  // namespace

Status Booking::book(const BatchClaim& claim, std::int64_t id, Reason reason, std::int64_t now) {
  Decision decision;
  decision.since = now;
  const auto* reduction = claim.claim ? std::get_if<claim::Reduction>(&claim.claim->entry) : nullptr;
  const auto* reversal = claim.claim ? std::get_if<claim::Reversal>(&claim.claim->entry) : nullptr;
  if (reason == Reason::none && (reduction != nullptr || reversal != nullptr)) {
    const auto decided = reduction != nullptr ? book_reduction(claim, *reduction, id, decision) : admit(*reversal);
    if (!decided) return Failure{decided.error()};
    reason = *decided;
  }
  decision.reason = reason;
  if (reason != Reason::none) {
    decision.refused_at = now;
    if (claim.message.thumbprint != Digest{}) decision.certificate = claim.message.thumbprint;
  }
  if (Status put = store_.put_claim(id, decision, claim.message.payload); !put || reason != Reason::none) return put;
  if (reversal != nullptr) return add_reversal(*reversal, id, now);
  return reduction == nullptr ? Status(Done{}) : settle(reduction->nullifier.mac, id, now);
}

Result<Reason> Booking::book_reduction(const BatchClaim& claim, const claim::Reduction& reduction, std::int64_t id,
                                       Decision& into) {
  const auto owner = store_.take_nullifier(reduction.nullifier.mac, id);
  if (!owner) return Failure{owner.error()};
  if (*owner != id) return Reason::duplicate;
  const auto customer = accounts_.customer(reduction.attribution, claim.message.account);
  if (!customer) return Failure{customer.error()};
  const Programme& programme = programmes_.current();
  const Rule* rule = programme.rule_for(reduction.activity);
  Result<std::int64_t> granted = std::int64_t{0};
  if (rule != nullptr) {
    granted = accounts_.within_limits(*customer, programme, *rule, reduction.end, rule->grant(reduction.credited_mg));
  }
  if (!granted) return Failure{granted.error()};
  const Status booked = accounts_.book(id, programme, *customer, claim.claim->merchant, 0, *granted, into.since);
  if (!booked) return Failure{booked.error()};
  into.granted = *granted;
  into.customer = *customer;
  into.programme = programmes_.current_id();
  return Reason::none;
}

Result<Reason> Booking::admit(const claim::Reversal& reversal) {
  auto target = store_.owner(reversal.nullifier);
  if (!target) return Failure{target.error()};
  if (*target) {
    const auto stored = store_.claim(**target);
    if (!stored) return Failure{stored.error()};
    if (!*stored) return fail(ErrorCode::corrupt, "ledger: the claim of a nullifier is missing");
    const auto claim = parse_stored<claim::Reduction>((*stored)->payload);
    if (!claim) return Failure{claim.error()};
    if (reversal.claim && *reversal.claim != claim->id) {
      target->reset();
    } else if (reversal.taken_back.empty()) {
      return Reason::none;  // taking back all needs no arithmetic, and nothing can follow it
    } else if (methodology_of(std::get<claim::Reduction>(claim->entry)) == nullptr) {
      return Reason::unknown_methodology;  // retryable: a worker that has the methodology books it later
    }
  }
  const auto others = store_.reversals(reversal.nullifier, *target);
  if (!others) return Failure{others.error()};
  return others->size() < kMostReversals ? Reason::none : Reason::too_many_reversals;
}

Status Booking::add_reversal(const claim::Reversal& reversal, std::int64_t id, std::int64_t now) {
  if (Status added = store_.add_reversal(reversal.nullifier, id); !added) return added;
  const auto target = store_.owner(reversal.nullifier);
  if (!target) return Failure{target.error()};
  return *target ? settle(reversal.nullifier, **target, now) : Status(Done{});
}

Status Booking::settle(const Digest& mac, std::int64_t id, std::int64_t now) {
  const auto waiting = store_.reversals(mac, std::nullopt);
  if (!waiting) return Failure{waiting.error()};
  if (waiting->empty()) return Done{};
  const auto stored = store_.claim(id);
  if (!stored) return Failure{stored.error()};
  if (!*stored || !(*stored)->decision.granted) return Done{};
  const auto claim = parse_stored<claim::Reduction>((*stored)->payload);
  if (!claim) return Failure{claim.error()};
  bool bound = false;
  for (const StoredReversal& one : *waiting) {
    const auto reversal = parse_stored<claim::Reversal>(one.payload);
    if (!reversal) return Failure{reversal.error()};
    const auto& named = std::get<claim::Reversal>(reversal->entry).claim;
    if (named && *named != claim->id) continue;
    if (Status set = store_.bind_reversal(mac, one.id, id); !set) return set;
    bound = true;
  }
  return bound ? reduce(id, **stored, *claim, now) : Status(Done{});
}

// The grant that stays is computed from the original quantities less all that was taken back, and never exceeds what stands now.
Status Booking::reduce(std::int64_t id, const StoredClaim& stored, const claim::Claim& claim, std::int64_t now) {
  const auto& reduction = std::get<claim::Reduction>(claim.entry);
  Decision decision = stored.decision;
  if (!decision.customer || !decision.programme) return fail(ErrorCode::corrupt, "ledger: a grant is nobody's");
  const auto programme = programmes_.find(*decision.programme);
  if (!programme) return Failure{programme.error()};
  const auto reversals = store_.reversals(reduction.nullifier.mac, id);
  if (!reversals) return Failure{reversals.error()};
  claim::Quantities left = reduction.quantities;
  bool all = false;
  std::set<claim::ClaimId> counted;
  for (const StoredReversal& one : *reversals) {
    auto back = parse_stored<claim::Reversal>(one.payload);
    if (!back) return Failure{back.error()};
    const auto& taken = std::get<claim::Reversal>(back->entry).taken_back;
    all = all || taken.empty();
    if (counted.insert(back->id).second) subtract(left, taken);
  }
  const std::int64_t before = *decision.granted;
  const std::int64_t stands = all ? 0 : std::min(before, grant_of(**programme, reduction, left));
  Status booked = accounts_.book(id, **programme, *decision.customer, claim.merchant, before, stands, now);
  if (!booked) return booked;
  if (const Rule* rule = (*programme)->rule_for(reduction.activity); rule != nullptr) {
    Status back = accounts_.give_back(*decision.customer, **programme, *rule, reduction.end, before - stands);
    if (!back) return back;
  }
  if (all) {
    if (Status freed = store_.free_nullifier(reduction.nullifier.mac, id); !freed) return freed;
  }
  decision.granted = stands;
  return store_.put_claim(id, decision, stored.payload);
}

const measure::Methodology* Booking::methodology_of(const claim::Reduction& reduction) const {
  const claim::MethodologyRef& named = reduction.methodology;
  return library_.find(named.id, named.version, named.sha256);
}

std::int64_t Booking::grant_of(const Programme& programme, const claim::Reduction& reduction,
                               const claim::Quantities& left) const {
  const measure::Methodology* methodology = methodology_of(reduction);
  const Rule* rule = programme.rule_for(reduction.activity);
  if (methodology == nullptr || rule == nullptr) return 0;
  const auto amounts = measure::quantify(*methodology, left, reduction.begin, reduction.end);
  return amounts ? rule->grant(amounts->credited_mg) : 0;
}

}  // namespace greentill::credit
