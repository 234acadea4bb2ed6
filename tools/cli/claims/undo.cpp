// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "tools/cli/claims/claims.hpp"
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

}  // namespace

ExitCode undo_claims(DaemonClient& daemon, const std::vector<std::uint64_t>& seqs, const Output& output) {
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

}  // namespace greentill::cli
