// SPDX-License-Identifier: Apache-2.0
#include "daemon/credential/dates.hpp"

#include <array>
#include <chrono>
#include <cstdio>

#include "daemon/base/calendar.hpp"
#include "daemon/base/wall_time.hpp"

namespace greentill::credential {

std::string day_text(std::int64_t day) {
  const std::chrono::year_month_day date{std::chrono::sys_days{std::chrono::days{day}}};
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%04d-%02u-%02u", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                static_cast<unsigned>(date.day()));
  return text.data();
}

std::optional<std::int64_t> parse_day(std::string_view text) {
  const auto wall = parse_time(text, "%Y-%m-%d");
  if (!wall) return std::nullopt;
  const std::int64_t day = wall->seconds / kSecondsADay - (wall->seconds % kSecondsADay < 0 ? 1 : 0);
  if (day < kFirstDay || day > kLastDay || day_text(day) != text) return std::nullopt;
  return day;
}

std::string moment_text(std::int64_t unix_seconds) {
  std::int64_t day = unix_seconds / kSecondsADay;
  std::int64_t rest = unix_seconds % kSecondsADay;
  if (rest < 0) {
    rest += kSecondsADay;
    --day;
  }
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "T%02d:%02d:%02dZ", static_cast<int>(rest / 3600), static_cast<int>(rest / 60 % 60),
                static_cast<int>(rest % 60));
  return day_text(day) + text.data();
}

}  // namespace greentill::credential
