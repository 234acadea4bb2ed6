// SPDX-License-Identifier: Apache-2.0
#include <cstdio>

#include "tools/cli/claims/claims.hpp"
#include "tools/cli/claims/members.hpp"
#include "tools/cli/client/daemon_json.hpp"

namespace greentill::cli {
namespace {

/// Each lock as one object: its dock, its name, and all that the dock says of it.
Json locks_of(const Json& status) {
  Json locks = Json::array();
  const Json& plugins = member_at(status, "/plugins");
  for (const Json& plugin : plugins.is_array() ? plugins : Json::array()) {
    const Json& parts = member_at(plugin, "/parts");
    for (const Json& part : parts.is_array() ? parts : Json::array()) {
      if (text_at(part, "/kind") != "lock") continue;
      Json lock{{"lock", member_at(part, "/name")},
                {"dock", member_at(plugin, "/name")},
                {"told_at", member_at(part, "/told_at")},
                {"fault", member_at(part, "/fault")}};
      if (const Json& fields = member_at(part, "/fields"); fields.is_object()) lock.update(fields);
      locks.push_back(std::move(lock));
    }
  }
  return locks;
}

std::string volts(const Json& lock) {
  char text[32];
  std::snprintf(text, sizeof text, "%.2f V", static_cast<double>(number_of(lock, "battery_mv")) / 1000);
  return text;
}

void add_lock(Page& page, const Json& lock) {
  const std::string name = text_at(lock, "/lock");
  page.line(name.c_str(), text_at(lock, "/state") + ", " + volts(lock) + ", clock " + text_at(lock, "/clock") + "; " +
                              text_at(lock, "/rides") + " rides, " + text_at(lock, "/rides_waiting") + " waiting, " +
                              text_at(lock, "/rides_settled") + " settled");
  if (const std::string fault = text_at(lock, "/fault"); !fault.empty()) page.line("", "fault: " + fault);
  if (const std::string trouble = text_at(lock, "/time_trouble"); !trouble.empty())
    page.line("", "nobody tells it the time: " + trouble);
  if (number_of(lock, "rides_refused") > 0)
    page.line("", text_at(lock, "/rides_refused") + " rides were refused: it had no room for them");
  if (number_of(lock, "rides_gone") > 0)
    page.line("", text_at(lock, "/rides_gone") + " rides are gone that another dock acknowledged, and that are not settled");
  const bool is_there = number_of(lock, "there") == 1;
  page.line("", (is_there ? "at " : "was at ") + text_at(lock, "/dock") + ", " + text_at(lock, "/line") + ", last heard " +
                    time_at(lock, "/told_at") + "; " + text_at(lock, "/starts") +
                    " starts, the last: " + text_at(lock, "/last_start"));
}

}  // namespace

ExitCode show_locks(DaemonClient& daemon, const Output& output) {
  const Result<Json> status = get_json(daemon, "/v1/status");
  if (!status) return output.fail_daemon(status.error());
  const Json locks = locks_of(*status);
  Page page;
  bool is_well = true;
  for (const Json& lock : locks) {
    add_lock(page, lock);
    is_well = is_well && member_at(lock, "/fault").is_null();
  }
  output.answer({{"locks", locks}}, page.all.empty() ? "no lock was at a dock since the daemon's start\n" : page.all);
  return is_well ? ExitCode::ok : ExitCode::does_not_hold;
}

}  // namespace greentill::cli
