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

std::vector<Transaction> read_xml(std::string_view document, const plugin::Zone& madrid) {
  const plugin::XmlElement root = plugin::parse_xml(document, &is_kept);
  if (is_ticketbai(root)) return read_ticketbai(root, madrid);
  std::vector<Transaction> all;
  const auto records = verifactu_records(root);
  if (records.empty()) throw Unusable("it is XML, but neither TicketBAI nor VeriFactu");
  for (const plugin::XmlElement* record : records) {
    for (Transaction& one : read_verifactu(*record)) all.push_back(std::move(one));
  }
  return all;
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

std::vector<Transaction> Documents::read(std::string_view document) const {
  std::vector<Transaction> all = plugin::may_be_xml(document) ? read_xml(document, madrid_) : read_json(document, rome_);
  for (const Transaction& one : all) plugin::check_limits(one);
  return all;
}

}  // namespace greentill::fiscal
