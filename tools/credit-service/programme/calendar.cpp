// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/programme/calendar.hpp"

#include <date/tz.h>

#include <algorithm>
#include <exception>

namespace greentill::credit {
namespace {

constexpr std::int64_t kFirstSecond = -62'135'510'400;  // within the year 1, whatever the zone's offset
constexpr std::int64_t kLastSecond = 253'402'214'400;   // a day before the end of 9999

}  // namespace

Result<Calendar> Calendar::of_zone(const std::string& zone) {
  try {
    return Calendar(date::locate_zone(zone));
  } catch (const std::exception&) {
    return fail(ErrorCode::invalid, "the time zone database has no '" + zone + "'");
  }
}

CalendarDay Calendar::local(std::int64_t unix_seconds) const {
  const std::chrono::seconds since_epoch(std::clamp(unix_seconds, kFirstSecond, kLastSecond));
  const auto local = zone_->to_local(date::sys_seconds(since_epoch));
  const date::year_month_day day(date::floor<date::days>(local));
  const std::int64_t month = std::int64_t{static_cast<int>(day.year())} * 100 + static_cast<unsigned>(day.month());
  return {month * 100 + static_cast<unsigned>(day.day()), month};
}

}  // namespace greentill::credit
