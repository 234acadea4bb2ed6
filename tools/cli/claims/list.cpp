// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <ctime>
#include <functional>
#include <utility>
#include <vector>

#include "daemon/base/spelling.hpp"
#include "tools/cli/claims/claim_text.hpp"
#include "tools/cli/claims/claims.hpp"
#include "tools/cli/client/daemon_json.hpp"
#include "tools/cli/common/when.hpp"
#include "tools/common/table.hpp"

namespace greentill::cli {
namespace {

constexpr std::uint64_t kAPage = 1000;  // the largest page that the daemon gives

/// A list that the daemon gives page by page.
struct Listing {
  const char* member;  ///< of a page: the list
  const char* next;    ///< of a page: where the next page begins; null or 0 where there is none
  std::function<std::string(std::uint64_t from, std::uint64_t limit)> path;
  std::string (*row)(const Json&);  ///< with its line end
  std::string head;                 ///< lines above the rows
  std::string empty;                ///< lines where there are no rows
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
      if (!output.json) output.out << listing.row(item);
    }
    limit -= std::min<std::uint64_t>(limit, items.size());
    from = static_cast<std::uint64_t>(number_of(*page, listing.next));
  } while (from != 0 && limit > 0);
  return ExitCode::ok;
}

std::string line(const std::vector<std::string>& columns) {
  std::string all;
  for (const std::string& column : columns) {
    if (!column.empty()) all += (all.empty() ? "" : "  ") + column;
  }
  return all + '\n';
}

std::string member(const Json& item, const char* name) { return printable(text_of(item, name)); }

std::string claim_line(const Json& claim) { return claim_row(claim) + '\n'; }

std::string guarded_line(const Json& act) {
  const std::string activity = member(act, "activity");
  return line({sale_columns(act, "/begin"), activity.empty() ? "(the whole record)" : activity, member(act, "quantities"),
               member(act, "reason")});
}

std::string guarded_csv(const Json& act) {
  const SaleText sale = sale_text(act, "/begin");
  return tools::csv_record(
      {sale.time, sale.till, sale.receipt_number, text_of(act, "activity"), text_of(act, "quantities"), text_of(act, "reason")});
}

std::string seqs_of(const Json& record) {
  std::string all;
  if (!record.contains("claims")) return all;
  for (const Json& seq : record["claims"]) all += (all.empty() ? "" : " ") + dump(seq);
  return all;
}

std::string record_line(const Json& record) {
  const std::string seqs = seqs_of(record);
  return line({sale_columns(record, "/recorded_at"), member(record, "fate"), member(record, "source"), member(record, "where"),
               member(record, "reason"), seqs.empty() ? "" : "claims " + seqs});
}

std::string record_csv(const Json& record) {
  const SaleText sale = sale_text(record, "/recorded_at");
  return tools::csv_record({sale.time, sale.till, sale.receipt_number, text_of(record, "fate"), text_of(record, "source"),
                            text_of(record, "where"), text_of(record, "reason"), seqs_of(record)});
}

/// Adds "since" and "until" to a path; why they cannot be, where a text says no time.
Status add_period(std::string& path, const Between& when) {
  const std::int64_t now = std::time(nullptr);
  for (const auto& [name, text] : {std::pair("since", when.since), std::pair("until", when.until)}) {
    if (text.empty()) continue;
    const auto stretch = parse_when(text, now);
    if (!stretch) return fail(ErrorCode::invalid, "--" + std::string(name) + ": \"" + text + "\" is no time: give " + kWhenForms);
    // A day that is named as the end is in it.
    add_parameter(path, name, std::to_string(name == std::string_view("since") ? stretch->begin : stretch->end));
  }
  return Done{};
}

/// With a `path` that has the filters, and without a page's place in it.
std::function<std::string(std::uint64_t, std::uint64_t)> pages_of(const std::string& path, const char* place) {
  return [path, place](std::uint64_t from, std::uint64_t limit) {
    std::string page = path;
    add_parameter(page, "limit", std::to_string(limit));
    if (from != 0) add_parameter(page, place, std::to_string(from));
    return page;
  };
}

ExitCode csv_or_json(const Output& output) { return output.fail(ExitCode::usage, "--csv and --json exclude each other"); }

