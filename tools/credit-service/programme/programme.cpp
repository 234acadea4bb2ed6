// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/programme/programme.hpp"

#include <algorithm>
#include <array>

#include "daemon/toml/table.hpp"

namespace greentill::credit {
namespace {

using toml::Table;
__extension__ using Int128 = __int128;

constexpr std::int64_t kRestDays = 3;
constexpr std::int64_t kMillion = 1'000'000;
constexpr std::int64_t kMaxMg = std::int64_t{1} << 53;
// For one act, a thousand tonnes. A methodology need not limit what it credits, and sums of larger amounts would exceed 64 bits.
constexpr std::int64_t kMostMeasuredMg = std::int64_t{1} << 40;

constexpr std::int64_t kMostDays = 3'660;
constexpr std::int64_t kMostMonths = 240;
constexpr std::int64_t kDaysAMonth = 28;  // at least
constexpr std::int64_t kMostClaimsADay = 100'000'000;
constexpr std::int64_t kMostBytesADay = std::int64_t{1} << 40;
constexpr std::array<std::string_view, 4> kClassKeys{"till", "kiosk", "gateway", "dock"};  // in the order of Device::Class

ByClass read_by_class(const Table& table) {
  ByClass all;
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = table.optional_integer(kClassKeys[i], 0, kMaxMg);
  return all;
}

Rule read_rule(const Table& table) {
  Rule rule;
  rule.activity = table.text("name");
  const bool is_fixed = table.choice("grant", {"measured", "fixed"}) == 1;
  rule.fixed_mg = table.optional_integer("fixed_mg", 0, kMaxMg);
  rule.limit_per_day_mg = table.optional_integer("limit_per_day_mg", 0, kMaxMg);
  rule.limit_per_month_mg = table.optional_integer("limit_per_month_mg", 0, kMaxMg);
  rule.refund_days = table.integer_or("refund_days", 0, kMostDays, rule.refund_days);
  rule.oldest_days = table.optional_integer("oldest_days", 1, kMostDays);
  const Table ceilings = table.table_or_empty("ceiling_per_day_mg");
  rule.ceilings_per_day_mg = read_by_class(ceilings);
  rule.merchant_ceiling_per_day_mg = ceilings.optional_integer("merchant", 0, kMaxMg);
  rule.takes_back_per_day_mg = read_by_class(table.table_or_empty("takes_back_per_day_mg"));
  if (is_fixed != rule.fixed_mg.has_value()) table.wrong("fixed_mg", "goes with grant = \"fixed\", and only with it");
  return rule;
}

std::vector<Rule> read_rules(const Table& root) {
  std::vector<Rule> rules;
  for (const Table& table : root.tables("activity")) {
    Rule rule = read_rule(table);
    const auto same = [&](const Rule& other) { return other.activity == rule.activity; };
    if (std::any_of(rules.begin(), rules.end(), same)) table.wrong("name", "stands twice");
    rules.push_back(std::move(rule));
  }
  return rules;
}

std::vector<Campaign> read_campaigns_for(const Table& root, const Calendar& calendar, const std::vector<Rule>& rules) {
  std::vector<Campaign> campaigns = read_campaigns(root, calendar);
  const std::vector<Table> tables = root.tables("campaign");
  for (std::size_t i = 0; i < campaigns.size(); ++i) {
    for (std::size_t k = 0; k < campaigns[i].activities.size(); ++k) {
      if (std::ranges::find(rules, campaigns[i].activities[k], &Rule::activity) != rules.end()) continue;
      tables[i].wrong_item("activities", k, "is no activity of this programme: nothing is granted for it");
    }
  }
  return campaigns;
}

/// Nothing may lapse before it could be spent.
std::optional<std::int64_t> read_lapse_months(const Table& root, const std::vector<Rule>& rules, std::int64_t rest_days) {
  const auto months = root.optional_integer("lapse_months", 1, kMostMonths);
  std::int64_t days = rest_days;
  for (const Rule& rule : rules) days = std::max(days, rule.refund_days);
  if (months && *months * kDaysAMonth <= days) {
    root.wrong("lapse_months",
               "is shorter than the longest of \"refund_days\" and \"rest_days\": credit would lapse before it could be spent");
  }
  return months;
}

Quota read_quota(const Table& root) {
  const Table table = root.table_or_empty("quota");
  Quota quota;
  quota.claims_per_day = table.integer_or("claims_per_day", 1, kMostClaimsADay, quota.claims_per_day);
  quota.bytes_per_day = table.integer_or("bytes_per_day", 1, kMostBytesADay, quota.bytes_per_day);
  return quota;
}

}  // namespace

std::int64_t Rule::grant(std::int64_t credited_mg) const {
  if (credited_mg <= 0) return 0;
  return fixed_mg.value_or(std::min(credited_mg, kMostMeasuredMg));
}

Result<Programme> Programme::parse(std::string_view bytes, const std::string& name, const claim::Hasher& hasher) {
  const Table root = Table::parse(bytes, name);
  root.require({"name"});
  auto calendar = Calendar::of_zone(root.text("zone"));
  if (!calendar) root.wrong("zone", calendar.error().message);
  const Table shares = root.table("shares");
  const std::int64_t customer = shares.decimal("customer", 6, Rounding::exact);
  const std::int64_t merchant = shares.decimal("merchant", 6, Rounding::exact);
  const std::int64_t operator_share = shares.decimal("operator", 6, Rounding::exact);
  for (const std::int64_t ppm : {customer, merchant, operator_share}) {
    if (ppm > kMillion) root.wrong("shares", "must each be at most 1");
  }
  if (customer + merchant + operator_share != kMillion) root.wrong("shares", "must add up to exactly 1");
  std::vector<Rule> rules = read_rules(root);
  const Quota quota = read_quota(root);
  const std::int64_t rest_days = root.integer_or("rest_days", 0, kMostDays, kRestDays);
  std::vector<Campaign> campaigns = calendar ? read_campaigns_for(root, *calendar, rules) : std::vector<Campaign>();
  const auto lapse_months = read_lapse_months(root, rules, rest_days);
  const bool screens = root.table_or_empty("screening").boolean_or("on", true);
  if (const auto& error = root.check()) return Failure{*error};

  Programme programme(*calendar);
  programme.customer_ppm_ = customer;
  programme.merchant_ppm_ = merchant;
  programme.operator_ppm_ = operator_share;
  programme.rules_ = std::move(rules);
  programme.quota_ = quota;
  programme.screens_ = screens;
  programme.rest_days_ = rest_days;
  programme.campaigns_ = std::move(campaigns);
  programme.lapse_months_ = lapse_months;
  programme.bytes_ = bytes;
  programme.sha256_ = hasher.sha256({as_bytes(bytes)});
  return programme;
}

const Rule* Programme::rule_for(std::string_view activity) const {
  const auto found = std::find_if(rules_.begin(), rules_.end(), [&](const Rule& rule) { return rule.activity == activity; });
  return found == rules_.end() ? nullptr : &*found;
}

const Campaign* Programme::campaign_for(std::string_view activity, std::string_view merchant, std::int64_t day) const {
  const auto found = std::ranges::find_if(campaigns_, [&](const Campaign& one) { return one.covers(activity, merchant, day); });
  return found == campaigns_.end() ? nullptr : &*found;
}

Split Programme::split(std::int64_t mg) const {
  Split split;
  struct Part {
    std::int64_t* into;
    std::int64_t ppm;
    std::int64_t remainder;
  };
  std::array<Part, 3> parts{
      {{&split.customer, customer_ppm_, 0}, {&split.merchant, merchant_ppm_, 0}, {&split.operator_share, operator_ppm_, 0}}};
  std::int64_t left = mg;
  for (Part& part : parts) {
    const Int128 product = Int128{mg} * part.ppm;
    *part.into = static_cast<std::int64_t>(product / kMillion);
    part.remainder = static_cast<std::int64_t>(product % kMillion);
    left -= *part.into;
  }
  std::stable_sort(parts.begin(), parts.end(), [](const Part& a, const Part& b) { return a.remainder > b.remainder; });
  for (std::size_t i = 0; left > 0; ++i, --left) ++*parts[i].into;
  return split;
}

}  // namespace greentill::credit
