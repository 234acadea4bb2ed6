// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/ledger/standing_acts.hpp"

#include <algorithm>

#include "daemon/measure/quantify.hpp"
#include "tools/credit-service/ledger/act_reading.hpp"

namespace greentill::credit {
namespace {

/// What is left of the holder's amount after what was taken back of it in parts.
Result<std::int64_t> measure_left(const claim::Reduction& holder, const ReadAct& act, const Judgement& judged,
                                  const measure::Library& library) {
  if (judged.applied.empty()) return holder.credited_mg;
  const claim::MethodologyRef& named = holder.methodology;
  const measure::Methodology* methodology = library.find(named.id, named.version, named.sha256);
  if (methodology == nullptr) {
    return fail(ErrorCode::not_found,
                "methodology " + std::string(named.id) + ", version " + std::to_string(named.version) +
                    ": it is not in the folder of methodologies; what is left of an act cannot be computed without it");
  }
  const auto left = left_of(holder, act.takes, judged.applied, judged.applied.size());
  const auto amounts = measure::quantify(*methodology, left, holder.begin, holder.end);
  return amounts ? std::min(amounts->credited_mg, holder.credited_mg) : 0;
}

}  // namespace

Status for_each_standing(Books& books, const measure::Library& library, const std::function<Status(const StandingAct&)>& take) {
  return books.acts([&](const KeptAct& kept) -> Status {
    const auto act = read_act(kept);
    if (!act) return Failure{act.error()};
    const Judgement judged = judge(act->told, act->takes, kept.act.holder);
    if (judged.holder == 0 || judged.closed_by != 0) return Done{};
    const auto holder = std::ranges::find(act->told, judged.holder, &Told::id);
    if (holder == act->told.end()) return Done{};
    const Decision& decision = *act->decisions[static_cast<std::size_t>(holder - act->told.begin())];
    if (decision.reason != Reason::none || !decision.holds.empty()) return Done{};
    const claim::Reduction& reduction = *holder->reduction;
    const auto mg = measure_left(reduction, *act, judged, library);
    if (!mg) return Failure{mg.error()};
    const bool of_account = reduction.attribution.kind == claim::Attribution::Kind::account;
    return take({decision.customer, reduction.activity, reduction.end, of_account, *mg});
  });
}

}  // namespace greentill::credit
