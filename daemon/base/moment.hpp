// SPDX-License-Identifier: Apache-2.0
// Moments and clocks in words, for people who look for what is wrong with one. Threads: pure functions.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "daemon/base/ports.hpp"

namespace greentill {

/// 2026-11-01, before the first release: a clock that shows an earlier time was never set. Raised with each release.
inline constexpr std::int64_t kReleased = 1793491200;

/// "2026-11-29 11:50:01 UTC".
[[nodiscard]] std::string utc_text(std::int64_t unix_seconds);

/// How long that is, rounded down to its largest unit: "3 days", "1 hour", "12 minutes", "5 seconds". The sign is dropped.
[[nodiscard]] std::string span_text(std::int64_t seconds);

/// What the clock shows and whether it can be trusted: "2026-11-29 11:50:01 UTC, and no time server keeps it".
[[nodiscard]] std::string shown_by(const Clock& clock);

/// When an SQLite database was last written, the log beside it included, in Unix seconds; nothing where it is not there.
[[nodiscard]] std::optional<std::int64_t> database_written(const std::filesystem::path& path);

/// Why the clock must be wrong, where that is certain without asking anybody: it shows a time before `kReleased`, or one before
/// `written`, when `what` was last written.
[[nodiscard]] std::optional<std::string> clock_fault(const Clock& clock, std::optional<std::int64_t> written = std::nullopt,
                                                     const std::string& what = {});

}  // namespace greentill
