// SPDX-License-Identifier: Apache-2.0
// Days and times as we write them; wall_time.hpp reads. Threads: pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "daemon/base/calendar.hpp"

namespace greentill {

/// The day in which a moment is, or which a clock shows then: days since 1970-01-01.
constexpr std::int64_t day_at(std::int64_t seconds) { return seconds / kSecondsADay - (seconds % kSecondsADay < 0 ? 1 : 0); }

/// "2026-11-30" of days since 1970-01-01. Requires: a year of four digits.
[[nodiscard]] std::string date_text(std::int64_t day);

/// "2026-11-30T12:00:00", with that character between, of seconds since 1970 on the clock that is meant. Nothing where the year
/// has not four digits.
[[nodiscard]] std::optional<std::string> clock_text(std::int64_t seconds, char between);

/// "+02:00", as RFC 3339 writes an offset.
[[nodiscard]] std::string offset_text(std::int64_t utc_offset_s);

}  // namespace greentill
