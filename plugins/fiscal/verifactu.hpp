// SPDX-License-Identifier: Apache-2.0
// VeriFactu, the records of invoices of the rest of Spain: issued, corrected and cancelled, alone or many in one delivery; and
// the records of events beside them, which are no invoices. Format: SuministroInformacion.xsd, SuministroLR.xsd and
// EventosSIF.xsd of the Agencia Tributaria, version 1.0. Threads: pure functions.
#pragma once

#include <vector>

#include "greentill/plugin.hpp"
#include "plugins/common/readers/xml_tree.hpp"

namespace greentill::fiscal {

/// The records in the document, in its order; they stand alone as well as in a delivery's envelope.
std::vector<const plugin::XmlElement*> verifactu_records(const plugin::XmlElement& root);

/// Throws LeftOut for an event's; Unusable, naming the field and quoting nothing of it.
std::vector<plugin::Transaction> read_verifactu(const plugin::XmlElement& record);

}  // namespace greentill::fiscal
