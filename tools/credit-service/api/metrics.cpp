// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/api/metrics.hpp"

#include <cstdio>

namespace greentill::credit {
namespace {

/// Callers choose their method: of those that nothing takes there may be any number.
std::string_view known_method(std::string_view method) {
  for (const std::string_view one : {"GET", "HEAD", "POST", "PUT", "DELETE"}) {
    if (method == one) return one;
  }
  return "other";
}

std::string seconds_text(std::chrono::nanoseconds took) {
  char text[40];
  std::snprintf(text, sizeof text, "%.6f", std::chrono::duration<double>(took).count());
  return text;
}

}  // namespace

void ApiMetrics::note(std::string_view method, std::string_view pattern, int status, std::chrono::nanoseconds took) {
  Asked& asked = asked_[{std::string(known_method(method)), std::string(pattern), status}];
  ++asked.times;
  asked.took += took;
}

std::string ApiMetrics::text() const {
  std::string counts =
      "# HELP greentill_api_requests_total Requests that were answered.\n# TYPE greentill_api_requests_total counter\n";
  std::string times =
      "# HELP greentill_api_seconds_total Time that answering took.\n# TYPE greentill_api_seconds_total counter\n";
  for (const auto& [key, asked] : asked_) {
    const auto& [method, pattern, status] = key;
    const std::string labels = "{method=\"" + method + "\",route=\"" + pattern + "\",status=\"" + std::to_string(status) + "\"} ";
    counts += "greentill_api_requests_total" + labels + std::to_string(asked.times) + '\n';
    times += "greentill_api_seconds_total" + labels + seconds_text(asked.took) + '\n';
  }
  return counts + times;
}

}  // namespace greentill::credit
