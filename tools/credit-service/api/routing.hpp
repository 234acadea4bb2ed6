// SPDX-License-Identifier: Apache-2.0
// Finds what answers a request. Private to api/. Threads: pure functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace greentill::credit {

struct Route;

struct FoundRoute {
  const Route* route = nullptr;
  std::vector<std::string> names;  ///< what stands in the path for the pattern's braces
  std::string allowed;             ///< the methods that the path takes: "GET, POST"
};
FoundRoute find_route(std::string_view method, std::string_view path);

}  // namespace greentill::credit
