// SPDX-License-Identifier: Apache-2.0
// Dates and times in the midst of printed text. Threads: immutable after parsing; pure.
//
// Formats: %Y (4 digits), %y (2, of this century), %m %d %H %I (1 or 2), %M %S (2), %p (am or pm, with points or without), %B (a
// month by name, or by three or more of its letters), %A (a word that does not count, such as the day of the week), %o (an
// ordinal's ending: st nd rd th, a point, or none). A space is one or more; any other character stands for itself.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "plugins/escpos/plain_line.hpp"

namespace greentill::escpos {

using Date = std::chrono::year_month_day;
std::string text_of(const Date& date);  ///< "2026-11-24"

struct TimeFormats {
  std::vector<std::string> dates;
  std::vector<std::string> times;
  std::vector<std::string> months;  ///< twelve, folded

  /// Says what is wrong with a format; nothing where it is one.
  static std::optional<std::string> fault_of(std::string_view format);
};

/// Tills of one country print "11/12/2026" for what those of another print "12/11/2026" for.
enum class DateOrder : std::uint8_t {
  as_format,   ///< the format's own
  swapped,     ///< day and month the other way about, between "/" or "-"
  year_first,  ///< where the year has two digits: the first is the year and the last is the day
};
struct DateReading {
  Date date;
  DateOrder order = DateOrder::as_format;
};

/// The first date of a line, and where it ends.
struct FoundDate {
  std::vector<DateReading> readings;  ///< days that exist, each once: the format's own first, where it is one
  std::size_t end = 0;

  [[nodiscard]] Date date() const { return readings.front().date; }
  /// Whether day and month may be the other way about.
  [[nodiscard]] bool is_ambiguous() const { return readings.size() > 1 && readings[1].order == DateOrder::swapped; }
};
std::optional<FoundDate> find_date(const std::string& text, const TimeFormats& formats);
/// The first time of day at or behind `from`, in seconds.
std::optional<std::int64_t> find_time(const std::string& text, std::size_t from, const TimeFormats& formats);

/// Three letters of a month's name or more. `word`, as `months`, folded.
bool is_month(std::string_view word, const std::vector<std::string>& months);

/// When a receipt says it was printed; either part may be missing.
struct PrintedTime {
  std::optional<FoundDate> date;
  std::optional<std::int64_t> time_s;
};
/// The first line with both; else the first date, with a time of the two lines before or behind it.
PrintedTime find_printed_time(const std::vector<PlainLine>& lines, const TimeFormats& formats);

}  // namespace greentill::escpos
