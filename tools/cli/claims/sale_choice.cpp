// SPDX-License-Identifier: Apache-2.0
#include "tools/cli/claims/sale_choice.hpp"

#include <algorithm>
#include <ctime>
#include <iterator>

#include "tools/cli/claims/claim_text.hpp"
#include "tools/cli/client/daemon_json.hpp"
#include "tools/cli/common/when.hpp"

namespace greentill::cli {
namespace {

// So many sales are asked for. Where there are as many, there may be more that are not among them.
constexpr std::size_t kMostSales = 100;

Json list_in(const Json& json, const char* member) {
  const auto found = json.find(member);
  return found != json.end() && found->is_array() ? *found : Json::array();
}

std::string asked_for(const ReceiptName& receipt) {
  std::string words = "receipt " + receipt.number;
  if (!receipt.till.empty()) words += " at " + receipt.till;
  return receipt.date.empty() ? words : words + " of " + receipt.date;
}

/// Why nothing of it is claimed.
std::string why_claimless(const Json& sale) {
  std::string why;
  for (const Json& reason : list_in(sale, "reasons")) {
    if (reason.is_string()) why += (why.empty() ? "" : "; ") + reason.get<std::string>();
  }
  return why.empty() ? "no act was found in it, or what was found is worth nothing" : why;
}

std::string too_many(const ReceiptName& receipt) {
  const std::string words = counted(kMostSales, "sale") + " or more are known as " + asked_for(receipt);
  if (receipt.till.empty() || receipt.date.empty()) return words + "; say which with --till and --date";
  return words + "; greentill claims lists their claims, which greentill undo takes back by number";
}

Result<std::vector<Json>> known_sales(DaemonClient& daemon, const ReceiptName& receipt) {
  std::optional<Stretch> day;
  if (!receipt.date.empty()) {
    day = parse_day(receipt.date, std::time(nullptr));
    if (!day) return fail(ErrorCode::invalid, "--date: \"" + receipt.date + "\" is no day: give 2026-11-24, today or yesterday");
  }
  std::string path = "/v1/sales";
  add_parameter(path, "receipt_number", receipt.number);
  add_parameter(path, "till", receipt.till);
  if (day) {
    add_parameter(path, "since", std::to_string(day->begin));
    add_parameter(path, "until", std::to_string(day->end));
  }
  add_parameter(path, "limit", std::to_string(kMostSales));
  const Result<Json> answer = get_json(daemon, path);
  if (!answer) return Failure{answer.error()};
  const Json sales = list_in(*answer, "sales");
  if (sales.size() >= kMostSales) return fail(ErrorCode::conflict, too_many(receipt));
  return std::vector<Json>(sales.begin(), sales.end());
}

}  // namespace

std::string sale_in_words(const Json& sale) {
  const SaleText texts = sale_text({{"sale", sale}}, "");
  return "receipt " + texts.receipt_number + " at " + texts.till + ", " + texts.time;
}

Result<Json> choose_sale(DaemonClient& daemon, const ReceiptName& receipt) {
  const auto sales = known_sales(daemon, receipt);
  if (!sales) return Failure{sales.error()};
  if (sales->empty()) {
    return fail(ErrorCode::not_found, "no sale is known here as " + asked_for(receipt) +
                                          "; greentill claims --since today lists what was claimed, with till and number");
  }
  std::vector<Json> claimed;
  std::copy_if(sales->begin(), sales->end(), std::back_inserter(claimed),
               [](const Json& sale) { return !list_in(sale, "claims").empty(); });
  if (claimed.empty()) {
    const Json& first = sales->front();
    const bool elsewhere = text_of(first, "fate") == "claimed";
    return fail(ErrorCode::not_found,
                sale_in_words(first) + ": " +
                    (elsewhere ? "its claims stand in an older chain of this device, where they cannot be taken back any more"
                               : "nothing is claimed for it, so there is nothing to take back: " + why_claimless(first)));
  }
  if (claimed.size() == 1) return claimed.front();
  std::string several = counted(claimed.size(), "sale") + " have this number; say which with --till or --date:";
  for (const Json& sale : claimed) {
    several += (&sale == &claimed.front() ? " " : "; ") + sale_in_words(sale) + ": claims";
    for (const Json& seq : list_in(sale, "claims")) several += ' ' + dump(seq);
  }
  return fail(ErrorCode::conflict, several);
}

Result<std::vector<Json>> claims_of(DaemonClient& daemon, const Json& sale) {
  std::vector<Json> claims;
  for (const Json& seq : list_in(sale, "claims")) {
    Result<Json> claim = get_json(daemon, "/v1/claims/" + dump(seq));
    if (!claim) return Failure{claim.error()};
    claims.push_back(std::move(*claim));
  }
  return claims;
}

ExitCode choice_exit_code(ErrorCode code) {
  if (code == ErrorCode::conflict) return ExitCode::does_not_hold;
  return daemon_exit_code(code);
}

}  // namespace greentill::cli
