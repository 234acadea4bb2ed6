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

/// The first date of a line, and where it ends.
struct FoundDate {
  Date date;
  std::size_t end = 0;
};
std::optional<FoundDate> find_date(const std::string& text, const TimeFormats& formats);
/// The first time of day at or behind `from`, in seconds.
std::optional<std::int64_t> find_time(const std::string& text, std::size_t from, const TimeFormats& formats);

/// When a receipt says it was printed; either part may be missing.
struct PrintedTime {
  std::optional<Date> date;
  std::optional<std::int64_t> time_s;
};
/// The first line with both; else the first date, with a time of the two lines before or behind it.
PrintedTime find_printed_time(const std::vector<PlainLine>& lines, const TimeFormats& formats);

}  // namespace greentill::escpos
