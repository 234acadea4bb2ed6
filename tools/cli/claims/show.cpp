// SPDX-License-Identifier: Apache-2.0
#include "tools/cli/claims/claim_text.hpp"
#include "tools/cli/claims/claims.hpp"
#include "tools/cli/claims/status_text.hpp"
#include "tools/cli/client/daemon_json.hpp"

namespace greentill::cli {
namespace {

ExitCode show(DaemonClient& daemon, const std::string& path, std::string (*page)(const Json&), bool (*holds)(const Json&),
              const Output& output) {
  const Result<Json> answer = get_json(daemon, path);
  if (!answer) return output.fail_daemon(answer.error());
  output.answer(*answer, page(*answer));
  return holds(*answer) ? ExitCode::ok : ExitCode::does_not_hold;
}

}  // namespace

ExitCode show_status(DaemonClient& daemon, const Output& output) {
  const auto untroubled = [](const Json& status) {
    const auto is_null = [&](const char* member) { return !status.contains(member) || status[member].is_null(); };
    const bool is_warned = status.contains("warnings") && !status["warnings"].empty();
    return !is_warned && is_null("trouble") && is_null("overdue");
  };
  return show(daemon, "/v1/status", status_page, untroubled, output);
}

ExitCode show_claim(DaemonClient& daemon, std::uint64_t seq, bool raw, const Output& output) {
  const std::string path = "/v1/claims/" + std::to_string(seq);
  if (!raw)
    return show(
        daemon, path, claim_page, [](const Json&) { return true; }, output);
  const Result<Answer> answer = daemon.get(path, "application/cose");
  if (!answer) return output.fail_daemon(answer.error());
  if (answer->status != 200) return output.fail_daemon(error_of(*answer));
  output.out << answer->body;
  return ExitCode::ok;
}

}  // namespace greentill::cli
