// SPDX-License-Identifier: Apache-2.0
#include "plugins/poslog/settings.hpp"

#include "daemon/event/limits.hpp"
#include "daemon/event/transaction.hpp"

#include <algorithm>

namespace greentill::poslog {

Settings Settings::read(const plugin::Toml& toml) {
  Settings settings{toml.text("issuer"), plugin::Zone(toml.text("zone")), {}, {}};
  if (settings.issuer.empty() || settings.issuer.size() > event::kMaxIssuerBytes) toml.wrong("issuer", "must be 1 to 64 bytes");
  if (!toml.has("receipt")) return settings;
  const plugin::Toml receipt = toml.table("receipt");
  receipt.only({"element", "values"});
  settings.medium_element = receipt.text("element");
  if (settings.medium_element.empty()) receipt.wrong("element", "must be the name of an element");
  const plugin::Toml values = receipt.table("values");
  for (const std::string& word : values.keys()) {
    std::string medium = values.text(word);
    if (std::find(event::kMediumNames.begin(), event::kMediumNames.end(), medium) == event::kMediumNames.end()) {
      values.wrong(word, "must be paper, none, qr, email, app or einvoice");
    }
    settings.media.emplace(word, std::move(medium));
  }
  return settings;
}

}  // namespace greentill::poslog
