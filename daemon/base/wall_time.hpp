// SPDX-License-Identifier: Apache-2.0
// Times as texts write them, read strictly: what does not match to the last character, or a day or hour that does not exist, is
// no time. A 60th second (a leap second) is the next minute's first. Threads: pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace greentill {

/// What a text says, before any zone: seconds since 1970-01-01 00:00 on the local clock, and the offset where it states one.
struct WallTime {
  std::int64_t seconds = 0;
  std::optional<std::int64_t> utc_offset_s = {};
};

/// Formats: %Y (4 digits), %m %d %H (1 or 2), %M %S (2), %f (1 to 9 digits of a fraction, dropped), %z (Z, +hh:mm or +hhmm).
/// Every other character stands for itself.
std::optional<WallTime> parse_time(std::string_view text, std::string_view format);

/// ISO 8601 as file formats use it (POSLog, UBL): "2018-07-24T13:22:04", "2018-07-24T13:22:04.000+02:00",
/// "2018-07-24T13:22:04,5+0200", the fraction and the offset optional.
std::optional<WallTime> parse_iso_time(std::string_view text);

/// RFC 3339, in Unix seconds: "2026-11-24T08:15:00+02:00", "2026-11-24 06:15:00.5Z". A space may stand for the T (5.6), the
/// offset is required, a fraction is cut off.
std::optional<std::int64_t> parse_rfc3339(std::string_view text);

}  // namespace greentill
