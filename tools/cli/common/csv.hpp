// SPDX-License-Identifier: Apache-2.0
// Comma-separated values as RFC 4180 has them, for spreadsheets. Threads: pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace greentill::cli {

/// One record with its line end (CR LF), quoted and kept from being reckoned as tools::csv_line() does. What steers a terminal is
/// made visible, since the list may be shown on one.
[[nodiscard]] std::string csv_record(const std::vector<std::string>& fields);

/// Grams with three decimals and a point, without grouping: "1234.567".
[[nodiscard]] std::string csv_grams(std::int64_t mg);

}  // namespace greentill::cli
