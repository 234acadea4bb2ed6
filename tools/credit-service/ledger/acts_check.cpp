// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/ledger/acts_check.hpp"

#include "tools/credit-service/ledger/act_reading.hpp"
#include "tools/credit-service/ledger/act_view.hpp"

namespace greentill::credit {
namespace {

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
  const auto read = read_act(act);
  if (!read) return Failure{read.error()};
  const ReadAct& seen = *read;
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
