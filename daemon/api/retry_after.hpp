// SPDX-License-Identifier: Apache-2.0
// When a caller is told to come again: Retry-After (RFC 9110, section 10.2.3), of the daemon's local API and of the service's.
#pragma once

#include <string_view>

namespace greentill::api {

/// Seconds, for a problem's status and the last part of its type; empty where to come again would not help.
constexpr std::string_view retry_after(int status, std::string_view problem) {
  if (status == 429 || problem == "overdue") return "60";  // guesses and deliveries are counted by the minute
  return status == 503 ? "1" : "";                         // full or starting: it is over in a moment
}

}  // namespace greentill::api
