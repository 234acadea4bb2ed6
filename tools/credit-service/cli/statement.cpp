// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <limits>

#include "tools/common/table.hpp"
#include "tools/credit-service/cli/commands.hpp"
#include "tools/credit-service/cli/opening.hpp"
#include "tools/credit-service/ledger/statement.hpp"

namespace greentill::credit {
namespace {

constexpr std::array<const char*, 5> kByNames{"merchant", "activity", "device", "day", "month"};  // in the order of StatementBy

Result<StatementBy> parse_by(const std::string& name) {
  for (std::size_t i = 0; i < kByNames.size(); ++i) {
    if (name == kByNames[i]) return static_cast<StatementBy>(i);
  }
  return fail(ErrorCode::invalid, "--by: merchant, activity, device, day, month, or several of them with commas between");
}

/// 30 for 202611.
std::int64_t last_day_of(std::int64_t month, const Calendar& calendar) {
  std::int64_t day = month * 100 + 31;
  while (!calendar.begin_of(day)) --day;
  return day;
}

Result<Period> period_of(const StatementRequest& request, const Calendar& calendar) {
  constexpr std::int64_t kEver = std::numeric_limits<std::int64_t>::max();
  Period period{0, kEver};
  std::string from = request.from;
  if (!request.month.empty()) {
    if (!request.from.empty() || !request.to.empty())
      return fail(ErrorCode::invalid, "--month takes the place of --from and --to");
    from = request.month + "-01";
  }
  if (!from.empty()) {
    const auto day = parse_day(from, "--from", calendar);
    if (!day && !request.month.empty()) return fail(ErrorCode::invalid, "--month: this is no month such as 2026-11");
    if (!day) return Failure{day.error()};
    period.begin = *calendar.begin_of(*day);
    if (!request.month.empty()) period.end = *calendar.end_of(last_day_of(*day / 100, calendar));
  }
  if (!request.to.empty()) {
    const auto day = parse_day(request.to, "--to", calendar);
    if (!day) return Failure{day.error()};
    period.end = *calendar.end_of(*day);
  }
  if (period.end <= period.begin) return fail(ErrorCode::invalid, "--to lies before --from");
  return period;
}

Result<StatementOptions> options_of(const StatementRequest& request, const Calendar& calendar) {
  const auto period = period_of(request, calendar);
  if (!period) return Failure{period.error()};
  StatementOptions options{*period, request.merchant, request.device, {}};
  for (const std::string& name : request.by) {
    const auto by = parse_by(name);
    if (!by) return Failure{by.error()};
    options.by.push_back(*by);
  }
  return options;
}

std::array<std::int64_t, 8> numbers_of(const StatementSums& sums) {
  return {static_cast<std::int64_t>(sums.claims),
          sums.granted,
          static_cast<std::int64_t>(sums.reversals),
          sums.taken_back,
          sums.granted - sums.taken_back,
          sums.shares.customer,
          sums.shares.merchant,
          sums.shares.operator_share};
}

constexpr std::array<const char*, 8> kNumberNames{"claims", "granted_mg",   "reversals",   "taken_back_mg",
                                                  "net_mg", "customers_mg", "merchant_mg", "operator_mg"};

std::string csv_of(const std::vector<StatementLine>& lines, const StatementRequest& request) {
  std::vector<std::string> head = request.by;
  head.insert(head.end(), kNumberNames.begin(), kNumberNames.end());
  std::string text = tools::csv_record(head);
  for (const StatementLine& line : lines) {
    std::vector<std::string> cells = line.keys;
    for (const std::int64_t number : numbers_of(line.sums)) cells.push_back(std::to_string(number));
    text += tools::csv_record(cells);
  }
  return text;
}

Json sums_json(const StatementSums& sums) {
  Json json;
  const auto numbers = numbers_of(sums);
  for (std::size_t i = 0; i < numbers.size(); ++i) json[kNumberNames[i]] = numbers[i];
  return json;
}

std::string title_of(const StatementRequest& request, const Calendar& calendar) {
  std::string text = "Booked";
  if (!request.month.empty()) text += " in " + request.month;
  if (!request.from.empty()) text += " from " + request.from;
  if (!request.to.empty()) text += " to " + request.to;
  text += request.month.empty() && request.from.empty() && request.to.empty() ? " ever" : "";
  if (!request.merchant.empty()) text += ", merchant " + printable(request.merchant);
  if (!request.device.empty()) text += ", device " + printable(request.device);
  return text + "; days of " + calendar.zone() + "\n\n";
}

std::string table_of(const std::vector<StatementLine>& lines, const StatementRequest& request) {
  if (lines.empty()) return "nothing was booked\n";
  std::vector<tools::Table::Column> columns;
  for (const std::string& name : request.by) columns.push_back({name});
  for (const char* name : {"claims", "granted", "reversals", "taken back", "net", "customers", "merchant", "operator"}) {
    columns.push_back({name, tools::Table::Align::right});
  }
  tools::Table table(std::move(columns));
  const auto add = [&table](std::vector<std::string> cells, const StatementSums& sums) {
    const auto numbers = numbers_of(sums);
    for (std::size_t i = 0; i < numbers.size(); ++i) {
      const bool is_count = i == 0 || i == 2;
      cells.push_back(is_count ? tools::count_text(static_cast<std::uint64_t>(numbers[i])) : tools::grams_text(numbers[i]));
    }
    table.add(cells);
  };
  for (const StatementLine& line : lines) add(line.keys, line.sums);
  std::vector<std::string> total(request.by.size());
  if (!total.empty()) total.front() = "total";
  if (!total.empty() && lines.size() > 1) add(total, total_of(lines));
  return table.text();
}

}  // namespace

Status show_statement(const std::filesystem::path& config, const StatementRequest& request, const Output& output) {
  if (request.csv && output.json) return fail(ErrorCode::invalid, "--csv and --json exclude each other");
  const auto reading = Reading::open(config);
  if (!reading) return Failure{reading.error()};
  const auto programme = load_programme((*reading)->config, (*reading)->hasher);
  if (!programme) return Failure{programme.error()};
  const Calendar& calendar = programme->calendar();
  const auto options = options_of(request, calendar);
  if (!options) return Failure{options.error()};
  const auto lines = make_statement(*(*reading)->books, *options, calendar);
  if (!lines) return Failure{lines.error()};
  if (request.csv) {
    output.out << csv_of(*lines, request);
    return Done{};
  }
  Json list = Json::array();
  for (const StatementLine& line : *lines) {
    Json entry = Json::object();
    for (std::size_t i = 0; i < line.keys.size(); ++i) entry[request.by[i]] = line.keys[i];
    entry.update(sums_json(line.sums));
    list.push_back(std::move(entry));
  }
  output.answer({{"zone", calendar.zone()}, {"lines", list}, {"total", sums_json(total_of(*lines))}},
                title_of(request, calendar) + table_of(*lines, request));
  return Done{};
}

}  // namespace greentill::credit
