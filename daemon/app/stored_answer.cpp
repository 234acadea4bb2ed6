// SPDX-License-Identifier: Apache-2.0
#include "daemon/app/stored_answer.hpp"

#include <variant>

namespace greentill::app {
namespace {

Result<api::ClaimedAct> act_from(const outbox::StoredClaim& stored, const ClaimMaker& maker) {
  const std::string which = "claim " + std::to_string(stored.seq);
  const auto message = claim::parse_message(stored.message, claim::MessageType::claim);
  if (!message) return fail(ErrorCode::corrupt, which + " in the outbox does not parse: " + message.error().reason);
  const auto claim = claim::parse_payload(message->payload);
  if (!claim) return fail(ErrorCode::corrupt, which + " in the outbox does not parse: " + claim.error().reason);
  const auto* reduction = std::get_if<claim::Reduction>(&claim->entry);
  if (reduction == nullptr) return fail(ErrorCode::corrupt, which + " in the outbox is no reduction");
  const bool bearer = reduction->attribution.kind == claim::Attribution::Kind::bearer;
  return api::ClaimedAct{stored.seq,
                         claim->id,
                         std::string(reduction->activity),
                         reduction->estimate_mg,
                         reduction->credited_mg,
                         bearer ? maker.bearer_secret(claim->id) : std::string()};
}

}  // namespace

Result<api::TransactionAnswer> answer_from_store(outbox::Reader& reader, const outbox::TransactionRecord& record,
                                                 const ClaimMaker& maker) {
  api::TransactionAnswer answer;
  for (std::uint64_t seq = record.first_seq; seq < record.first_seq + record.count; ++seq) {
    const auto stored = reader.claim(record.chain, seq);
    if (!stored) return Failure{stored.error()};
    // Pruned after its delivery, while the transaction's first claim stays because it was refused.
    if (!*stored) continue;
    auto act = act_from(**stored, maker);
    if (!act) return Failure{act.error()};
    answer.claims.push_back(std::move(*act));
  }
  return answer;
}

}  // namespace greentill::app
