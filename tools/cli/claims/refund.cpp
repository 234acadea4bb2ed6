// SPDX-License-Identifier: Apache-2.0
#include <ctime>

#include "daemon/base/decimal.hpp"
#include "daemon/base/hex.hpp"
#include "daemon/base/text.hpp"
#include "daemon/crypto/hasher.hpp"
#include "tools/cli/claims/claim_text.hpp"
#include "tools/cli/claims/claims.hpp"
#include "tools/cli/claims/sale_choice.hpp"
#include "tools/cli/client/daemon_json.hpp"

namespace greentill::cli {
namespace {

constexpr const char* kRefundIssuer = "greentill refund";
constexpr std::size_t kDigestBytes = 8;
constexpr int kThousandths = 3;
constexpr std::int64_t kOnePiece = 1000;

/// "2 x Oat milk" is two of them; anything else is one of what it says.
Json line_of(const std::string& item, const char* named_by) {
  const std::size_t times = item.find(" x ");
  const auto count = times == std::string::npos ? std::nullopt : parse_in_units(item.substr(0, times), kThousandths);
  const bool is_several = count && *count > 0;
  return {{named_by, is_several ? item.substr(times + 3) : item}, {"quantity_milli", is_several ? *count : kOnePiece}};
}

/// The refund as a transaction of its own. Its event id is made of what comes back: typed a second time it is the same refund,
/// unless it is given another number.
Json document_of(const RefundOptions& options, const Json& sale) {
  Json lines = Json::array();
  for (const std::string& item : options.items) lines.push_back(line_of(item, "name"));
  for (const std::string& sku : options.skus) lines.push_back(line_of(sku, "sku"));
  const std::string what = dump(lines) + options.number;
  const Digest digest = crypto::hasher().sha256({as_bytes(what)});
  Json document{{"issuer", kRefundIssuer},
                {"event_id", text_of(sale, "id") + "/" + to_hex(ByteView(digest).first(kDigestBytes))},
                {"kind", "sale"},
                {"begin", static_cast<std::int64_t>(std::time(nullptr))},
                {"till", text_of(sale, "till")},
                {"receipt_number", options.number.empty() ? text_of(sale, "receipt_number") + " (refund)" : options.number}};
  if (!lines.empty()) document["lines"] = lines;
  return document;
}

std::string taken_text(const Json& reversal, const Json& claims, bool repeated) {
  std::string words = "claim " + dump(reversal["of_seq"]);
  for (const Json& claim : claims) {
    if (claim["seq"] == reversal["of_seq"]) words = claim_in_words(claim);
  }
  words += repeated ? " was taken back before" : " is taken back";
  if (reversal.contains("taken_back")) {
    words += " in part (";
    bool first = true;
    for (const auto& [unit, value] : reversal["taken_back"].items()) {
      words += (first ? "" : ", ") + dump(value) + " " + printable(unit);
      first = false;
    }
    words += ')';
  }
  return words + (repeated ? ", by claim " : " by claim ") + std::to_string(number_of(reversal, "seq"));
}

ExitCode tell(const Json& answer, const std::vector<Json>& claims, const Output& output) {
  const Json reversals = answer.contains("reversals") ? answer["reversals"] : Json::array();
  if (output.json) {
    output.document(answer);
    return reversals.empty() ? ExitCode::does_not_hold : ExitCode::ok;
  }
  for (const Json& reversal : reversals) {
    output.out << taken_text(reversal, Json(claims), answer.value("repeated", false)) << '\n';
  }
  if (!reversals.empty()) return ExitCode::ok;
  const std::string remark = text_of(answer, "remark");
  return output.fail(ExitCode::does_not_hold,
                     "nothing is taken back: " +
                         (remark.empty() ? "none of its claims is for what came back, or nothing is left of them" : remark));
}

ExitCode tell_plan(const RefundOptions& options, const std::vector<Json>& claims, const Output& output) {
  if (output.json) {
    output.document({{"would_refund", Json(claims)}, {"all", options.all}});
    return ExitCode::ok;
  }
  for (const Json& claim : claims) {
    const bool is_gone = text_of(claim, "reversed") == "all";
    output.out << (is_gone       ? "would leave "
                   : options.all ? "would take back "
                                 : "would take from, if the goods are its, ")
               << claim_in_words(claim) << (is_gone ? ": it was taken back before" : "") << '\n';
  }
  return ExitCode::ok;
}

}  // namespace

ExitCode refund(DaemonClient& daemon, const RefundOptions& options, const Output& output) {
  if (options.all != (options.items.empty() && options.skus.empty())) {
    return output.fail(ExitCode::usage, "say what came back: --all of it, or each --item or --sku");
  }
  const Result<Json> sale = choose_sale(daemon, options.receipt);
  if (!sale) return output.fail(choice_exit_code(sale.error().code), sale.error().message);
  const auto claims = claims_of(daemon, *sale);
  if (!claims) return output.fail_daemon(claims.error());
  if (!output.json) output.out << printable(sale_in_words(*sale)) << '\n';
  if (options.dry_run) return tell_plan(options, *claims, output);
  const std::string path = "/v1/sales/" + text_of(*sale, "id") + "/refund?reason=" + (options.cancelled ? "cancelled" : "refund");
  const Result<Json> answer = post_json(daemon, path, document_of(options, *sale));
  if (!answer) return output.fail_daemon(answer.error());
  return tell(*answer, *claims, output);
}

}  // namespace greentill::cli
