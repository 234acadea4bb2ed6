// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "tools/cli/claims/claim_text.hpp"
#include "tools/cli/claims/claims.hpp"
#include "tools/cli/claims/sale_choice.hpp"
#include "tools/cli/client/daemon_json.hpp"

namespace greentill::cli {
namespace {

std::string undone_text(const Json& answer) {
  const Json& reversals = answer.contains("reversals") ? answer["reversals"] : Json::array();
  if (reversals.empty()) {
    const std::string remark = printable(text_of(answer, "remark"));  // the answer to a repeated undo has no remark
    return ": " + (remark.empty() ? "nothing is left of it to take back" : remark);
  }
  return (answer.value("repeated", false) ? " was taken back before, by claim " : " is taken back by claim ") +
         std::to_string(number_of(reversals[0], "seq"));
}

/// Why a claim cannot be taken back; empty where it can.
std::string why_not(const Json& claim) {
  const std::string kind = claim.contains("entry") ? text_of(claim["entry"], "kind") : "";
  if (kind == "start") return "it is the chain's start and claims nothing";
  if (kind != "reduction") return "it claims nothing that could be taken back";
  return text_of(claim, "reversed") == "all" ? "it was taken back before" : "";
}

ExitCode tell_plan(const std::vector<Json>& claims, const Output& output) {
  Json plan = Json::array();
  bool any = false;
  for (const Json& claim : claims) {
    const std::string why = why_not(claim);
    any = any || why.empty();
    if (output.json) {
      plan.push_back({{"claim", number_of(claim, "seq")}, {"why_not", why.empty() ? Json() : Json(why)}, {"of", claim}});
    } else {
      output.out << (why.empty() ? "would take back " : "would leave ") << claim_in_words(claim) << (why.empty() ? "" : ": ")
                 << why << '\n';
    }
  }
  if (output.json) output.document({{"would_undo", plan}});
  return any ? ExitCode::ok : ExitCode::does_not_hold;
}

ExitCode undo_each(DaemonClient& daemon, const std::vector<std::uint64_t>& seqs, const Output& output) {
  JsonListDocument list(output.out, "undone");
  ExitCode worst = ExitCode::ok;
  for (const std::uint64_t seq : seqs) {
    const std::string which = "claim " + std::to_string(seq);
    const Result<Json> answer = post_json(daemon, "/v1/claims/" + std::to_string(seq) + "/undo");
    const ExitCode code = answer ? ExitCode::ok : daemon_exit_code(answer.error().code);
    worst = std::max(worst, code);
    if (output.json) {
      Json item{{"claim", seq}};
      item.update(answer ? *answer : Json{{"error", error_json(code, answer.error().message)}});
      list.item(item);
    } else if (answer) {
      output.out << which << undone_text(*answer) << '\n';
    } else {
      (void)output.fail(code, which + ": " + answer.error().message);
    }
  }
  if (output.json) list.end(Json::object());
  return worst;
}

}  // namespace

ExitCode undo_claims(DaemonClient& daemon, const UndoOptions& options, const Output& output) {
  const bool by_receipt = !options.receipt.number.empty();
  if (by_receipt == !options.seqs.empty()) {
    return output.fail(ExitCode::usage, "name the claims by their numbers, or their sale by --receipt");
  }
  std::vector<std::uint64_t> seqs = options.seqs;
  if (by_receipt) {
    const Result<Json> sale = choose_sale(daemon, options.receipt);
    if (!sale) return output.fail(choice_exit_code(sale.error().code), sale.error().message);
    for (const Json& seq : (*sale)["claims"]) seqs.push_back(seq.get<std::uint64_t>());
    if (!output.json && !options.dry_run) output.out << printable(sale_in_words(*sale)) << '\n';
  }
  if (!options.dry_run) return undo_each(daemon, seqs, output);
  std::vector<Json> claims;
  for (const std::uint64_t seq : seqs) {
    Result<Json> claim = get_json(daemon, "/v1/claims/" + std::to_string(seq));
    if (!claim) return output.fail_daemon(claim.error());
    claims.push_back(std::move(*claim));
  }
  return tell_plan(claims, output);
}

}  // namespace greentill::cli
