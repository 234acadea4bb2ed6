// SPDX-License-Identifier: Apache-2.0
// Times as texts write them, read strictly: what does not match to the last character, or a day or hour that does not exist, is
// no time. A 60th second (a leap second) is the next minute's first. Threads: pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace greentill {

/// What a text says before any time zone is applied: seconds since 1970-01-01 00:00 on the local clock, and the offset where the
/// text states one.
struct WallTime {
  std::int64_t seconds = 0;
  std::optional<std::int64_t> utc_offset_s = {};
};

/// Formats: %Y (4 digits), %y (2, of this century), %m %d %H %I (1 or 2), %M %S (2), %p (which half of the day %I is of: am, pm,
/// a.m., p. m. in either case, 上午, 下午, 午前, 午後, 오전, 오후), %f (1 to 9 digits of a fraction, dropped), %z (Z, +hh:mm or
/// +hhmm), %s (Unix seconds, 9 to 11 digits) and %Q (Unix milliseconds, 12 to 14 digits, so that neither is taken for the other),
/// which state that their offset is 0. A space is one, of those that do not break as well; every other character stands for
/// itself. Requires: time_format_fault() has nothing to say; else no text is a time.
std::optional<WallTime> parse_time(std::string_view text, std::string_view format);
/// What is wrong with a format, for people, as in "'%q' is none of …"; nothing where the format is valid.
std::optional<std::string> time_format_fault(std::string_view format);

/// ISO 8601 as file formats use it (POSLog, UBL): "2018-07-24T13:22:04", "2018-07-24T13:22:04.000+02:00",
/// "2018-07-24T13:22:04,5+0200", the fraction and the offset optional.
std::optional<WallTime> parse_iso_time(std::string_view text);

/// RFC 3339, in Unix seconds: "2026-11-24T08:15:00+02:00", "2026-11-24 06:15:00.5Z". A space may stand for the T (5.6), the
/// offset is required, a fraction is cut off.
std::optional<std::int64_t> parse_rfc3339(std::string_view text);

}  // namespace greentill
