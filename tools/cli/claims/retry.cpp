// SPDX-License-Identifier: Apache-2.0
#include "tools/cli/claims/claims.hpp"
#include "tools/cli/client/daemon_json.hpp"

namespace greentill::cli {

ExitCode retry_delivery(DaemonClient& daemon, const Output& output) {
  const Result<Json> answer = post_json(daemon, "/v1/retry");
  if (!answer) return output.fail_daemon(answer.error());
  const auto count = [&](const char* member) { return static_cast<std::uint64_t>(number_of(*answer, member)); };
  std::string text = "asked: " + counted(count("waiting"), "claim") + " waiting, " + count_text(count("refused_retry")) +
                     " refused for now; the line " +
                     (answer->value("connected", false) ? "is up" : "was down and is tried again now");
  if (const std::string why = text_of(*answer, "last_error"); !why.empty()) text += " (last error: " + printable(why) + ")";
  output.answer(*answer, text + "\ngreentill status tells what came of it\n");
  return ExitCode::ok;
}

}  // namespace greentill::cli
