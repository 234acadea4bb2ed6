// SPDX-License-Identifier: Apache-2.0
#include "plugins/poslog/settings.hpp"

#include "daemon/event/limits.hpp"
#include "daemon/event/transaction.hpp"
namespace greentill::poslog {

Settings Settings::read(const toml::Table& toml) {
  Settings settings{toml.filled_text("issuer", event::kMaxIssuerBytes), plugin::Zone(toml.text("zone")), {}, {}};
  if (!toml.has("receipt")) return settings;
  const toml::Table receipt = toml.table("receipt");
  settings.medium_element = receipt.filled_text("element");
  const toml::Table values = receipt.table("values");
  for (const std::string& word : values.keys()) {
    settings.media.emplace(word, event::kMediumNames[values.choice(word, event::kMediumNames)]);
  }
  return settings;
}

}  // namespace greentill::poslog
