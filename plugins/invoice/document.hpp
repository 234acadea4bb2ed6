// SPDX-License-Identifier: Apache-2.0
// An electronic invoice in place of paper: UBL 2.1 (Peppol BIS Billing 3.0 among them) or UN/CEFACT CII (XRechnung, ZUGFeRD,
// Factur-X), as XML or as the XML inside a PDF. docs/invoice.md is what its user reads. Threads: immutable, safe from any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "plugins/common/readers/document_records.hpp"
#include "plugins/common/values/zone.hpp"

namespace greentill::invoice {

class Documents {
 public:
  /// `zone`: where invoices are issued, for dates and times that state none. Throws std::runtime_error where there is no such
  /// zone.
  explicit Documents(const std::string& zone) : zone_(zone) {}
  /// One bill, or the reversals that a credit note means, or both for a corrected invoice, within the limits of gt_transaction;
  /// or one that is left out. Throws Unusable where the document is none of those known or cannot be used, with a reason that
  /// quotes nothing of it.
  [[nodiscard]] std::vector<plugin::DocumentRecord> read(std::string_view document) const;

 private:
  plugin::Zone zone_;
};

}  // namespace greentill::invoice
