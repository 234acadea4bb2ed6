// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/ledger/acts_check.hpp"

#include <deque>

#include "tools/credit-service/ledger/act_view.hpp"

namespace greentill::credit {
namespace {

struct Seen {
  std::vector<Told> told;
  std::vector<Takes> takes;
  std::vector<const Decision*> decisions;  // of those that were told
  std::deque<claim::Claim> claims;         // into which the others point
};

Status see(const KeptClaim& kept, Seen& seen, const ActReversal* reversal) {
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

/// Whether the decision is what the act's judgement says of it.
bool is_as_judged(const Decision& decision, Fate fate) {
  switch (fate) {
    case Fate::holds: return decision.reason == Reason::none;
    case Fate::behind: return is_behind(decision) && decision.granted.value_or(0) == 0;
    case Fate::out: break;
  }
  return !is_behind(decision) && decision.granted.value_or(0) == 0;
}

Result<bool> is_right(const KeptAct& act) {
  Seen seen;
  for (const KeptClaim& one : act.claims) {
    if (Status read = see(one, seen, nullptr); !read) return Failure{read.error()};
  }
  if (act.claims.empty() && act.holder) {
    if (Status read = see(*act.holder, seen, nullptr); !read) return Failure{read.error()};
  }
  for (const auto& [reversal, one] : act.reversals) {
    if (Status read = see(one, seen, &reversal); !read) return Failure{read.error()};
  }
  const Judgement judged = judge(seen.told, seen.takes, act.act.holder);
  if (judged.holder != act.act.holder || judged.closed_by != act.act.closed_by) return false;
  for (std::size_t i = 0; i < seen.told.size(); ++i) {
    const bool decided_elsewhere = seen.told[i].apart && seen.told[i].out && !is_gone(*seen.decisions[i]);
    if (!decided_elsewhere && !is_as_judged(*seen.decisions[i], judged.fates[i])) return false;
  }
  return true;
}

}  // namespace

Status check_acts_by_rules(Books& books, std::vector<std::string>& wrong) {
  std::uint64_t otherwise = 0;
  Status read = books.acts([&](const KeptAct& act) -> Status {
    const auto right = is_right(act);
    if (!right) return Failure{right.error()};
    if (!*right) ++otherwise;
    return Done{};
  });
  if (otherwise > 0) {
    wrong.push_back(std::to_string(otherwise) + " acts stand otherwise than the rules say of all that is kept with them");
  }
  return read;
}

}  // namespace greentill::credit
