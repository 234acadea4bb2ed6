// SPDX-License-Identifier: Apache-2.0
// What TicketBAI and VeriFactu have in common: who an invoice is of, how it is named, and what a correction does to the one
// before. Threads: pure functions; the zone is immutable.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "greentill/plugin.hpp"
#include "plugins/common/readers/xml_tree.hpp"

namespace greentill::fiscal {

/// The issuer's tax number may be a person's: only its digest goes on. The same for both systems.
std::string spanish_issuer(std::string_view tax_number);

/// dd-mm-yyyy as yyyy-mm-dd. Throws Unusable where it is no such date, naming the field.
std::string spanish_date(std::string_view written, const std::string& field);

/// In cents, half a cent rounded away from zero. Throws Unusable, naming the last of the way.
std::int64_t cents(const plugin::XmlElement& of, std::initializer_list<std::string_view> way);

/// A corrective invoice: by substitution it takes the place of the invoices it names, by difference it changes one of them.
struct Correction {
  bool by_substitution = false;
  std::vector<std::string> corrected;  ///< event ids
};

/// The transactions of a corrective invoice that was read as if it were a sale:
/// - by substitution, those it names are taken back and it stands in their place;
/// - by difference, with a negative total and lines, those lines come back from the one it names;
/// - else it is doubtful: it does not say what of which invoice comes back.
std::vector<plugin::Transaction> correct(plugin::Transaction invoice, const Correction& correction);

}  // namespace greentill::fiscal
