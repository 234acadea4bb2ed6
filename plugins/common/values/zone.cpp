// SPDX-License-Identifier: Apache-2.0
#include "plugins/common/values/zone.hpp"

#include <date/tz.h>

#include <cstdlib>
#include <stdexcept>

#include "daemon/base/no_zone.hpp"

namespace greentill::plugin {
namespace {

constexpr std::int64_t kDurationTolerance = 120;

}  // namespace

Zone::Zone(const std::string& name) : name_(name) {
  try {
    zone_ = date::locate_zone(name);
  } catch (const std::exception&) {
    throw std::runtime_error(why_no_zone(name, [](const char* other) { return date::locate_zone(other); }));
  }
}

Readings Zone::readings(std::int64_t wall_seconds) const {
  const date::local_seconds wall{std::chrono::seconds(wall_seconds)};
  const date::local_info info = static_cast<const date::time_zone*>(zone_)->get_info(wall);
  if (info.result == date::local_info::nonexistent) return {};
  Readings all{wall_seconds - info.first.offset.count()};
  if (info.result == date::local_info::ambiguous) all.push_back(wall_seconds - info.second.offset.count());
  return all;
}

std::optional<std::int64_t> Zone::moment(const std::optional<WallTime>& wall) const {
  if (!wall) return std::nullopt;
  if (wall->utc_offset_s) return wall->seconds - *wall->utc_offset_s;
  const Readings all = readings(wall->seconds);
  return all.empty() ? std::nullopt : std::optional(all.front());
}

std::int64_t Zone::wall_seconds(std::int64_t unix_seconds) const {
  const date::sys_seconds moment{std::chrono::seconds(unix_seconds)};
  return unix_seconds + static_cast<const date::time_zone*>(zone_)->get_info(moment).offset.count();
}

std::optional<Span> choose(const Readings& begins, const Readings& ends, std::optional<std::int64_t> duration_s) {
  std::optional<Span> fitting;
  std::optional<Span> forward;
  for (const std::int64_t begin : begins) {
    for (const std::int64_t end : ends) {
      if (end < begin) continue;
      if (!forward) forward = Span{begin, end};
      if (!fitting && duration_s && std::abs(end - begin - *duration_s) <= kDurationTolerance) fitting = Span{begin, end};
    }
  }
  return fitting ? fitting : forward;
}

}  // namespace greentill::plugin
