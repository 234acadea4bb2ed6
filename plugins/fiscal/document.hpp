// SPDX-License-Identifier: Apache-2.0
// One file of fiscal receipts, of whatever country, as transactions. docs/fiscal.md is what its user reads.
// Threads: immutable, safe from any thread.
#pragma once

#include <string_view>
#include <vector>

#include "greentill/plugin.hpp"
#include "plugins/common/values/limits.hpp"
#include "plugins/common/values/zone.hpp"

namespace greentill::fiscal {

class Documents {
 public:
  /// Throws std::runtime_error where the system's tz database lacks the zones of Spain and Italy.
  Documents();
  /// In the document's order; none where nothing was sold. All are within the limits of gt_transaction. Throws Unusable where the
  /// document is none of those known or cannot be used, with a reason that quotes nothing of it.
  [[nodiscard]] std::vector<plugin::Transaction> read(std::string_view document) const;

 private:
  plugin::Zone madrid_;
  plugin::Zone rome_;
};

}  // namespace greentill::fiscal
