// SPDX-License-Identifier: Apache-2.0
// One file of fiscal receipts, of whatever country, as transactions. docs/fiscal.md is what its user reads.
// Threads: immutable, safe from any thread.
#pragma once

#include <string_view>
#include <vector>

#include "plugins/common/readers/document_records.hpp"
#include "plugins/common/values/zone.hpp"

namespace greentill::fiscal {

class Documents {
 public:
  /// Throws std::runtime_error where the system's tz database lacks the zones of Spain and Italy.
  Documents();
  /// In the document's order, within the limits of gt_transaction. Of a delivery of many records each that cannot be used is one
  /// record with the reason, and so is what is left out: closings, events. Throws Unusable where the document as a whole is none
  /// of those known or cannot be used. No reason quotes anything of it.
  [[nodiscard]] std::vector<plugin::DocumentRecord> read(std::string_view document) const;

 private:
  plugin::Zone madrid_;
  plugin::Zone rome_;
};

}  // namespace greentill::fiscal
