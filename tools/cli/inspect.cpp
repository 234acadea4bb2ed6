// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "tools/cli/claim_text.hpp"
#include "tools/cli/commands.hpp"
#include "tools/cli/daemon_json.hpp"

namespace greentill::cli {
namespace {

constexpr std::uint64_t kClaimsAPage = 1000;  // the most the daemon gives at once

std::string page_path(const ClaimsOptions& options, std::uint64_t after, std::uint64_t limit) {
  std::string path = "/v1/claims?limit=" + std::to_string(limit);
  if (after != 0) path += "&after=" + std::to_string(after);
  if (!options.delivery.empty()) path += "&delivery=" + options.delivery;
  if (options.newest) path += "&order=newest";
  return path;
}

/// Prints a page and leaves in `after` where the next begins, or 0.
void print_page(const Json& page, JsonListDocument& list, std::uint64_t& after, std::uint64_t& left, const Output& output) {
  for (const Json& claim : page["claims"]) {
    if (output.json) {
      list.item(claim);
    } else {
      output.out << claim_row(claim) << '\n';
    }
  }
  left -= std::min<std::uint64_t>(left, page["claims"].size());
  after = page.value("next_after", Json()).is_number_unsigned() ? page["next_after"].get<std::uint64_t>() : 0;
}

Result<Json> get_page(DaemonClient& daemon, const std::string& path) {
  Result<Json> page = get_json(daemon, path);
  if (page && (!page->contains("claims") || !(*page)["claims"].is_array())) {
    return fail(ErrorCode::io, "the daemon's answer cannot be understood");
  }
  return page;
}

}  // namespace

ExitCode show_status(DaemonClient& daemon, const Output& output) {
  const Result<Json> status = get_json(daemon, "/v1/status");
  if (!status) return output.fail_daemon(status.error());
  if (output.json) {
    output.document(*status);
  } else {
    output.out << status_page(*status);
  }
  const bool troubled = status->contains("trouble") && !(*status)["trouble"].is_null();
  return troubled ? ExitCode::does_not_hold : ExitCode::ok;
}

ExitCode list_claims(DaemonClient& daemon, const ClaimsOptions& options, const Output& output) {
  JsonListDocument list(output.out, "claims");
  std::uint64_t after = options.after;
  std::uint64_t left = options.limit;
  bool begun = false;
  do {
    const Result<Json> page = get_page(daemon, page_path(options, after, std::min(left, kClaimsAPage)));
    if (!page) {
      if (!begun) return output.fail_daemon(page.error());
      const ExitCode code = daemon_exit_code(page.error().code);
      if (output.json) {
        list.end({{"error", error_json(code, page.error().message)}});
        return code;
      }
      return output.fail(code, page.error().message);
    }
    if (!begun && !output.json) output.out << claim_row_head() << '\n';
    begun = true;
    print_page(*page, list, after, left, output);
  } while (after != 0 && left > 0);
  if (output.json) list.end({{"next_after", after == 0 ? Json() : Json(after)}});
  return ExitCode::ok;
}

ExitCode show_claim(DaemonClient& daemon, std::uint64_t seq, bool raw, const Output& output) {
  const std::string path = "/v1/claims/" + std::to_string(seq);
  if (raw) {
    const Result<Answer> answer = daemon.get(path, "application/cose");
    if (!answer) return output.fail_daemon(answer.error());
    if (answer->status != 200) return output.fail_daemon(error_of(*answer));
    output.out << answer->body;
    return ExitCode::ok;
  }
  const Result<Json> claim = get_json(daemon, path);
  if (!claim) return output.fail_daemon(claim.error());
  if (output.json) {
    output.document(*claim);
  } else {
    output.out << claim_page(*claim);
  }
  return ExitCode::ok;
}

}  // namespace greentill::cli
