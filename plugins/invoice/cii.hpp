// SPDX-License-Identifier: Apache-2.0
// UN/CEFACT Cross Industry Invoice: XRechnung, ZUGFeRD 2 and Factur-X in all their profiles.
// Format: UN/CEFACT CII D16B to D22B (one namespace), EN 16931-3-3. Threads: pure functions.
#pragma once

#include "plugins/common/readers/xml_tree.hpp"
#include "plugins/common/values/zone.hpp"
#include "plugins/invoice/head.hpp"

namespace greentill::invoice {

/// What is read of it, and the root of ZUGFeRD 1.0, so that it can be told what it is.
bool is_kept_of_cii(const plugin::XmlName& name);
/// Whether the root is an invoice of CII. Throws plugin::Unusable for ZUGFeRD 1.0, which is another format.
bool is_cii(const plugin::XmlElement& root);
/// Throws plugin::Unusable, naming the element and quoting nothing of it.
Head read_cii(const plugin::XmlElement& document, const plugin::Zone& zone);

}  // namespace greentill::invoice
