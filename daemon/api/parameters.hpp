// SPDX-License-Identifier: Apache-2.0
// Parameters that several lists have. Private to daemon/api. Threads: pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "daemon/api/problem.hpp"
#include "daemon/base/result.hpp"

namespace greentill::api {

/// A stretch of time in Unix seconds: from `since` on, before `until`.
struct Period {
  std::int64_t since = INT64_MIN;
  std::int64_t until = INT64_MAX;

  [[nodiscard]] bool holds(std::int64_t time) const { return since <= time && time < until; }
  [[nodiscard]] bool is_all() const { return since == INT64_MIN && until == INT64_MAX; }
};

/// Reads `since` or `until`, in Unix seconds or RFC 3339. False where the parameter is another one; the problem where its value
/// is no time.
[[nodiscard]] Result<bool, Problem> read_period(std::string_view name, std::string_view value, Period& into);

/// What is printed, as it is stored: with card numbers masked.
[[nodiscard]] std::string read_printed(std::string value);

}  // namespace greentill::api
