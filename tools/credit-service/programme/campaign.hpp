// SPDX-License-Identifier: Apache-2.0
// What a budget adds to what the programme grants, for acts of some days. docs/credit-service.md, "Campaigns". Threads:
// immutable, safe from any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/toml/table.hpp"
#include "tools/credit-service/programme/calendar.hpp"

namespace greentill::credit {

struct Campaign {
  std::string name;
  std::string budget;                   ///< the account of that name pays
  std::int64_t first_day = 0;           ///< 20261124, in the programme's zone: of acts that ended then
  std::int64_t last_day = 0;            ///< itself included
  std::vector<std::string> activities;  ///< one at least
  std::vector<std::string> merchants;   ///< of claims; empty: of all
  std::int64_t share_ppm = 0;           ///< of what is granted
  std::int64_t fixed_mg = 0;            ///< for each act for which anything is granted

  [[nodiscard]] bool covers(std::string_view activity, std::string_view merchant, std::int64_t day) const;
  /// What it adds for the customer, as long as its budget has so much. Requires: granted_mg >= 0.
  [[nodiscard]] std::int64_t bonus(std::int64_t granted_mg) const;
};

/// Those of a programme's file, in its order; what is wrong is recorded in `root`.
std::vector<Campaign> read_campaigns(const toml::Table& root, const Calendar& calendar);

/// Whether it can be the name of a budget or a sponsor: 1 to 40 of a to z, 0 to 9 and hyphen.
[[nodiscard]] bool is_budget_name(std::string_view name);

}  // namespace greentill::credit
