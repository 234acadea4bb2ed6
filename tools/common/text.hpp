// SPDX-License-Identifier: Apache-2.0
// Numbers, times and lists as the commands print them. Threads: pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace greentill::tools {

/// "2026-11-24 08:15:00Z".
[[nodiscard]] std::string time_text(std::int64_t unix_seconds);
/// "1,234.567 g".
[[nodiscard]] std::string grams_text(std::int64_t mg);
/// "1234.567", for a spreadsheet.
[[nodiscard]] std::string plain_grams(std::int64_t mg);
/// "12,345".
[[nodiscard]] std::string count_text(std::uint64_t count);
/// "1 claim", "12,345 claims".
[[nodiscard]] std::string counted(std::uint64_t count, std::string_view noun);
/// The words with a space between.
[[nodiscard]] std::string joined(const std::vector<std::string>& words);

}  // namespace greentill::tools
