// SPDX-License-Identifier: Apache-2.0
#include "daemon/credential/dates.hpp"

#include "daemon/base/time_text.hpp"
#include "daemon/base/wall_time.hpp"

namespace greentill::credential {

std::optional<std::int64_t> parse_day(std::string_view text) {
  const auto wall = parse_time(text, "%Y-%m-%d");
  if (!wall) return std::nullopt;
  const std::int64_t day = day_at(wall->seconds);
  if (day < kFirstDay || day > kLastDay || date_text(day) != text) return std::nullopt;
  return day;
}

std::string moment_text(std::int64_t unix_seconds) { return clock_text(unix_seconds, 'T').value_or("") + 'Z'; }

}  // namespace greentill::credential
