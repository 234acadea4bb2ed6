// SPDX-License-Identifier: Apache-2.0
// What a receipt of a POSLog means: docs/poslog.md. Threads: pure functions.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/toml/table.hpp"
#include "greentill/plugin.hpp"
#include "plugins/common/values/zone.hpp"
#include "plugins/poslog/log_parser.hpp"
#include "plugins/poslog/receipt.hpp"

namespace greentill::poslog {

struct Settings {
  std::string issuer;
  plugin::Zone zone;
  std::string currency;  ///< of amounts that state none; or empty
  /// POSLog has no element of its own for how the receipt was given: tills that say it use one of theirs; and what its words
  /// mean.
  Told medium;
  std::map<std::string, std::string, std::less<>> media;
  Told category;  ///< in place of MerchandiseHierarchy

  /// Throws std::runtime_error as toml::Table does.
  static Settings read(const toml::Table& toml);
};

/// The sale of a receipt, if it is one, and what it takes back: a reversal for each sale that it names, and a doubtful record for
/// what it does not say the sale of. Throws plugin::LeftOut where nothing was sold: cancelled, voided before it was paid, no
/// retail transaction; plugin::Unusable where it cannot be read.
std::vector<plugin::Transaction> transactions_of(const Receipt& receipt, const Settings& settings);

}  // namespace greentill::poslog
