// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/programme/campaign.hpp"

#include <algorithm>

#include "daemon/claim/claim.hpp"

namespace greentill::credit {
namespace {

__extension__ using Wide = __int128;

constexpr std::int64_t kPpm = 1'000'000;
constexpr std::int64_t kMostShares = 100 * kPpm;  // a hundred times what is granted
constexpr std::int64_t kMostFixedMg = std::int64_t{1} << 40;
constexpr std::size_t kMostName = 40;

std::int64_t read_date(const toml::Table& table, const char* key, const Calendar& calendar) {
  if (const auto day = calendar.day_of(table.text(key))) return *day;
  table.wrong(key, "is no date such as \"2026-11-24\"");
  return 0;
}

Campaign read_campaign(const toml::Table& table, const Calendar& calendar) {
  Campaign campaign;
  campaign.name = table.filled_text("name", kMostName);
  campaign.budget = table.text("budget");
  if (!is_budget_name(campaign.budget)) table.wrong("budget", "is a name of 1 to 40 of a to z, 0 to 9 and hyphen");
  campaign.first_day = read_date(table, "begin", calendar);
  campaign.last_day = read_date(table, "end", calendar);
  if (campaign.last_day < campaign.first_day) table.wrong("end", "is the last day, and lies before \"begin\"");
  campaign.activities = table.texts("activities");
  if (campaign.activities.empty()) table.wrong("activities", "names none");
  campaign.merchants = table.texts_or_none("merchants");
  if (table.has("merchants") && campaign.merchants.empty()) {
    table.wrong("merchants", "names none; without the key the campaign is for all");
  }
  campaign.share_ppm = table.decimal_or("share", 6, Rounding::exact, 0);
  campaign.fixed_mg = table.integer_or("fixed_mg", 1, kMostFixedMg, 0);
  if (campaign.share_ppm > kMostShares) table.wrong("share", "is of what is granted, at most \"100\"");
  if ((campaign.share_ppm > 0) == (campaign.fixed_mg > 0)) {
    table.wrong("name", "needs \"share\" above 0, of what is granted, or \"fixed_mg\" for each act, and not both");
  }
  return campaign;
}

bool names(const std::vector<std::string>& list, std::string_view one) { return std::ranges::find(list, one) != list.end(); }

}  // namespace

bool is_budget_name(std::string_view name) { return claim::is_device_id(name); }  // the form of all short names

bool Campaign::covers(std::string_view activity, std::string_view merchant, std::int64_t day) const {
  return day >= first_day && day <= last_day && names(activities, activity) && (merchants.empty() || names(merchants, merchant));
}

std::int64_t Campaign::bonus(std::int64_t granted_mg) const {
  if (granted_mg == 0) return 0;
  return fixed_mg + static_cast<std::int64_t>(Wide{granted_mg} * share_ppm / kPpm);
}

std::vector<Campaign> read_campaigns(const toml::Table& root, const Calendar& calendar) {
  std::vector<Campaign> campaigns;
  for (const toml::Table& table : root.tables("campaign")) {
    Campaign campaign = read_campaign(table, calendar);
    if (std::ranges::find(campaigns, campaign.name, &Campaign::name) != campaigns.end()) table.wrong("name", "stands twice");
    campaigns.push_back(std::move(campaign));
  }
  return campaigns;
}

}  // namespace greentill::credit
