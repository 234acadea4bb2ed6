// SPDX-License-Identifier: Apache-2.0
// Days and moments as credentials write them. Threads: pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace greentill::credential {

/// Nothing where the text is no day in this very form.
[[nodiscard]] std::optional<std::int64_t> parse_day(std::string_view text);
/// "2026-11-30T12:00:00Z". Requires: a year of four digits.
[[nodiscard]] std::string moment_text(std::int64_t unix_seconds);
/// Days and moments outside of these cannot be written.
inline constexpr std::int64_t kFirstDay = -719162;  ///< 0001-01-01
inline constexpr std::int64_t kLastDay = 2932896;   ///< 9999-12-31

}  // namespace greentill::credential
