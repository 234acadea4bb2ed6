// SPDX-License-Identifier: Apache-2.0
// One day of the shop on a page: what was sold, what it spared, and what became of the claims.
#include <algorithm>
#include <array>
#include <cstdio>
#include <ctime>
#include <map>

#include "tools/cli/claims/claims.hpp"
#include "tools/cli/claims/members.hpp"
#include "tools/cli/client/daemon_json.hpp"
#include "tools/cli/common/when.hpp"

namespace greentill::cli {
namespace {

constexpr std::uint64_t kItemsAPage = 1000;
constexpr std::size_t kDayLabelWidth = 16;
constexpr std::size_t kReasonsADay = 5;
constexpr std::int64_t kMgAGram = 1000;
constexpr std::int64_t kMgAKilogram = 1'000'000;
constexpr std::int64_t kTenthOfAGram = 100;
constexpr std::int64_t kTenGramsOfAKilogram = 10'000;

using Counts = std::map<std::string, std::uint64_t>;

/// "58.3 g", "1.23 kg": for people, never more than it is.
std::string weight_text(std::int64_t mg) {
  const bool negative = mg < 0;
  const std::int64_t size = negative ? -mg : mg;
  std::array<char, 48> text{};
  if (size < kMgAKilogram) {
    std::snprintf(text.data(), text.size(), "%lld.%lld g", static_cast<long long>(size / kMgAGram),
                  static_cast<long long>(size % kMgAGram / kTenthOfAGram));
  } else {
    std::snprintf(text.data(), text.size(), ".%02lld kg", static_cast<long long>(size % kMgAKilogram / kTenGramsOfAKilogram));
  }
  const std::string whole = size < kMgAKilogram ? "" : count_text(static_cast<std::uint64_t>(size / kMgAKilogram));
  return (negative ? "-" : "") + whole + text.data();
}

// NOLINTNEXTLINE(bugprone-exception-escape): the check takes the document's move for one that throws
struct Day {
  std::string date;
  Json sums;  ///< of the day, as /v1/stats has them
  Counts deliveries;
  Counts held;                ///< by reason
  Counts refusals;            ///< likewise
  Counts guarded;             ///< by reason
  bool data_used_up = false;  ///< now: nothing is delivered before the month is over
  std::uint64_t reversals = 0;
};

/// Calls `use` with each item of a list that the daemon gives page by page.
template <typename Use>
Status each_item(DaemonClient& daemon, const std::string& path, const char* list, const char* place, const char* next,
                 const Use& use) {
  std::int64_t from = 0;
  do {
    std::string page = path + "&limit=" + std::to_string(kItemsAPage);
    if (from != 0) add_parameter(page, place, std::to_string(from));
    const Result<Json> answer = get_json(daemon, page);
    if (!answer) return Failure{answer.error()};
    if (!answer->contains(list)) return fail(ErrorCode::io, "the daemon's answer cannot be understood");
    for (const Json& item : (*answer)[list]) use(item);
    from = number_of(*answer, next);
  } while (from != 0);
  return Done{};
}

void count_claim(const Json& claim, Day& day) {
  const std::string kind = claim.contains("entry") ? text_of(claim["entry"], "kind") : "";
  if (kind == "reversal") ++day.reversals;
  if (kind != "reduction") return;  // a chain's start claims nothing, a reversal takes back
  const std::string delivery = text_of(claim, "delivery");
  ++day.deliveries[delivery];
  const std::string reason = text_of(claim, "reason");
  if (delivery == "held") ++day.held[reason];
  if (!delivery.starts_with("refused")) return;
  ++day.refusals[(reason.empty() ? "without a reason" : reason) + (delivery == "refused_retry" ? " (sent again later)" : "")];
}

Result<Day> read_day(DaemonClient& daemon, const Stretch& day) {
  Day read;
  read.date = local_date_text(day.begin);
  const Result<Json> stats = get_json(daemon, "/v1/stats?date=" + read.date);
  if (!stats) return Failure{stats.error()};
  if (!stats->contains("today")) return fail(ErrorCode::io, "the daemon's answer cannot be understood");
  read.sums = (*stats)["today"];
  const std::string when = "since=" + std::to_string(day.begin) + "&until=" + std::to_string(day.end);
  Status counted = each_item(daemon, "/v1/claims?by=recorded&" + when, "claims", "after", "next_after",
                             [&](const Json& claim) { count_claim(claim, read); });
  if (!counted) return Failure{counted.error()};
  counted = each_item(daemon, "/v1/guarded?" + when, "guarded", "before", "next_before", [&](const Json& act) {
    const std::string activity = text_of(act, "activity");
    ++read.guarded[(activity.empty() ? "" : activity + ": ") + text_of(act, "reason")];
  });
  if (!counted) return Failure{counted.error()};
  // Said beside the day's figures; whoever cannot be told reads the figures nevertheless.
  if (const Result<Json> status = get_json(daemon, "/v1/status")) {
    read.data_used_up = text_at(*status, "/link/data/stage") == "used-up";
  }
  return read;
}

std::string line(const std::string& label, const std::string& value) {
  return label + std::string(kDayLabelWidth - std::min(kDayLabelWidth, label.size()), ' ') + value + '\n';
}

std::uint64_t sum_of(const Counts& counts) {
  std::uint64_t sum = 0;
  for (const auto& [reason, count] : counts) sum += count;
  return sum;
}

/// The commonest reasons, one a line.
std::string reasons_text(const Counts& counts) {
  std::vector<std::pair<std::string, std::uint64_t>> all(counts.begin(), counts.end());
  std::stable_sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.second > b.second; });
  std::string text;
  for (std::size_t i = 0; i < std::min(all.size(), kReasonsADay); ++i) {
    text += line("", count_text(all[i].second) + "  " + printable(all[i].first));
  }
  if (all.size() > kReasonsADay) text += line("", counted(all.size() - kReasonsADay, "reason") + " more: --json");
  return text;
}

