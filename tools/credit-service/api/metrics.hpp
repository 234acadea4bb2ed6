// SPDX-License-Identifier: Apache-2.0
// What was asked of the API, for a monitoring system: Prometheus' text format, version 0.0.4. Private to api/. Threads: one.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <tuple>

namespace greentill::credit {

class ApiMetrics {
 public:
  /// `pattern`: of the route, so that there are as many lines as routes and no name of anybody; empty: none was found.
  void note(std::string_view method, std::string_view pattern, int status, std::chrono::nanoseconds took);
  [[nodiscard]] std::string text() const;

 private:
  struct Asked {
    std::uint64_t times = 0;
    std::chrono::nanoseconds took{};
  };
  std::map<std::tuple<std::string, std::string, int>, Asked> asked_;
};

}  // namespace greentill::credit
