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
  if (const std::string seq = text_at(claim, "/anew/seq"); !seq.empty()) all += "; claim " + seq + " stands in its place";
  return all;
}

/// What the daemon's store knows of a claim beside what was signed; empty for a claim of which nothing was taken back.
std::string taken_back(const Json& claim) {
  const std::string reversed = text_at(claim, "/reversed");
  return reversed == "all" ? "taken back" : reversed == "part" ? "taken back in part" : "";
}

std::string what(const Json& claim) {
  if (const std::string of = text_at(claim, "/of_seq"); !of.empty()) return "takes back claim " + of;
  return text_at(claim, member_at(claim, "/entry/activity").is_null() ? "/entry/kind" : "/entry/activity");
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

}  // namespace greentill::cli
