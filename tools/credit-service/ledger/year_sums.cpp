// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/ledger/year_sums.hpp"

#include <nlohmann/json.hpp>

namespace greentill::credit {

std::string kinds_text(const std::map<std::string, KindSums>& kinds) {
  nlohmann::ordered_json json = nlohmann::ordered_json::object();
  for (const auto& [name, sums] : kinds) {
    nlohmann::ordered_json moved = nlohmann::ordered_json::object();
    for (const auto& [kind, mg] : sums.mg) moved[std::string(to_words(kind))] = mg;
    json[name] = {{"opening", sums.opening}, {"moved", std::move(moved)}, {"closing", sums.closing()}};
  }
  return json.dump();
}

}  // namespace greentill::credit
