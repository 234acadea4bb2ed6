// SPDX-License-Identifier: Apache-2.0
// UBL 2.1 Invoice and CreditNote, Peppol BIS Billing 3.0 among them.
// Format: OASIS UBL 2.1 (os-UBL-2.1), EN 16931-3-2, Peppol BIS Billing 3.0. Threads: pure functions.
#pragma once

#include "plugins/common/readers/xml_tree.hpp"
#include "plugins/common/values/zone.hpp"
#include "plugins/invoice/head.hpp"

namespace greentill::invoice {

/// What is read of it. The buyer, whoever else is named, the lines, the notes and the attachments are not even kept.
bool is_kept_of_ubl(const plugin::XmlName& name);
/// The document, alone or in what Peppol puts around it on its way; null where there is none.
const plugin::XmlElement* find_ubl(const plugin::XmlElement& root);
/// Throws plugin::Unusable, naming the element and quoting nothing of it.
Head read_ubl(const plugin::XmlElement& document, const plugin::Zone& zone);

}  // namespace greentill::invoice
