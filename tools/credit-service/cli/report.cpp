// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/cli/commands.hpp"
#include "tools/credit-service/cli/opening.hpp"

namespace greentill::credit {

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
  for (const std::string& device : report->quarantined) text += "  quarantined: " + printable(device) + '\n';
  output.answer({{"accounts", report->accounts},
                 {"claims", report->claims},
                 {"granted_mg", report->granted_mg},
                 {"refused", report->refused},
                 {"pending", report->pending},
                 {"quarantined", report->quarantined}},
                text);
  return Done{};
}

Status check(const std::filesystem::path& config, const Output& output) {
  const auto reading = Reading::open(config);
  if (!reading) return Failure{reading.error()};
  const auto wrong = (*reading)->books->check();
  if (!wrong) return Failure{wrong.error()};
  std::string text = wrong->empty() ? "the books balance\n" : "";
  for (const std::string& what : *wrong) text += printable(what) + '\n';
  output.answer({{"holds", wrong->empty()}, {"wrong", *wrong}}, text);
  return wrong->empty() ? Status(Done{}) : fail(ErrorCode::corrupt, "the ledger does not hold");
}

}  // namespace greentill::credit
