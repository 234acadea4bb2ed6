// SPDX-License-Identifier: Apache-2.0
#include "daemon/engine/stored_answer.hpp"

#include <variant>

#include "daemon/outbox/stored_claim.hpp"

namespace greentill::engine {
namespace {

/// `first`: the claim's first id, of which the customer's secret was made.
event::ClaimedAct claimed_act(const claim::Claim& claim, const claim::Reduction& reduction, const claim::ClaimId& first,
                              const ClaimMaker& maker) {
  const bool bearer = reduction.attribution.kind == claim::Attribution::Kind::bearer;
  return {claim.seq,
          claim.id,
          std::string(reduction.activity),
          reduction.estimate_mg,
          reduction.credited_mg,
          bearer ? maker.bearer_secret(first) : std::string()};
}

Result<std::string> activity_of(outbox::Reader& reader, std::uint64_t seq) {
  const auto stored = reader.claim(seq);
  if (!stored) return Failure{stored.error()};
  if (!*stored) return std::string();  // pruned
  const auto opened = outbox::open_claim(seq, (*stored)->message);
  const auto* reduction = opened ? std::get_if<claim::Reduction>(&opened->claim.entry) : nullptr;
  return reduction == nullptr ? std::string() : std::string(reduction->activity);
}

Result<event::ReversedAct> reversed_act(const claim::Claim& claim, const claim::Reversal& reversal, outbox::Reader& reader) {
  event::ReversedAct act{claim.seq, claim.id, {}, 0, {}};
  for (const auto& quantity : reversal.taken_back) act.taken_back.push_back({std::string(quantity.unit), quantity.value});
  for (const claim::Nullifier& nullifier : reversal.nullifiers) {
    const auto taken = reader.taken_back(nullifier.mac);
    if (!taken) return Failure{taken.error()};
    if (!taken->empty() && act.of_seq == 0) act.of_seq = taken->front().of_seq;
  }
  if (act.of_seq == 0) return act;
  auto activity = activity_of(reader, act.of_seq);
  if (!activity) return Failure{activity.error()};
  act.activity = std::move(*activity);
  return act;
}

/// `stored`: the claim as it was made first.
Status add_act(const outbox::StoredClaim& stored, outbox::Reader& reader, const ClaimMaker& maker,
               event::TransactionAnswer& into) {
  const auto first = outbox::open_claim(stored.seq, stored.message);
  if (!first) return Failure{first.error()};
  const auto latest = stored.anew ? outbox::latest_claim(reader, *stored.anew)
                                  : Result<std::optional<outbox::LatestClaim>>(std::optional<outbox::LatestClaim>());
  if (!latest) return Failure{latest.error()};
  const outbox::StoredClaim& now = *latest ? (*latest)->claim : stored;
  const auto opened = outbox::open_claim(now.seq, now.message);
  if (!opened) return Failure{opened.error()};
  const claim::Claim& claim = opened->claim;
  if (const auto* reduction = std::get_if<claim::Reduction>(&claim.entry)) {
    into.claims.push_back(claimed_act(claim, *reduction, first->claim.id, maker));
    return Done{};
  }
  const auto* reversal = std::get_if<claim::Reversal>(&claim.entry);
  if (reversal == nullptr) {
    return fail(ErrorCode::corrupt, "claim " + std::to_string(stored.seq) + " in the outbox belongs to no transaction");
  }
  auto act = reversed_act(claim, *reversal, reader);
  if (!act) return Failure{act.error()};
  into.reversals.push_back(std::move(*act));
  return Done{};
}

}  // namespace

Result<event::TransactionAnswer> answer_from_store(outbox::Reader& reader, const outbox::TransactionRecord& record,
                                                   const ClaimMaker& maker) {
  event::TransactionAnswer answer;
  for (std::uint64_t seq = record.first_seq; seq < record.first_seq + record.count; ++seq) {
    const auto stored = reader.claim(record.chain, seq);
    if (!stored) return Failure{stored.error()};
    // This claim was pruned after its delivery; the transaction's first claim, which holds the key, stays because it was refused.
    if (!*stored) continue;
    if (Status added = add_act(**stored, reader, maker, answer); !added) return Failure{added.error()};
  }
  return answer;
}

}  // namespace greentill::engine
