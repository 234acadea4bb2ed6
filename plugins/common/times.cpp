// SPDX-License-Identifier: Apache-2.0
#include "plugins/common/times.hpp"

#include <date/date.h>
#include <date/tz.h>

#include <cstdlib>
#include <stdexcept>

namespace greentill::plugin {
namespace {

constexpr std::int64_t kDurationTolerance = 120;

class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  bool number(std::size_t least, std::size_t most, int& value) {
    std::size_t digits = 0;
    value = 0;
    while (digits < most && digits < text_.size() && text_[digits] >= '0' && text_[digits] <= '9') {
      value = value * 10 + (text_[digits++] - '0');
    }
    text_.remove_prefix(digits);
    return digits >= least;
  }
  bool literal(char expected) {
    if (text_.empty() || text_.front() != expected) return false;
    text_.remove_prefix(1);
    return true;
  }
  bool offset(std::int64_t& seconds) {
    if (literal('Z') || literal('z')) return true;
    const bool negative = !text_.empty() && text_.front() == '-';
    if (!literal('-') && !literal('+')) return false;
    int hours = 0;
    int minutes = 0;
    if (!number(2, 2, hours)) return false;
    literal(':');
    if (!number(2, 2, minutes) || hours > 23 || minutes > 59) return false;
    seconds = (negative ? -1 : 1) * (hours * 3600 + minutes * 60);
    return true;
  }
  [[nodiscard]] bool done() const { return text_.empty(); }

 private:
  std::string_view text_;
};

struct Fields {
  int year = 1970;
  int month = 1;
  int day = 1;
  int hour = 0;
  int minute = 0;
  int second = 0;
  int fraction = 0;
  std::int64_t offset = 0;
  bool has_offset = false;
};

bool scan(Scanner& in, char what, Fields& into) {
  switch (what) {
    case 'Y': return in.number(4, 4, into.year);
    case 'm': return in.number(1, 2, into.month);
    case 'd': return in.number(1, 2, into.day);
    case 'H': return in.number(1, 2, into.hour);
    case 'M': return in.number(2, 2, into.minute);
    case 'S': return in.number(2, 2, into.second);
    case 'f': return in.number(1, 9, into.fraction);
    case 'z': into.has_offset = true; return in.offset(into.offset);
    default: return false;
  }
}

std::optional<WallTime> assemble(const Fields& f) {
  const date::year_month_day day =
      date::year(f.year) / date::month(static_cast<unsigned>(f.month)) / date::day(static_cast<unsigned>(f.day));
  if (!day.ok() || f.hour > 23 || f.minute > 59 || f.second > 60) return std::nullopt;
  const std::int64_t days = date::sys_days(day).time_since_epoch().count();
  WallTime time{days * 86400 + f.hour * 3600 + f.minute * 60 + f.second, std::nullopt};
  if (f.has_offset) time.utc_offset_s = f.offset;
  return time;
}

}  // namespace

std::optional<WallTime> parse_time(std::string_view text, std::string_view format) {
  Scanner in(text);
  Fields fields;
  for (std::size_t i = 0; i < format.size(); ++i) {
    const bool matched = format[i] == '%' && i + 1 < format.size() ? scan(in, format[++i], fields) : in.literal(format[i]);
    if (!matched) return std::nullopt;
  }
  return in.done() ? assemble(fields) : std::nullopt;
}

Zone::Zone(const std::string& name) : name_(name) {
  try {
    zone_ = date::locate_zone(name);
  } catch (const std::exception&) {
    throw std::runtime_error("there is no time zone '" + name + "'; name one of the IANA database, such as Europe/Helsinki");
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