/// An activity of which nothing is listed may be a mistyped one.
ExitCode check_activity(DaemonClient& daemon, const std::string& activity, const Output& output) {
  const Result<Json> stats = activity.empty() ? Result<Json>(Json()) : get_json(daemon, "/v1/stats");
  if (!stats || !stats->contains(Json::json_pointer("/total/by_activity"))) return ExitCode::ok;
  std::vector<std::string> known;
  for (const auto& [name, sums] : (*stats)["total"]["by_activity"].items()) known.push_back(name);
  if (std::find(known.begin(), known.end(), activity) != known.end()) return ExitCode::ok;
  const std::string near = nearest(activity, known);
  output.err << "greentill: --activity: nothing was ever claimed here for \"" << printable(activity) << '"'
             << (near.empty() ? "" : "; did you mean " + printable(near) + "?") << '\n';
  return ExitCode::does_not_hold;
}

}  // namespace

ExitCode list_claims(DaemonClient& daemon, const ClaimsOptions& options, const Output& output) {
  if (options.csv && output.json) return csv_or_json(output);
  std::string path = "/v1/claims";
  add_parameter(path, "delivery", options.delivery);
  add_parameter(path, "activity", options.activity);
  add_parameter(path, "till", options.till);
  add_parameter(path, "receipt_number", options.receipt_number);
  if (options.newest) add_parameter(path, "order", "newest");
  if (Status read = add_period(path, options.when); !read) return output.fail(ExitCode::usage, read.error().message);
  const std::string head = options.csv ? claim_csv_head() : claim_row_head() + '\n';
  JsonListDocument list(output.out, "claims");
  std::uint64_t after = options.after;
  const ExitCode code =
      print_pages(daemon, {"claims", "next_after", pages_of(path, "after"), options.csv ? claim_csv : claim_line, head, head},
                  after, options.limit, list, output);
  if (code == ExitCode::ok && output.json) list.end({{"next_after", after == 0 ? Json() : Json(after)}});
  return code == ExitCode::ok ? check_activity(daemon, options.activity, output) : code;
}

ExitCode list_records(DaemonClient& daemon, const RecordsOptions& options, const Output& output) {
  if (options.csv && output.json) return csv_or_json(output);
  std::string path = "/v1/records";
  add_parameter(path, "source", options.source);
  add_parameter(path, "where", options.where);
  add_parameter(path, "fate", options.fate);
  add_parameter(path, "issuer", options.issuer);
  add_parameter(path, "event_id", options.event_id);
  if (Status read = add_period(path, options.when); !read) return output.fail(ExitCode::usage, read.error().message);
  const std::string head =
      options.csv ? tools::csv_record({"time", "till", "receipt_number", "fate", "source", "where", "reason", "claims"}) : "";
  JsonListDocument list(output.out, "records");
  std::uint64_t before = 0;
  const ExitCode code = print_pages(daemon,
                                    {"records", "next_before", pages_of(path, "before"), options.csv ? record_csv : record_line,
                                     head, options.csv ? head : "no such record is known\n"},
                                    before, options.limit, list, output);
  if (code == ExitCode::ok && output.json) list.end({{"next_before", before == 0 ? Json() : Json(before)}});
  return code;
}

ExitCode list_guarded(DaemonClient& daemon, const GuardedOptions& options, const Output& output) {
  if (options.csv && output.json) return csv_or_json(output);
  std::string path = "/v1/guarded";
  add_parameter(path, "activity", options.activity);
  if (Status read = add_period(path, options.when); !read) return output.fail(ExitCode::usage, read.error().message);
  const std::string head =
      options.csv ? tools::csv_record({"time", "till", "receipt_number", "activity", "quantities", "reason"}) : "";
  JsonListDocument list(output.out, "guarded");
  std::uint64_t before = 0;
  const ExitCode code = print_pages(daemon,
                                    {"guarded", "next_before", pages_of(path, "before"), options.csv ? guarded_csv : guarded_line,
                                     head, options.csv ? head : "nothing was set aside\n"},
                                    before, options.limit, list, output);
  if (code == ExitCode::ok && output.json) list.end(Json::object());
  return code;
}

}  // namespace greentill::cli
