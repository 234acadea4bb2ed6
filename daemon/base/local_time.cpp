// SPDX-License-Identifier: Apache-2.0
#include "daemon/base/local_time.hpp"

#include <array>
#include <cstdio>
#include <cstdlib>
#include <ctime>

#include "daemon/base/calendar.hpp"

namespace greentill {
namespace {

constexpr std::int64_t kSecondsAMinute = 60;
constexpr std::int64_t kMinutesAnHour = 60;
constexpr int kFirstYear = 1900;  // of struct tm
constexpr int kLastYear = 9999;   // of RFC 3339

std::int64_t floor_days(std::int64_t seconds) { return seconds / kSecondsADay - (seconds % kSecondsADay < 0 ? 1 : 0); }

}  // namespace

std::int64_t utc_offset_at(std::int64_t unix_seconds) {
  const std::time_t time = unix_seconds;
  std::tm parts{};
  return localtime_r(&time, &parts) == nullptr ? 0 : parts.tm_gmtoff;
}

std::int64_t local_day(std::int64_t unix_seconds) {
  std::int64_t shown = 0;
  if (__builtin_add_overflow(unix_seconds, utc_offset_at(unix_seconds), &shown)) return floor_days(unix_seconds);
  return floor_days(shown);
}

std::string local_rfc3339(std::int64_t unix_seconds) {
  const std::time_t time = unix_seconds;
  std::tm parts{};
  if (localtime_r(&time, &parts) == nullptr || parts.tm_year + kFirstYear > kLastYear || parts.tm_year + kFirstYear < 0) {
    return std::to_string(unix_seconds);
  }
  const std::int64_t minutes = std::labs(parts.tm_gmtoff) / kSecondsAMinute;
  std::array<char, 64> text{};
  const int size =
      std::snprintf(text.data(), text.size(), "%04d-%02d-%02dT%02d:%02d:%02d%c%02d:%02d", parts.tm_year + kFirstYear,
                    parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec, parts.tm_gmtoff < 0 ? '-' : '+',
                    static_cast<int>(minutes / kMinutesAnHour), static_cast<int>(minutes % kMinutesAnHour));
  return {text.data(), static_cast<std::size_t>(size)};
}

}  // namespace greentill
