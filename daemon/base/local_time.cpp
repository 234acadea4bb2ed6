// SPDX-License-Identifier: Apache-2.0
#include "daemon/base/local_time.hpp"

#include <ctime>

#include "daemon/base/time_text.hpp"

namespace greentill {
std::int64_t utc_offset_at(std::int64_t unix_seconds) {
  const std::time_t time = unix_seconds;
  std::tm parts{};
  return localtime_r(&time, &parts) == nullptr ? 0 : parts.tm_gmtoff;
}

std::int64_t local_day(std::int64_t unix_seconds) {
  std::int64_t shown = 0;
  if (__builtin_add_overflow(unix_seconds, utc_offset_at(unix_seconds), &shown)) return day_at(unix_seconds);
  return day_at(shown);
}

std::string local_rfc3339(std::int64_t unix_seconds) {
  const std::int64_t offset = utc_offset_at(unix_seconds);  // 0 where the sum would not fit
  const auto text = clock_text(unix_seconds + offset, 'T');
  return text ? *text + offset_text(offset) : std::to_string(unix_seconds);
}

}  // namespace greentill
