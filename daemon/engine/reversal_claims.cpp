// SPDX-License-Identifier: Apache-2.0
// A refund's claims: the signed reversals of what it takes back.
#include "daemon/base/local_time.hpp"
#include "daemon/engine/claim_maker.hpp"
#include "daemon/engine/reversals.hpp"

namespace greentill::engine {

Status ClaimMaker::reverse(const Reversals& reversals, claim::ChainHead& head, MadeClaims& into) {
  if (into.recorded_at == 0) into.recorded_at = clock_.unix_seconds();
  const std::int64_t day = local_day(into.recorded_at);
  claim::ChainHead next = head;
  for (const TakeBack& take : reversals.takes) {
    claim::Claim claim = blank(next);
    claim::Reversal reversal;
    reversal.nullifiers = take.nullifiers;
    reversal.claim = take.claim;
    reversal.reason = reversals.reason;
    for (const auto& quantity : take.quantities) {
      if (!reversal.taken_back.push_back({quantity.unit, quantity.value})) break;
    }
    if (const auto id = part_id(reversals, take)) claim.id = *id;
    claim.entry = reversal;
    auto one = sign(claim, std::nullopt, next);
    if (!one) return Failure{one.error()};
    into.answer.reversals.push_back({claim.seq, claim.id, take.activity, take.of_seq, take.quantities});
    into.claims.push_back(std::move(*one));
    if (take.estimate_mg != 0 || take.credited_mg != 0) {
      into.totals.push_back({day, take.activity, -take.estimate_mg, -take.credited_mg, 0});
    }
  }
  const auto& sums = reversals.side.taken_back;
  into.side.taken_back.insert(into.side.taken_back.end(), sums.begin(), sums.end());
  if (!reversals.side.awaited.empty()) {
    into.side.awaited_key = reversals.side.awaited_key;
    into.side.awaited = reversals.side.awaited;
  }
  into.answer.remark = reversals.remark;
  head = next;
  return Done{};
}

/// The claim id of a reversal of part of an act. A whole reversal that is reported again finds nothing left to take; a part would
/// be taken once more, so its id is made of act and cause, and the service knows it again. Nothing for a whole one, and where the
/// act's name is not known: then this device alone knows the refund again.
std::optional<claim::ClaimId> ClaimMaker::part_id(const Reversals& reversals, const TakeBack& take) const {
  const identity::Root* root = context_.settings->root(take.nullifiers[0].root);
  if (!reversals.cause || take.quantities.empty() || !take.act || root == nullptr) return std::nullopt;
  return identity::reversal_id(*root, {take.act->group, reversals.issuer, reversals.event, take.act->line}, *reversals.cause,
                               take.by_line);
}

std::optional<Act> ClaimMaker::act_of(std::string_view activity, std::int64_t end, std::uint64_t line) const {
  const auto* methodology = measuring_.methodology_for(activity, end);
  if (methodology == nullptr) return std::nullopt;
  const bool by_line = methodology->event_line == measure::EventLine::each_line;
  if (by_line && line == 0) return std::nullopt;
  return Act{methodology->exclusive_group, by_line ? line : 0};
}

}  // namespace greentill::engine
