// SPDX-License-Identifier: Apache-2.0
// What a merchant does about claims that should not be, and sees of those that were not made.
#include <algorithm>

#include "tools/cli/commands.hpp"
#include "tools/cli/daemon_json.hpp"

namespace greentill::cli {
namespace {

constexpr std::uint64_t kActsAPage = 1000;  // the most the daemon gives at once

std::string printable_text_of(const Json& json, const char* key) { return printable(text_of(json, key)); }

void tell_undone(std::uint64_t seq, const Json& answer, std::ostream& out) {
  const std::string which = "claim " + std::to_string(seq);
  const Json& reversals = answer.contains("reversals") ? answer["reversals"] : Json::array();
  if (reversals.empty()) {
    const std::string remark = printable_text_of(answer, "remark");  // a repeated answer has none
    out << which << ": " << (remark.empty() ? "nothing is left of it to take back" : remark) << '\n';
  } else if (answer.value("repeated", false)) {
    out << which << " was taken back before, by claim " << number_of(reversals[0], "seq") << '\n';
  } else {
    out << which << " is taken back by claim " << number_of(reversals[0], "seq") << '\n';
  }
}

std::string guarded_row(const Json& act) {
  const std::string activity = printable_text_of(act, "activity");
  return time_text(number_of(act, "begin")) + "  " + (activity.empty() ? "(the whole record)" : activity) + "  " +
         printable_text_of(act, "quantities") + "  " + printable_text_of(act, "reason");
}

Result<Json> get_guarded(DaemonClient& daemon, const std::string& path) {
  Result<Json> page = get_json(daemon, path);
  if (page && (!page->contains("guarded") || !(*page)["guarded"].is_array())) {
    return fail(ErrorCode::io, "the daemon's answer cannot be understood");
  }
  return page;
}

ExitCode break_off(JsonListDocument& list, const Error& error, const Output& output) {
  const ExitCode code = daemon_exit_code(error.code);
  if (!output.json) return output.fail(code, error.message);
  list.end({{"error", error_json(code, error.message)}});
  return code;
}

}  // namespace

ExitCode undo_claims(DaemonClient& daemon, const std::vector<std::uint64_t>& seqs, const Output& output) {
  JsonListDocument list(output.out, "undone");
  ExitCode worst = ExitCode::ok;
  for (const std::uint64_t seq : seqs) {
    const Result<Json> answer = post_json(daemon, "/v1/claims/" + std::to_string(seq) + "/undo");
    if (!answer) {
      const ExitCode code = daemon_exit_code(answer.error().code);
      worst = std::max(worst, code);
      if (output.json) list.item({{"claim", seq}, {"error", error_json(code, answer.error().message)}});
      if (!output.json) (void)output.fail(code, "claim " + std::to_string(seq) + ": " + answer.error().message);
      continue;
    }
    if (!output.json) tell_undone(seq, *answer, output.out);
    if (!output.json) continue;
    Json item{{"claim", seq}};
    item.update(*answer);
    list.item(item);
  }
  if (output.json) list.end(Json::object());
  return worst;
}

ExitCode list_guarded(DaemonClient& daemon, std::uint64_t limit, const Output& output) {
  JsonListDocument list(output.out, "guarded");
  std::uint64_t before = 0;
  bool first = true;
  do {
    std::string path = "/v1/guarded?limit=" + std::to_string(std::min(limit, kActsAPage));
    if (before != 0) path += "&before=" + std::to_string(before);
    const Result<Json> page = get_guarded(daemon, path);
    if (!page) return first ? output.fail_daemon(page.error()) : break_off(list, page.error(), output);
    for (const Json& act : (*page)["guarded"]) {
      if (output.json) list.item(act);
      if (!output.json) output.out << guarded_row(act) << '\n';
    }
    if (first && !output.json && (*page)["guarded"].empty()) output.out << "nothing was set aside\n";
    first = false;
    limit -= std::min<std::uint64_t>(limit, (*page)["guarded"].size());
    before = static_cast<std::uint64_t>(number_of(*page, "next_before"));
  } while (before != 0 && limit > 0);
  if (output.json) list.end(Json::object());
  return ExitCode::ok;
}

}  // namespace greentill::cli
