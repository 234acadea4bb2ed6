// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <functional>

#include "tools/cli/claims/claim_text.hpp"
#include "tools/cli/claims/claims.hpp"
#include "tools/cli/client/daemon_json.hpp"

namespace greentill::cli {
namespace {

constexpr std::uint64_t kAPage = 1000;  // the largest page that the daemon gives

/// A list that the daemon gives page by page.
struct Listing {
  const char* member;  ///< of a page: the list
  const char* next;    ///< of a page: where the next page begins; null or 0 where there is none
  std::function<std::string(std::uint64_t from, std::uint64_t limit)> path;
  std::string (*row)(const Json&);
  std::string head;   ///< lines above the rows
  std::string empty;  ///< lines where there are no rows
};

Result<Json> get_page(DaemonClient& daemon, const std::string& path, const char* member) {
  Result<Json> page = get_json(daemon, path);
  if (page && (!page->contains(member) || !(*page)[member].is_array())) {
    return fail(ErrorCode::io, "the daemon's answer cannot be understood");
  }
  return page;
}

/// Prints at most `limit` items. Sets `from` to where the rest begins, or to 0. The caller ends a JSON list.
ExitCode print_pages(DaemonClient& daemon, const Listing& listing, std::uint64_t& from, std::uint64_t limit,
                     JsonListDocument& list, const Output& output) {
  bool first = true;
  do {
    const Result<Json> page = get_page(daemon, listing.path(from, std::min(limit, kAPage)), listing.member);
    if (!page && first) return output.fail_daemon(page.error());
    if (!page) return list.fail(output, daemon_exit_code(page.error().code), page.error().message);
    const Json& items = (*page)[listing.member];
    if (first && !output.json) output.out << (items.empty() ? listing.empty : listing.head);
    first = false;
    for (const Json& item : items) {
      if (output.json) list.item(item);
      if (!output.json) output.out << listing.row(item) << '\n';
    }
    limit -= std::min<std::uint64_t>(limit, items.size());
    from = static_cast<std::uint64_t>(number_of(*page, listing.next));
  } while (from != 0 && limit > 0);
  return ExitCode::ok;
}

std::string guarded_row(const Json& act) {
  const auto member = [&act](const char* name) { return printable(text_of(act, name)); };
  const std::string activity = member("activity");
  return time_text(number_of(act, "begin")) + "  " + (activity.empty() ? "(the whole record)" : activity) + "  " +
         member("quantities") + "  " + member("reason");
}

std::string record_row(const Json& record) {
  std::string row = time_text(number_of(record, "recorded_at")) + "  " + printable(text_of(record, "fate")) + "  " +
                    printable(text_of(record, "source")) + "  " + printable(text_of(record, "where"));
  if (const std::string reason = printable(text_of(record, "reason")); !reason.empty()) row += "  " + reason;
  if (!record.contains("claims") || record["claims"].empty()) return row;
  row += "  claims";
  for (const Json& seq : record["claims"]) row += " " + dump(seq);
  return row;
}

}  // namespace

ExitCode list_claims(DaemonClient& daemon, const ClaimsOptions& options, const Output& output) {
  const auto path = [&options](std::uint64_t after, std::uint64_t limit) {
    std::string at = "/v1/claims?limit=" + std::to_string(limit);
    if (after != 0) at += "&after=" + std::to_string(after);
    if (!options.delivery.empty()) at += "&delivery=" + options.delivery;
    if (options.newest) at += "&order=newest";
    return at;
  };
  const std::string head = claim_row_head() + '\n';
  JsonListDocument list(output.out, "claims");
  std::uint64_t after = options.after;
  const ExitCode code =
      print_pages(daemon, {"claims", "next_after", path, claim_row, head, head}, after, options.limit, list, output);
  if (code == ExitCode::ok && output.json) list.end({{"next_after", after == 0 ? Json() : Json(after)}});
  return code;
}

ExitCode list_records(DaemonClient& daemon, const RecordsOptions& options, const Output& output) {
  const auto path = [&options](std::uint64_t before, std::uint64_t count) {
    std::string at = "/v1/records?limit=" + std::to_string(count);
    if (before != 0) at += "&before=" + std::to_string(before);
    add_parameter(at, "source", options.source);
    add_parameter(at, "where", options.where);
    add_parameter(at, "fate", options.fate);
    add_parameter(at, "issuer", options.issuer);
    add_parameter(at, "event_id", options.event_id);
    return at;
  };
  JsonListDocument list(output.out, "records");
  std::uint64_t before = 0;
  const ExitCode code = print_pages(daemon, {"records", "next_before", path, record_row, "", "no such record is known\n"}, before,
                                    options.limit, list, output);
  if (code == ExitCode::ok && output.json) list.end({{"next_before", before == 0 ? Json() : Json(before)}});
  return code;
}

ExitCode list_guarded(DaemonClient& daemon, std::uint64_t limit, const Output& output) {
  const auto path = [](std::uint64_t before, std::uint64_t count) {
    return "/v1/guarded?limit=" + std::to_string(count) + (before == 0 ? "" : "&before=" + std::to_string(before));
  };
  JsonListDocument list(output.out, "guarded");
  std::uint64_t before = 0;
  const ExitCode code = print_pages(daemon, {"guarded", "next_before", path, guarded_row, "", "nothing was set aside\n"}, before,
                                    limit, list, output);
  if (code == ExitCode::ok && output.json) list.end(Json::object());
  return code;
}

}  // namespace greentill::cli
