// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/api/routing.hpp"

#include <optional>

#include "tools/credit-service/api/call.hpp"

namespace greentill::credit {
namespace {

constexpr std::size_t kMostPath = 400;

std::string_view take_segment(std::string_view& rest) {
  rest.remove_prefix(1);  // its slash
  const std::size_t end = std::min(rest.find('/'), rest.size());
  const std::string_view segment = rest.substr(0, end);
  rest.remove_prefix(end);
  return segment;
}

std::optional<std::vector<std::string>> match(std::string_view pattern, std::string_view path) {
  std::vector<std::string> names;
  while (pattern.starts_with('/') && path.starts_with('/')) {
    const std::string_view wanted = take_segment(pattern), given = take_segment(path);
    if (wanted.starts_with('{')) {
      if (given.empty()) return std::nullopt;
      names.emplace_back(given);
    } else if (wanted != given) {
      return std::nullopt;
    }
  }
  return pattern.empty() && path.empty() ? std::optional(std::move(names)) : std::nullopt;
}

}  // namespace

FoundRoute find_route(std::string_view method, std::string_view path) {
  FoundRoute found;
  if (path.size() > kMostPath) return found;
  for (const auto routes :
       {account_routes(), order_routes(), tree_routes(), certificate_routes(), bookkeeping_routes(), service_routes()}) {
    for (const Route& route : routes) {
      auto names = match(route.pattern, path);
      if (!names) continue;
      found.allowed += (found.allowed.empty() ? "" : ", ") + std::string(route.method);
      if (route.method != method) continue;
      found.route = &route;
      found.names = std::move(*names);
    }
  }
  return found;
}

}  // namespace greentill::credit
