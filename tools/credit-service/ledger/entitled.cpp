// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/ledger/entitled.hpp"

#include <nlohmann/json.hpp>

namespace greentill::credit {

Result<Entitled> entitled_of(Lookup& lookup, const std::string& merchant, std::uint32_t root, std::int64_t now) {
  const auto predecessors = lookup.predecessors(merchant, now);
  if (!predecessors) return Failure{predecessors.error()};
  const auto of = lookup.root(root);
  if (!of) return Failure{of.error()};
  const bool owns = *of != nullptr && (*of)->owner == merchant;
  return Entitled{**predecessors, owns, {}};
}

std::string to_json(const Entitled& entitled) {
  nlohmann::json json = {{"predecessors", entitled.predecessors}, {"owner", entitled.owns_root}};
  for (const auto& [claim, mg] : entitled.counted) json["counted"].push_back({claim, mg});
  return json.dump();
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
  for (const auto& one : json.value("counted", nlohmann::json::array())) {
    if (!one.is_array() || one.size() != 2 || !one[0].is_number_integer() || !one[1].is_number_integer()) return std::nullopt;
    entitled.counted[one[0].get<std::int64_t>()] = one[1].get<std::int64_t>();
  }
  return entitled;
}

}  // namespace greentill::credit
