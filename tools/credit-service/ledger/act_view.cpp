// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/ledger/act_view.hpp"

#include "tools/credit-service/ledger/entitled.hpp"

namespace greentill::credit {

bool is_behind(const Decision& decision) { return decision.reason == Reason::duplicate || decision.reason == Reason::taken_back; }

bool is_gone(const Decision& decision) {
  return (decision.reason != Reason::none && !is_behind(decision)) || decision.holds.has(Reason::revoked_since);
}

Told told_of(std::int64_t id, const claim::Claim& claim, const Decision& decision, const Apart& apart) {
  return {id,
          claim.id,
          std::string(claim.device),
          std::string(claim.merchant),
          claim.issued_at,
          &std::get<claim::Reduction>(claim.entry),
          !decision.holds.empty(),
          is_gone(decision) || apart.elsewhere,
          apart.apart};
}

std::optional<Takes> takes_of(std::int64_t id, const claim::Claim& claim, const Decision& decision, const std::string& merchant,
                              const std::string& entitled) {
  if (decision.reason != Reason::none || !decision.holds.empty()) return std::nullopt;
  auto read = parse_entitled(entitled);
  if (!read) read.emplace();
  return Takes{id,
               claim.id,
               std::string(claim.device),
               merchant,
               std::move(read->predecessors),
               read->owns_root,
               claim.issued_at,
               &std::get<claim::Reversal>(claim.entry)};
}

}  // namespace greentill::credit
