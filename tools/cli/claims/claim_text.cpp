// SPDX-License-Identifier: Apache-2.0
#include "tools/cli/claims/claim_text.hpp"

#include "tools/cli/claims/members.hpp"
#include "tools/cli/common/when.hpp"
#include "tools/common/table.hpp"

namespace greentill::cli {
namespace {

constexpr std::size_t kSeqWidth = 10;
constexpr std::size_t kTillWidth = 12;
constexpr std::size_t kReceiptWidth = 16;
constexpr std::size_t kWhatWidth = 22;
constexpr std::size_t kGramsWidth = 14;
constexpr std::size_t kDateEnd = 10;     // of "2026-11-24T08:15:00+02:00"
constexpr std::size_t kMinutesEnd = 16;  // likewise

/// A line for each nullifier.
void add_nullifiers(Page& page, const Json& entry) {
  const Json& all = member_at(entry, "/nullifiers");
  for (const Json& one : all.is_array() ? all : Json::array()) {
    page.line("nullifier",
              text_at(one, "/digest") + ", root " + text_at(one, "/root") + ", key version " + text_at(one, "/version"));
  }
}

void add_reduction(Page& page, const Json& entry) {
  page.line("activity", text_at(entry, "/activity"));
  page.line("when", time_at(entry, "/begin") + " to " + time_at(entry, "/end"));
  page.line("quantities", quantities_at(entry, "/quantities"));
  page.line("methodology", text_at(entry, "/methodology/id") + " version " + text_at(entry, "/methodology/version") +
                               ", SHA-256 " + text_at(entry, "/methodology/sha256"));
  page.line("estimate", grams_at(entry, "/estimate_mg") + " CO2e");
  page.line("credited", grams_at(entry, "/credited_mg") + " CO2e (95 % lower bound)");
  page.line("attribution", text_at(entry, "/attribution"));
  add_nullifiers(page, entry);
  page.line("detector", text_at(entry, "/plugin/name") + " " + text_at(entry, "/plugin/version"));
  if (member_at(entry, "/evidence").is_object())
    page.line("evidence", text_at(entry, "/evidence/kind") + " " + text_at(entry, "/evidence/hex"));
  page.line("replaces", text_at(entry, "/replaces"));
}

void add_other_entry(Page& page, const Json& entry) {
  page.line("why", text_at(entry, "/reason"));
  add_nullifiers(page, entry);
  page.line("assignment", text_at(entry, "/assignment"));
  page.line("of claim", text_at(entry, "/claim"));
  page.line("quantities", quantities_at(entry, "/taken_back"));
  if (!member_at(entry, "/first").is_null()) {
    page.line("lost",
              "seq " + text_at(entry, "/first") + " to " + text_at(entry, "/last") + " of chain " + text_at(entry, "/chain"));
  }
  page.line("cause", text_at(entry, "/cause"));
  if (member_at(entry, "/predecessor").is_object()) {
    page.line("goes on from", "device " + text_at(entry, "/predecessor/device") + ", chain " +
                                  text_at(entry, "/predecessor/chain") + ", seq " + text_at(entry, "/predecessor/last_seq"));
  }
  page.line("consent", text_at(entry, "/consent"));
}

std::string delivery(const Json& claim) {
  std::string all = text_at(claim, "/delivery");
  if (const std::string reason = text_at(claim, "/reason"); !reason.empty()) all += " (" + reason + ")";
  if (const std::string granted = grams_at(claim, "/granted_mg"); !granted.empty()) all += ", granted " + granted;
  if (!member_at(claim, "/changed_at").is_null()) all += ", since " + time_at(claim, "/changed_at");
  return all;
}

/// What the daemon's store knows of a claim beside what was signed; empty for a claim of which nothing was taken back.
std::string taken_back(const Json& claim) {
  const std::string reversed = text_at(claim, "/reversed");
  return reversed == "all" ? "taken back" : reversed == "part" ? "taken back in part" : "";
}

std::string what(const Json& claim) {
  if (const std::string of = text(claim, "/of_seq"); !of.empty()) return "takes back claim " + of;
  return text(claim, at(claim, "/entry/activity").is_null() ? "/entry/kind" : "/entry/activity");
}

std::string line_state(const Json& link) {
  if (at(link, "/since") == 0) return "never connected";
  return (at(link, "/connected") == true ? "up since " : "down since ") + time(link, "/since");
}

/// Certificates that end within this time are worth a line.
constexpr std::int64_t kSoonSeconds = 30 * kSecondsADay;

void add_certificates(Page& page, const Json& status) {
  const auto add = [&](const char* member, const std::string& whose, const char* ends) {
    const Json& end = at(status, member);
    const Json& now = at(status, "/now");
    if (!end.is_number_integer() || !now.is_number_integer()) return;
    const std::int64_t left = end.get<std::int64_t>() - now.get<std::int64_t>();
    if (left <= kSoonSeconds) page.line("certificate", whose + (left < 0 ? " ended " : ends) + time(status, member));
  };
  add("/certificates/device_end", "the device's", " ends ");
  add("/certificates/receipts_end", "those that sign receipts", " end ");
}

/// How the device's certificate is renewed, in words.
void add_renewal(Page& page, const Json& status) {
  const Json& renewal = at(status, "/renewal");
  if (!renewal.is_object()) return;
  const std::string until = "the device's certificate is valid until " + time(status, "/certificates/device_end");
  if (const std::string why = text(renewal, "/last_error"); !why.empty()) {
    page.line("renewal", until + ", and was not renewed on " + time(renewal, "/tried_at") + ": " + why);
    return page.line("", "it is tried again on " + time(renewal, "/next_try_at"));
  }
  std::string words = until;
  if (!at(renewal, "/renewed_at").is_null()) words += "; renewed on " + time(renewal, "/renewed_at");
  const bool asked = at(renewal, "/renewed_at").is_null() && !at(renewal, "/tried_at").is_null();
  words += asked ? "; the server has no newer one yet, it is asked again on " + time(renewal, "/next_try_at")
                 : "; it is renewed from " + time(renewal, "/due_from") + " on";
  page.line("renewal", words);
}

void add_backlog(Page& page, const Json& status) {
  page.line("backlog", text(status, "/backlog/waiting") + " waiting, " + text(status, "/backlog/held") + " held, " +
                           text(status, "/backlog/refused_retry") + " refused for now, " +
                           text(status, "/backlog/refused_final") + " refused for good; " + text(status, "/backlog/claims") +
                           " stored");
  if (!at(status, "/backlog/oldest_at").is_null()) page.line("", "the oldest waits since " + time(status, "/backlog/oldest_at"));
  const Json& refusals = at(status, "/refusals");
  if (!refusals.is_array()) return;
  for (const Json& one : refusals) {
    const std::string kind = text(one, "/kind");
    page.line("", text(one, "/claims") +
                      (kind == "held"    ? " held: "
                       : kind == "retry" ? " refused for now: "
                                         : " refused for good: ") +
                      text(one, "/reason"));
  }
}

void add_plugins(Page& page, const Json& plugins) {
  if (!plugins.is_array()) return;
  for (const Json& plugin : plugins) {
    std::string what = text(plugin, "/name") + " " + text(plugin, "/version") + ": " + text(plugin, "/state");
    if (const std::string fault = text(plugin, "/last_fault"); !fault.empty()) what += ", last fault: " + fault;
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
    const std::string fate = text(*count, "/fate");
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
               [](const Json* count) { return !at(*count, "/reason").is_null(); });
  std::stable_sort(reasons.begin(), reasons.end(), [](const Json* a, const Json* b) {
    return (*a)["records"].get<std::uint64_t>() > (*b)["records"].get<std::uint64_t>();
  });
  for (std::size_t i = 0; i < std::min(reasons.size(), kShownReasons); ++i) {
    const Json& one = *reasons[i];
    page.line("", count_text(one["records"].get<std::uint64_t>()) + " " + text(one, "/fate") + ": " + text(one, "/reason") +
                      " (last " + time(one, "/last_at") + ")");
  }
  if (reasons.size() > kShownReasons) page.line("", count_text(reasons.size() - kShownReasons) + " reasons more: --json");
}

/// Requires: the counts of one source stand together, and within them those of one fate.
void add_sources(Page& page, const Json& counts) {
  if (!counts.is_array()) return;
  std::vector<const Json*> of_source;
  for (const Json& count : counts) {
    if (!at(count, "/records").is_number_unsigned() || !at(count, "/source").is_string()) continue;
    if (!of_source.empty() && (*of_source.front())["source"] != count["source"]) {
      add_source(page, (*of_source.front())["source"].get<std::string>(), of_source);
      of_source.clear();
    }
    of_source.push_back(&count);
  }
  if (!of_source.empty()) add_source(page, (*of_source.front())["source"].get<std::string>(), of_source);
}

}  // namespace

SaleText sale_text(const Json& item, const char* otherwise) {
  const Json& sale = member_at(item, "/sale");
  const Json& begin = member_at(sale, "/begin");
  const Json& other = member_at(item, otherwise);
  SaleText texts{"", text_at(sale, "/till"), text_at(sale, "/receipt_number")};
  // The daemon's own words for the time are those of the shop's zone, wherever this is read.
  const std::string local = text_at(sale, "/local_time");
  if (local.size() >= kMinutesEnd) {
    texts.time = local.substr(0, kDateEnd) + ' ' + local.substr(kDateEnd + 1, kMinutesEnd - kDateEnd - 1);
  } else if (const Json& moment = begin.is_number_integer() ? begin : other; moment.is_number_integer()) {
    texts.time = local_time_text(moment.get<std::int64_t>());
  }
  return texts;
}

std::string sale_columns(const Json& item, const char* otherwise) {
  const SaleText sale = sale_text(item, otherwise);
  const auto or_dash = [](const std::string& value) { return value.empty() ? std::string("-") : value; };
  return padded(sale.time, kMinutesEnd) + "  " + padded(or_dash(sale.till), kTillWidth) + "  " +
         padded(or_dash(sale.receipt_number), kReceiptWidth);
}

std::string sale_columns_head() {
  return padded("TIME", kMinutesEnd) + "  " + padded("TILL", kTillWidth) + "  " + padded("RECEIPT", kReceiptWidth);
}

std::string claim_row_head() {
  return aligned_right("SEQ", kSeqWidth) + "  " + sale_columns_head() + "  " + padded("WHAT", kWhatWidth) +
         aligned_right("ESTIMATE", kGramsWidth) + aligned_right("CREDITED", kGramsWidth) + "  DELIVERY";
}

std::string claim_row(const Json& claim) {
  const Json& entry = member_at(claim, "/entry");
  const std::string back = taken_back(claim);
  return aligned_right(text_at(claim, "/seq"), kSeqWidth) + "  " + sale_columns(claim, "/recorded_at") + "  " +
         padded(what(claim), kWhatWidth) + aligned_right(grams_at(entry, "/estimate_mg"), kGramsWidth) +
         aligned_right(grams_at(entry, "/credited_mg"), kGramsWidth) + "  " + delivery(claim) + (back.empty() ? "" : ", ") + back;
}

std::string claim_in_words(const Json& claim) {
  std::string words = "claim " + text_at(claim, "/seq") + " (" + what(claim);
  if (const std::string credited = grams_at(claim, "/entry/credited_mg"); !credited.empty()) words += ", " + credited;
  words += ')';
  const SaleText sale = sale_text(claim, "/recorded_at");
  if (!sale.receipt_number.empty()) words += " of receipt " + sale.receipt_number;
  if (!sale.till.empty()) words += " at " + sale.till;
  return words + ", " + sale.time;
}

std::string claim_csv_head() {
  return tools::csv_record({"seq", "time", "till", "receipt_number", "kind", "activity", "estimate_g", "credited_g", "delivery",
                            "reason", "takes_back", "taken_back"});
}

std::string claim_csv(const Json& claim) {
  const SaleText sale = sale_text(claim, "/recorded_at");
  const auto amount = [&](const char* path) {
    const Json& mg = member_at(claim, path);
    return mg.is_number_integer() ? tools::plain_grams(mg.get<std::int64_t>()) : std::string();
  };
  return tools::csv_record({text_at(claim, "/seq"), sale.time, sale.till, sale.receipt_number, text_at(claim, "/entry/kind"),
                            text_at(claim, "/entry/activity"), amount("/entry/estimate_mg"), amount("/entry/credited_mg"),
                            text_at(claim, "/delivery"), text_at(claim, "/reason"), text_at(claim, "/of_seq"),
                            text_at(claim, "/reversed")});
}

std::string claim_page(const Json& claim) {
  Page page;
  page.line("claim", text_at(claim, "/seq") + " of chain " + text_at(claim, "/chain"));
  page.line("id", text_at(claim, "/id"));
  page.line("device", text_at(claim, "/device"));
  page.line("merchant", text_at(claim, "/merchant") + ", site " + text_at(claim, "/site"));
  if (member_at(claim, "/sale").is_object()) {
    const SaleText sale = sale_text(claim, "/recorded_at");
    page.line("sale",
              (sale.receipt_number.empty() ? "" : "receipt " + sale.receipt_number + " ") + "at " + sale.till + ", " + sale.time);
  }
  page.line("recorded", time_at(claim, "/recorded_at"));
  page.line("clock",
            text_at(claim, "/clock") + ", boot " + text_at(claim, "/boot") + ", up " + text_at(claim, "/uptime_s") + " s");
  page.line("delivery", delivery(claim));
  page.line("certificate", "SHA-256 " + text_at(claim, "/certificate_sha256"));
  page.line("previous", "SHA-256 " + text_at(claim, "/prev"));
  const Json& entry = member_at(claim, "/entry");
  page.line("entry", text_at(entry, "/kind"));
  if (const std::string of = text_at(claim, "/of_seq"); !of.empty()) page.line("takes back", "claim " + of);
  page.line("state", taken_back(claim));
  if (member_at(entry, "/kind") == "reduction") {
    add_reduction(page, entry);
  } else {
    add_other_entry(page, entry);
  }
  return page.all;
}

std::string status_page(const Json& status) {
  Page page;
  page.line("trouble", text(status, "/trouble"));
  page.line("overdue", text(status, "/overdue"));
  const Json& warnings = at(status, "/warnings");
  for (const Json& warning : warnings.is_array() ? warnings : Json::array()) {
    if (warning.is_string()) page.line("warning", printable(warning.get<std::string>()));
  }
  add_certificates(page, status);
  const Json& link = at(status, "/link");
  page.line("last error", text(link, "/last_error"));
  page.line("service", text(link, "/chain_words"));
  if (!at(link, "/paused_until").is_null()) page.line("pause", "the service takes nothing before " + time(link, "/paused_until"));
  page.line("device", text(status, "/device") + ", greentilld " + text(status, "/version"));
  page.line("merchant", text(status, "/merchant") + ", site " + text(status, "/site"));
  page.line("roots", roots_text(at(status, "/roots")));
  add_renewal(page, status);
  page.line("started", time(status, "/started_at"));
  if (at(status, "/chain").is_object()) {
    page.line("chain", text(status, "/chain/id") + ", head " + text(status, "/chain/seq") + ", delivered up to " +
                           text(status, "/chain/delivered_seq"));
  }
  add_backlog(page, status);
  page.line("line", line_state(link));
  if (!at(link, "/last_delivery").is_null()) page.line("delivered", "last " + time(link, "/last_delivery"));
  if (const std::string lost = text(status, "/log_lines_lost"); !lost.empty() && lost != "0") {
    page.line("log", lost + " lines were left out: its reader or its disk takes no more");
  }
  add_plugins(page, at(status, "/plugins"));
  add_sources(page, at(status, "/records"));
  return page.all;
}

}  // namespace greentill::cli
