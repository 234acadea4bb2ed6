// SPDX-License-Identifier: Apache-2.0
#include "plugins/fiscal/document.hpp"

#include "daemon/base/text.hpp"
#include "plugins/common/readers/json_tree.hpp"
#include "plugins/common/readers/xml_tree.hpp"
#include "plugins/fiscal/fiskaltrust.hpp"
#include "plugins/fiscal/rt_record.hpp"
#include "plugins/fiscal/ticketbai.hpp"
#include "plugins/fiscal/verifactu.hpp"

namespace greentill::fiscal {
namespace {

using plugin::Transaction;
using plugin::Unusable;

/// Who bought and who signed is not even kept while a document is read.
bool is_kept(const plugin::XmlName& name) {
  return !is_one_of(name.local, {"Destinatarios", "Destinatario", "Tercero", "NombreRazonEmisor", "ApellidosNombreRazonSocial",
                                 "DescripcionFactura", "DescripcionOperacion", "Signature"});
}

using Records = std::vector<plugin::DocumentRecord>;

/// Of a delivery each record counts for itself.
Records read_delivery(const std::vector<const plugin::XmlElement*>& records) {
  Records all;
  for (const plugin::XmlElement* record : records) {
    try {
      plugin::add_records(all, [&] { return read_verifactu(*record); });
    } catch (const Unusable& unusable) {
      if (records.size() == 1) throw;
      all.push_back({{}, unusable.what(), {}});
    }
  }
  return all;
}

Records read_xml(std::string_view document, const plugin::Zone& madrid) {
  const plugin::XmlElement root = plugin::parse_xml(document, &is_kept);
  Records all;
  if (is_ticketbai(root)) {
    plugin::add_records(all, [&] { return read_ticketbai(root, madrid); });
    return all;
  }
  const auto records = verifactu_records(root);
  if (records.empty()) throw Unusable("it is XML, but neither TicketBAI nor VeriFactu");
  return read_delivery(records);
}

std::vector<Transaction> read_json(std::string_view document, const plugin::Zone& rome) {
  const plugin::JsonValue root = plugin::parse_json_tree(document);
  if (is_fiskaltrust_request(root)) return read_fiskaltrust_request(root);
  if (is_fiskaltrust_response(root)) return {read_fiskaltrust_response(root)};
  if (is_rt_record(root)) return {read_rt_record(root, rome)};
  throw Unusable("it is JSON, but neither a request or answer of the fiskaltrust middleware nor a record of an RT server");
}

}  // namespace

Documents::Documents() : madrid_("Europe/Madrid"), rome_("Europe/Rome") {}

Records Documents::read(std::string_view document) const {
  if (plugin::may_be_xml(document)) return read_xml(document, madrid_);
  Records all;
  plugin::add_records(all, [&] { return read_json(document, rome_); });
  return all;
}

}  // namespace greentill::fiscal