std::string spared_text(const Json& sums) {
  return weight_text(number_of(sums, "credited_mg")) + " CO2e spared (estimate " + weight_text(number_of(sums, "estimate_mg")) +
         ")";
}

std::string page_of(const Day& day) {
  const auto count = [](const Json& sums, const char* member) { return static_cast<std::uint64_t>(number_of(sums, member)); };
  std::string page = line("day", day.date) + line("sales", count_text(count(day.sums, "transactions"))) +
                     line("claims", count_text(count(day.sums, "claims")) + ": " + spared_text(day.sums));
  if (day.sums.contains("by_activity")) {
    for (const auto& [activity, sums] : day.sums["by_activity"].items()) {
      page += line("", printable(activity) + ": " + counted(count(sums, "claims"), "claim") + ", " +
                           weight_text(number_of(sums, "credited_mg")));
    }
  }
  const auto of = [&](const char* delivery) {
    const auto found = day.deliveries.find(delivery);
    return found == day.deliveries.end() ? 0 : found->second;
  };
  page += line("delivered", count_text(of("delivered"))) + line("waiting", count_text(of("waiting")));
  if (day.data_used_up) page += line("", "the line's data cap is used up: claims go out next month");
  if (day.reversals > 0) page += line("taken back", counted(day.reversals, "reversal") + ", already taken off above");
  if (!day.held.empty()) page += line("held", count_text(sum_of(day.held))) + reasons_text(day.held);
  page += line("refused", count_text(sum_of(day.refusals))) + reasons_text(day.refusals);
  page += line("not claimed", count_text(sum_of(day.guarded))) + reasons_text(day.guarded);
  return page;
}

Json counts_json(const Counts& counts) {
  Json json = Json::array();
  for (const auto& [reason, count] : counts) json.push_back({{"reason", reason}, {"count", count}});
  return json;
}

}  // namespace

ExitCode show_day(DaemonClient& daemon, const std::string& date, const Output& output) {
  const auto stretch = parse_day(date.empty() ? "today" : date, std::time(nullptr));
  if (!stretch) return output.fail(ExitCode::usage, "--date: \"" + date + "\" is no day: give 2026-11-24, today or yesterday");
  const Result<Day> day = read_day(daemon, *stretch);
  if (!day) return output.fail_daemon(day.error());
  Json document{{"date", day->date}};
  document.update(day->sums);
  document["delivery"] = Json::object();
  for (const char* delivery : {"delivered", "waiting", "held", "refused_retry", "refused_final"}) {
    const auto found = day->deliveries.find(delivery);
    document["delivery"][delivery] = found == day->deliveries.end() ? 0 : found->second;
  }
  document["reversals"] = day->reversals;
  document["held"] = counts_json(day->held);
  document["refusals"] = counts_json(day->refusals);
  document["not_claimed"] = counts_json(day->guarded);
  document["data_used_up"] = day->data_used_up;
  output.answer(document, page_of(*day));
  return ExitCode::ok;
}

}  // namespace greentill::cli
