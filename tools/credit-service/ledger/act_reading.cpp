// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/ledger/act_reading.hpp"

#include "tools/credit-service/ledger/act_view.hpp"

namespace greentill::credit {
namespace {

Status see(const KeptClaim& kept, ReadAct& seen, const ActReversal* reversal) {
  const auto claim = claim::parse_payload(kept.stored.payload);
  const bool fits = claim && (reversal != nullptr ? std::holds_alternative<claim::Reversal>(claim->entry)
                                                  : std::holds_alternative<claim::Reduction>(claim->entry));
  if (!fits)
    return fail(ErrorCode::corrupt, "ledger: claim " + std::to_string(kept.id) + ", which is kept with an act, is none of it");
  const claim::Claim& read = seen.claims.emplace_back(*claim);
  if (reversal == nullptr) {
    seen.told.push_back(told_of(kept.id, read, kept.stored.decision, kept.apart));
    seen.decisions.push_back(&kept.stored.decision);
  } else if (auto takes = takes_of(kept.id, read, kept.stored.decision, reversal->merchant, reversal->entitled)) {
    seen.takes.push_back(std::move(*takes));
  }
  return Done{};
}

}  // namespace

Result<ReadAct> read_act(const KeptAct& act) {
  ReadAct seen;
  for (const KeptClaim& one : act.claims) {
    if (Status read = see(one, seen, nullptr); !read) return Failure{read.error()};
  }
  if (act.claims.empty() && act.holder) {
    if (Status read = see(*act.holder, seen, nullptr); !read) return Failure{read.error()};
  }
  for (const auto& [reversal, one] : act.reversals) {
    if (Status read = see(one, seen, &reversal); !read) return Failure{read.error()};
  }
  return seen;
}

}  // namespace greentill::credit
