// SPDX-License-Identifier: Apache-2.0
#include "tools/cli/common/when.hpp"

#include <ctime>

#include "daemon/base/calendar.hpp"
#include "daemon/base/local_time.hpp"
#include "daemon/base/wall_time.hpp"

namespace greentill::cli {
namespace {

constexpr std::size_t kDateSize = 10;         // "2026-11-24"
constexpr std::size_t kDateAndTimeSize = 16;  // "2026-11-24T08:15"

/// What the clock on the wall shows, as seconds since 1970 in a place without a zone, as UTC. In the hour that summer time leaves
/// out the later moment counts.
std::int64_t from_wall(std::int64_t shown) {
  const std::time_t as_utc = shown;
  std::tm parts{};
  if (gmtime_r(&as_utc, &parts) == nullptr) return shown;
  parts.tm_isdst = -1;
  return std::mktime(&parts);
}

Stretch day_of(std::int64_t day) { return {from_wall(day * kSecondsADay), from_wall((day + 1) * kSecondsADay)}; }

}  // namespace

std::optional<Stretch> parse_day(std::string_view text, std::int64_t now) {
  const std::int64_t today = local_day(now);
  if (text == "today") return day_of(today);
  if (text == "yesterday") return day_of(today - 1);
  const auto date = parse_time(text, "%Y-%m-%d");
  return date ? std::optional(day_of(date->seconds / kSecondsADay)) : std::nullopt;
}

std::optional<Stretch> parse_when(std::string_view text, std::int64_t now) {
  if (const auto day = parse_day(text, now)) return day;
  if (const auto moment = parse_rfc3339(text)) return Stretch{*moment, *moment + 1};
  if (const auto time = parse_time(text, "%H:%M")) {
    const std::int64_t moment = from_wall(local_day(now) * kSecondsADay + time->seconds % kSecondsADay);
    return Stretch{moment, moment + 1};
  }
  for (const char* format : {"%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S"}) {
    if (const auto time = parse_time(text, format)) return Stretch{from_wall(time->seconds), from_wall(time->seconds) + 1};
  }
  return std::nullopt;
}

std::string local_time_text(std::int64_t unix_seconds) {
  std::string text = local_rfc3339(unix_seconds).substr(0, kDateAndTimeSize);
  if (text.size() > kDateSize) text[kDateSize] = ' ';
  return text;
}

std::string local_date_text(std::int64_t unix_seconds) { return local_rfc3339(unix_seconds).substr(0, kDateSize); }

}  // namespace greentill::cli
