// SPDX-License-Identifier: Apache-2.0
#include "tools/cli/claims/status_text.hpp"

#include <algorithm>
#include <iterator>
#include <utility>
#include <vector>

#include "daemon/base/calendar.hpp"
#include "tools/cli/claims/members.hpp"

namespace greentill::cli {
namespace {

/// "city-bikes, old-bikes (reversals only)".
std::string roots_text(const Json& roots) {
  std::string all;
  for (const Json& root : roots.is_array() ? roots : Json::array()) {
    all += (all.empty() ? "" : ", ") + text_at(root, "/name") +
           (member_at(root, "/reversals_only") == true ? " (reversals only)" : "");
  }
  return all;
}

std::string line_state(const Json& link) {
  if (member_at(link, "/since") == 0) return "never connected";
  return (member_at(link, "/connected") == true ? "up since " : "down since ") + time_at(link, "/since");
}

/// A number of bytes as carriers put it: "48.3 MB".
std::string megabytes(const Json& bytes) {
  if (!bytes.is_number_unsigned()) return "?";
  constexpr std::uint64_t kTenth = 100'000;
  const std::uint64_t tenths = bytes.get<std::uint64_t>() / kTenth;
  return count_text(tenths / 10) + "." + std::to_string(tenths % 10) + " MB";
}

/// What the line has carried this month, of what it may; empty where the daemon does not say.
std::string data_text(const Json& data) {
  if (!data.is_object()) return {};
  const std::string month = text_at(data, "/month");
  std::string words = megabytes(member_at(data, "/bytes")) + (month.empty() ? "" : " in " + month);
  if (!member_at(data, "/cap_bytes").is_null()) words += " of " + megabytes(member_at(data, "/cap_bytes"));
  const std::string stage = text_at(data, "/stage");
  if (stage == "sparing") words += ": only claims and their receipts go over the line";
  if (stage == "used-up") words += ": used up, claims wait for the next month";
  return words;
}

/// Certificates that end within this time are worth a line.
constexpr std::int64_t kSoonSeconds = 30 * kSecondsADay;

void add_certificates(Page& page, const Json& status) {
  const auto add = [&](const char* member, const std::string& whose, const char* ends) {
    const Json& end = member_at(status, member);
    const Json& now = member_at(status, "/now");
    if (!end.is_number_integer() || !now.is_number_integer()) return;
    const std::int64_t left = end.get<std::int64_t>() - now.get<std::int64_t>();
    if (left <= kSoonSeconds) page.line("certificate", whose + (left < 0 ? " ended " : ends) + time_at(status, member));
  };
  add("/certificates/device_end", "the device's", " ends ");
  add("/certificates/receipts_end", "those that sign receipts", " end ");
}

/// How the device's certificate is renewed, in words.
void add_renewal(Page& page, const Json& status) {
  const Json& renewal = member_at(status, "/renewal");
  if (!renewal.is_object()) return;
  const std::string until = "the device's certificate is valid until " + time_at(status, "/certificates/device_end");
  if (const std::string why = text_at(renewal, "/last_error"); !why.empty()) {
    const bool tried = !member_at(renewal, "/tried_at").is_null();
    page.line("renewal", until + (tried ? ", and was not renewed on " + time_at(renewal, "/tried_at") + ": " : "; ") + why);
    return page.line("", "it is tried again on " + time_at(renewal, "/next_try_at"));
  }
  std::string words = until;
  if (!member_at(renewal, "/renewed_at").is_null()) words += "; renewed on " + time_at(renewal, "/renewed_at");
  const bool asked = member_at(renewal, "/renewed_at").is_null() && !member_at(renewal, "/tried_at").is_null();
  words += asked ? "; the server has no newer one yet, it is asked again on " + time_at(renewal, "/next_try_at")
                 : "; it is renewed from " + time_at(renewal, "/due_from") + " on";
  page.line("renewal", words);
}

void add_backlog(Page& page, const Json& status) {
  page.line("backlog", text_at(status, "/backlog/waiting") + " waiting, " + text_at(status, "/backlog/held") + " held, " +
                           text_at(status, "/backlog/refused_retry") + " refused for now, " +
                           text_at(status, "/backlog/refused_final") + " refused for good; " +
                           text_at(status, "/backlog/claims") + " stored");
  if (!member_at(status, "/backlog/oldest_at").is_null())
    page.line("", "the oldest waits since " + time_at(status, "/backlog/oldest_at"));
  const Json& refusals = member_at(status, "/refusals");
  if (!refusals.is_array()) return;
  for (const Json& one : refusals) {
    const std::string kind = text_at(one, "/kind");
    page.line("", text_at(one, "/claims") +
                      (kind == "held"    ? " held: "
                       : kind == "retry" ? " refused for now: "
                                         : " refused for good: ") +
                      text_at(one, "/reason"));
  }
}

void add_plugins(Page& page, const Json& plugins) {
  if (!plugins.is_array()) return;
  for (const Json& plugin : plugins) {
    std::string what = text_at(plugin, "/name") + " " + text_at(plugin, "/version") + ": " + text_at(plugin, "/state");
    if (const std::string fault = text_at(plugin, "/last_fault"); !fault.empty()) what += ", last fault: " + fault;
    page.line("plugin", what);
  }
}

constexpr std::size_t kShownReasons = 5;

/// Adds "rides: 60,000 read: 54,000 claimed, 6,000 refused" and, below it, the commonest reasons.
void add_source(Page& page, const std::string& name, const std::vector<const Json*>& counts) {
  std::uint64_t all = 0;
  std::vector<std::pair<std::string, std::uint64_t>> fates;
  for (const Json* count : counts) {
    const std::uint64_t records = (*count)["records"].get<std::uint64_t>();
    const std::string fate = text_at(*count, "/fate");
    all += records;
    if (fates.empty() || fates.back().first != fate) fates.emplace_back(fate, 0);
    fates.back().second += records;
  }
  std::string line = printable(name) + ": " + count_text(all) + " read";
  const char* before = ": ";
  for (const auto& [fate, records] : fates) {
    line += before + count_text(records) + " " + fate;
    before = ", ";
  }
  page.line("source", line);
  std::vector<const Json*> reasons;
  std::copy_if(counts.begin(), counts.end(), std::back_inserter(reasons),
               [](const Json* count) { return !member_at(*count, "/reason").is_null(); });
  std::stable_sort(reasons.begin(), reasons.end(), [](const Json* a, const Json* b) {
    return (*a)["records"].get<std::uint64_t>() > (*b)["records"].get<std::uint64_t>();
  });
  for (std::size_t i = 0; i < std::min(reasons.size(), kShownReasons); ++i) {
    const Json& one = *reasons[i];
    page.line("", count_text(one["records"].get<std::uint64_t>()) + " " + text_at(one, "/fate") + ": " + text_at(one, "/reason") +
                      " (last " + time_at(one, "/last_at") + ")");
  }
  if (reasons.size() > kShownReasons) page.line("", count_text(reasons.size() - kShownReasons) + " reasons more: --json");
}

/// Requires: the counts of one source stand together, and within them those of one fate.
void add_sources(Page& page, const Json& counts) {
  if (!counts.is_array()) return;
  std::vector<const Json*> of_source;
  for (const Json& count : counts) {
    if (!member_at(count, "/records").is_number_unsigned() || !member_at(count, "/source").is_string()) continue;
    if (!of_source.empty() && (*of_source.front())["source"] != count["source"]) {
      add_source(page, (*of_source.front())["source"].get<std::string>(), of_source);
      of_source.clear();
    }
    of_source.push_back(&count);
  }
  if (!of_source.empty()) add_source(page, (*of_source.front())["source"].get<std::string>(), of_source);
}

}  // namespace

std::string status_page(const Json& status) {
  Page page;
  page.line("trouble", text_at(status, "/trouble"));
  page.line("overdue", text_at(status, "/overdue"));
  const Json& warnings = member_at(status, "/warnings");
  for (const Json& warning : warnings.is_array() ? warnings : Json::array()) {
    if (warning.is_string()) page.line("warning", printable(warning.get<std::string>()));
  }
  add_certificates(page, status);
  const Json& link = member_at(status, "/link");
  page.line("last error", text_at(link, "/last_error"));
  page.line("broker", text_at(link, "/moving"));
  page.line("service", text_at(link, "/chain_words"));
  if (!member_at(link, "/paused_until").is_null())
    page.line("pause", "the service takes nothing before " + time_at(link, "/paused_until"));
  page.line("device", text_at(status, "/device") + ", greentilld " + text_at(status, "/version"));
  page.line("merchant", text_at(status, "/merchant") + ", site " + text_at(status, "/site"));
  page.line("roots", roots_text(member_at(status, "/roots")));
  add_renewal(page, status);
  page.line("started", time_at(status, "/started_at"));
  if (member_at(status, "/chain").is_object()) {
    page.line("chain", text_at(status, "/chain/id") + ", head " + text_at(status, "/chain/seq") + ", delivered up to " +
                           text_at(status, "/chain/delivered_seq"));
  }
  add_backlog(page, status);
  page.line("line", line_state(link));
  page.line("data", data_text(member_at(link, "/data")));
  if (!member_at(link, "/last_delivery").is_null()) page.line("delivered", "last " + time_at(link, "/last_delivery"));
  if (const std::string lost = text_at(status, "/log_lines_lost"); !lost.empty() && lost != "0") {
    page.line("log", lost + " lines were left out: its reader or its disk takes no more");
  }
  add_plugins(page, member_at(status, "/plugins"));
  add_sources(page, member_at(status, "/records"));
  return page.all;
}

}  // namespace greentill::cli
