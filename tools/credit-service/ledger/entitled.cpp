// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/ledger/entitled.hpp"

#include <nlohmann/json.hpp>

namespace greentill::credit {

Result<std::string> entitled_of(Lookup& lookup, const std::string& merchant, std::uint32_t root, std::int64_t now) {
  const auto predecessors = lookup.predecessors(merchant, now);
  if (!predecessors) return Failure{predecessors.error()};
  const auto of = lookup.root(root);
  if (!of) return Failure{of.error()};
  const bool owns = *of != nullptr && (*of)->owner == merchant;
  return nlohmann::json({{"predecessors", **predecessors}, {"owner", owns}}).dump();
}

std::optional<Entitled> parse_entitled(const std::string& text) {
  const auto json = nlohmann::json::parse(text, nullptr, false);
  if (!json.is_object() || !json.contains("predecessors") || !json.contains("owner")) return std::nullopt;
  Entitled entitled;
  if (!json["predecessors"].is_array() || !json["owner"].is_boolean()) return std::nullopt;
  for (const auto& one : json["predecessors"]) {
    if (!one.is_string()) return std::nullopt;
    entitled.predecessors.push_back(one.get<std::string>());
  }
  entitled.owns_root = json["owner"].get<bool>();
  return entitled;
}

}  // namespace greentill::credit
