// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/cli/commands.hpp"
#include "tools/credit-service/cli/opening.hpp"
#include "tools/credit-service/ledger/acts_check.hpp"

namespace greentill::credit {
namespace {

std::string held_text(const HeldSum& sum) {
  return std::to_string(sum.claims) + ", which ask for " + std::to_string(sum.asked_mg) + " mg, the oldest since " +
         tools::time_text(sum.oldest);
}

Json held_json(const HeldSum& sum) {
  return {{"claims", sum.claims}, {"asked_mg", sum.asked_mg}, {"oldest", sum.oldest == 0 ? Json() : Json(sum.oldest)}};
}

}  // namespace

Status report(const std::filesystem::path& config, const Output& output) {
  const auto reading = Reading::open(config);
  if (!reading) return Failure{reading.error()};
  const auto report = (*reading)->books->report();
  if (!report) return Failure{report.error()};
  std::string text = "claims " + std::to_string(report->claims) + ", granted " + std::to_string(report->granted_mg) +
                     " mg, batches kept aside " + std::to_string(report->pending) + '\n';
  for (const auto& [kind, mg] : report->accounts) {
    text += "  " + kind + std::string(kind.size() < 14 ? 14 - kind.size() : 0, ' ') + ' ' + std::to_string(mg) + " mg\n";
  }
  for (const auto& [reason, count] : report->refused) {
    text += "  refused: " + printable(reason) + ' ' + std::to_string(count) + '\n';
  }
  for (const auto& [reason, sum] : report->held) text += "  held: " + printable(reason) + ' ' + held_text(sum) + '\n';
  if (report->held_in_all.claims != 0) text += "  held in all: " + held_text(report->held_in_all) + '\n';
  for (const auto& [state, count] : report->chains) text += "  chains: " + state + ' ' + std::to_string(count) + '\n';
  for (const auto& [state, count] : report->locks) text += "  locks: " + state + ' ' + std::to_string(count) + '\n';
  if (report->contradicted != 0) {
    text += "  locks whose rides contradict one another: " + std::to_string(report->contradicted) + '\n';
  }
  Json held = Json::object();
  for (const auto& [reason, sum] : report->held) held[reason] = held_json(sum);
  output.answer({{"accounts", report->accounts},
                 {"claims", report->claims},
                 {"granted_mg", report->granted_mg},
                 {"refused", report->refused},
                 {"held", held},
                 {"held_in_all", held_json(report->held_in_all)},
                 {"pending", report->pending},
                 {"chains", report->chains},
                 {"locks", report->locks},
                 {"locks_contradicted", report->contradicted}},
                text);
  return Done{};
}

Status check(const std::filesystem::path& config, const Output& output) {
  const auto reading = Reading::open(config);
  if (!reading) return Failure{reading.error()};
  auto wrong = (*reading)->books->check();
  if (!wrong) return Failure{wrong.error()};
  const auto closes = (*reading)->books->check_closes();
  if (!closes) return Failure{closes.error()};
  // The rules read claims that are whole: where rows are not, that is said first.
  if (wrong->empty()) {
    if (Status rules = check_acts_by_rules(*(*reading)->books, *wrong); !rules) return rules;
  }
  wrong->insert(wrong->end(), closes->begin(), closes->end());
  std::string text = wrong->empty() ? "the books balance\n" : "";
  for (const std::string& what : *wrong) text += printable(what) + '\n';
  output.answer({{"holds", wrong->empty()}, {"wrong", *wrong}}, text);
  return wrong->empty() ? Status(Done{}) : fail(ErrorCode::corrupt, "the ledger does not hold");
}

}  // namespace greentill::credit
