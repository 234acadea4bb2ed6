// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/programme/settlement.hpp"

#include <algorithm>
#include <limits>

namespace greentill::credit {
namespace {

constexpr std::int64_t kNoLimit = std::numeric_limits<std::int64_t>::max();

}  // namespace

void Settlement::add(std::string_view activity, std::int64_t measured_mg, std::int64_t ended, const std::string& holder) {
  const Rule* rule = programme_.rule_for(activity);
  const std::int64_t mg = rule == nullptr ? 0 : rule->grant(measured_mg);
  if (mg == 0) return;
  Line* line = nullptr;
  if (rule->has_limits() && !holder.empty()) {
    const CalendarDay day = programme_.calendar().local(ended);
    line = &limited_[{std::string(activity), holder, day.month}][day.day];
  } else {
    line = &free_[std::string(activity)];
  }
  ++line->acts;
  line->granted_mg += mg;
}

std::map<std::string, Settlement::Line> Settlement::lines() const {
  std::map<std::string, Line> all(free_.begin(), free_.end());
  for (const auto& [subject, days] : limited_) {
    const std::string& activity = std::get<0>(subject);
    const Rule& rule = *programme_.rule_for(activity);
    Line& line = all[activity];
    std::int64_t asked = 0, of_month = 0;
    for (const auto& [day, one] : days) {
      line.acts += one.acts;
      asked += one.granted_mg;
      of_month += std::min(one.granted_mg, rule.limit_per_day_mg.value_or(kNoLimit));
    }
    const std::int64_t granted = std::min(of_month, rule.limit_per_month_mg.value_or(kNoLimit));
    line.granted_mg += granted;
    line.cut_mg += asked - granted;
  }
  return all;
}

}  // namespace greentill::credit
