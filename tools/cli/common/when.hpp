// SPDX-License-Identifier: Apache-2.0
// Times as people say and read them, in the zone of the machine. Threads: safe from any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace greentill::cli {

/// A stretch of time in Unix seconds: from `begin` on, before `end`. A moment has its second.
struct Stretch {
  std::int64_t begin = 0;
  std::int64_t end = 0;
};

/// "today", "yesterday", "2026-11-24" (that day), "2026-11-24 08:15", "2026-11-24T08:15:30", "08:15" (of today), or with an
/// offset "2026-11-24T08:15:00+02:00". Nothing where it is none of these.
[[nodiscard]] std::optional<Stretch> parse_when(std::string_view text, std::int64_t now);
/// As above, of days alone.
[[nodiscard]] std::optional<Stretch> parse_day(std::string_view text, std::int64_t now);
/// What a text may say, for complaints and help.
inline constexpr const char* kWhenForms =
    "a date such as 2026-11-24, a time such as \"2026-11-24 08:15\" or 08:15, today, yesterday";

/// "2026-11-24 08:15".
[[nodiscard]] std::string local_time_text(std::int64_t unix_seconds);
/// "2026-11-24".
[[nodiscard]] std::string local_date_text(std::int64_t unix_seconds);

}  // namespace greentill::cli
