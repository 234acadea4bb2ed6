// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/programme/calendar.hpp"

#include <date/tz.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <exception>

#include "daemon/base/no_zone.hpp"
#include "daemon/base/text.hpp"

namespace greentill::credit {
namespace {

constexpr std::int64_t kFirstSecond = -62'135'510'400;  // within the year 1, whatever the zone's offset
constexpr std::int64_t kLastSecond = 253'402'214'400;   // a day before the end of 9999

}  // namespace

std::string day_text(std::int64_t day) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%04d-%02d-%02d", static_cast<int>(day / 10'000), static_cast<int>(day / 100 % 100),
                static_cast<int>(day % 100));
  return text.data();
}

Result<Calendar> Calendar::of_zone(const std::string& zone) {
  try {
    return Calendar(date::locate_zone(zone));
  } catch (const std::exception&) {
    return fail(ErrorCode::invalid, why_no_zone(zone, [](const char* other) { return date::locate_zone(other); }));
  }
}

const std::string& Calendar::zone() const { return zone_->name(); }

std::optional<std::int64_t> Calendar::day_of(std::string_view text) const {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  const std::string digits = std::string(text.substr(0, 4)) + std::string(text.substr(5, 2)) + std::string(text.substr(8));
  const auto day = parse_integer<std::int64_t>(digits);
  return day && *day >= 10'000 && begin_of(*day) ? day : std::nullopt;
}

CalendarDay Calendar::local(std::int64_t unix_seconds) const {
  const std::chrono::seconds since_epoch(std::clamp(unix_seconds, kFirstSecond, kLastSecond));
  const auto local = zone_->to_local(date::sys_seconds(since_epoch));
  const date::year_month_day day(date::floor<date::days>(local));
  const std::int64_t month = std::int64_t{static_cast<int>(day.year())} * 100 + static_cast<unsigned>(day.month());
  return {month * 100 + static_cast<unsigned>(day.day()), month};
}

std::optional<std::int64_t> Calendar::begin_of(std::int64_t day) const { return begin_of(day, 0); }

std::optional<std::int64_t> Calendar::end_of(std::int64_t day) const { return begin_of(day, 1); }

std::optional<std::int64_t> Calendar::begin_of(std::int64_t day, int days_later) const {
  const date::year_month_day date(date::year(static_cast<int>(day / 10'000)), date::month(static_cast<unsigned>(day / 100 % 100)),
                                  date::day(static_cast<unsigned>(day % 100)));
  if (day < 0 || !date.ok()) return std::nullopt;
  // A midnight that a change of clocks leaves out is the moment of the change.
  const date::local_days midnight = date::local_days(date) + date::days(days_later);
  return zone_->to_sys(date::local_seconds(midnight), date::choose::earliest).time_since_epoch().count();
}

}  // namespace greentill::credit
