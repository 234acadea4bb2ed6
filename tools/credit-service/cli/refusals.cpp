// SPDX-License-Identifier: Apache-2.0
#include <set>

#include "daemon/base/hex.hpp"
#include "tools/common/table.hpp"
#include "tools/credit-service/cli/commands.hpp"
#include "tools/credit-service/cli/opening.hpp"

namespace greentill::credit {
namespace {

Result<RefusalFilter> filter_of(const RefusalsOptions& options, const Reading& reading) {
  RefusalFilter filter;
  filter.device = options.device;
  filter.most = options.limit;
  if (!options.reason.empty()) {
    filter.reason = verify::parse_reason(options.reason);
    if (!filter.reason || *filter.reason == Reason::none) {
      return fail(ErrorCode::invalid, "--reason: this is no reason of a receipt, such as unknown-certificate");
    }
  }
  if (!options.since.empty()) {
    const auto programme = load_programme(reading.config, reading.hasher);
    if (!programme) return Failure{programme.error()};
    const auto day = parse_day(options.since, "--since", programme->calendar());
    if (!day) return Failure{day.error()};
    filter.since = programme->calendar().begin_of(*day);
  }
  return filter;
}

Json refusal_json(const RefusedClaim& claim) {
  return {{"device", claim.device},
          {"chain", to_hex(claim.chain)},
          {"seq", claim.seq},
          {"reason", to_string(claim.reason)},
          {"words", in_words(claim.reason)},
          {"retryable", verify::is_retryable(claim.reason)},
          {"since", claim.since},
          {"certificate", claim.certificate ? Json(to_hex(*claim.certificate)) : Json()},
          {"stands_still", !claim.taken}};
}

std::string text_of(const std::vector<RefusedClaim>& refused, std::uint64_t count) {
  if (refused.empty()) return "no claim is refused\n";
  tools::Table table(
      {{"since"}, {"device"}, {"chain"}, {"seq", tools::Table::Align::right}, {"reason"}, {"certificate (SHA-256)"}});
  std::set<Reason> reasons;
  bool stands_still = false;
  for (const RefusedClaim& one : refused) {
    reasons.insert(one.reason);
    stands_still = stands_still || !one.taken;
    table.add({tools::time_text(one.since), one.device, to_hex(one.chain), std::to_string(one.seq) + (one.taken ? " " : "*"),
               std::string(to_string(one.reason)), one.certificate ? to_hex(*one.certificate) : ""});
  }
  std::string text = table.text();
  if (count > refused.size()) {
    text += "and " + tools::count_text(count - refused.size()) + " earlier ones; --limit 0 shows all\n";
  }
  text += '\n';
  for (const Reason reason : reasons) {
    text += std::string(to_string(reason)) + ": " + std::string(in_words(reason)) +
            (verify::is_retryable(reason) ? " (for now: it is booked once that is so)\n" : " (for good)\n");
  }
  if (stands_still) text += "*: not taken, and the chain stands still before it: nobody vouches for it\n";
  return text;
}

}  // namespace

Status list_refusals(const std::filesystem::path& config, const RefusalsOptions& options, const Output& output) {
  const auto reading = Reading::open(config);
  if (!reading) return Failure{reading.error()};
  const auto filter = filter_of(options, **reading);
  if (!filter) return Failure{filter.error()};
  const auto refused = (*reading)->books->refusals(*filter);
  if (!refused) return Failure{refused.error()};
  const auto count = (*reading)->books->count_refusals(*filter);
  if (!count) return Failure{count.error()};
  Json list = Json::array();
  for (const RefusedClaim& one : *refused) list.push_back(refusal_json(one));
  output.answer({{"refusals", list}, {"count", *count}}, text_of(*refused, *count));
  return Done{};
}

}  // namespace greentill::credit
