// SPDX-License-Identifier: Apache-2.0
// TicketBAI, the invoices of the Basque Country, signed or not, and their cancellations.
// Format: TicketBAI schemas 1.2 (urn:ticketbai:emision, urn:ticketbai:anulacion).
// Threads: pure functions; the zone is immutable.
#pragma once

#include <vector>

#include "greentill/plugin.hpp"
#include "plugins/common/readers/xml_tree.hpp"
#include "plugins/common/values/zone.hpp"

namespace greentill::fiscal {

bool is_ticketbai(const plugin::XmlElement& root);

/// Throws Unusable, naming the field and quoting nothing of it.
std::vector<plugin::Transaction> read_ticketbai(const plugin::XmlElement& root, const plugin::Zone& madrid);

}  // namespace greentill::fiscal
