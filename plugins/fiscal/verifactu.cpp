// SPDX-License-Identifier: Apache-2.0
#include "plugins/fiscal/verifactu.hpp"

#include "daemon/base/wall_time.hpp"
#include "plugins/common/values/ids.hpp"
#include "plugins/fiscal/spanish.hpp"

namespace greentill::fiscal {
namespace {

using plugin::Transaction;
using plugin::Unusable;
using plugin::XmlElement;

/// The schema's names, and those that a widespread middleware writes for the same types.
bool is_issue(const XmlElement& element) { return element.name == "RegistroAlta" || element.name == "RegistroFacturacionAlta"; }
bool is_cancellation(const XmlElement& element) {
  return element.name == "RegistroAnulacion" || element.name == "RegistroFacturacionAnulacion";
}

/// What happened to the till's program (EventosSIF.xsd): started, exported, found a fault. Parts of it have the names of a
/// record's.
bool is_event(const XmlElement& element) { return element.name == "RegistroEvento"; }

void collect(const XmlElement& element, std::vector<const XmlElement*>& into) {
  if (is_issue(element) || is_cancellation(element) || is_event(element)) {
    into.push_back(&element);
    return;
  }
  for (const XmlElement& child : element.children) collect(child, into);
}

/// `behind`: what the names of the three fields end with in a cancellation.
std::string record_id(const XmlElement& id, const std::string& behind = {}) {
  const std::string date = "FechaExpedicionFactura" + behind;
  return plugin::event_id_of({spanish_date(id.required_text({date}), date), id.required_text({"NumSerieFactura" + behind})});
}

const XmlElement& id_of(const XmlElement& record) {
  const XmlElement* id = record.child("IDFactura");
  if (id == nullptr) throw Unusable("IDFactura is missing");
  return *id;
}

std::int64_t moment(const XmlElement& record) {
  const auto time = parse_rfc3339(record.required_text({"FechaHoraHusoGenRegistro"}));
  if (!time) throw Unusable("FechaHoraHusoGenRegistro is no time with its offset, such as 2026-05-22T10:30:15+02:00");
  return *time;
}

std::vector<std::string> corrected_records(const XmlElement& record) {
  std::vector<std::string> all;
  const XmlElement* list = record.child("FacturasRectificadas");
  if (list == nullptr) return all;
  for (const XmlElement& one : list->children) all.push_back(record_id(one));
  return all;
}

std::vector<Transaction> read_issue(const XmlElement& record) {
  const std::string type = record.required_text({"TipoFactura"});
  Transaction invoice;
  invoice.issuer = spanish_issuer(record.required_text({"IDFactura", "IDEmisorFactura"}));
  invoice.event_id = record_id(id_of(record));
  invoice.receipt_number = plugin::printed_number({id_of(record).required_text({"NumSerieFactura"})});
  invoice.begin = invoice.end = moment(record);
  invoice.currency = "EUR";
  invoice.total_minor = cents(record, {"ImporteTotal"});
  invoice.attributes = {{"fiscal.system", "verifactu"},
                        {"fiscal.country", "ES"},
                        {"fiscal.document", type == "F2" || type == "R5" ? "simplified" : "full"}};
  if (type == "F1" || type == "F2") return {invoice};
  if (type == "F3") {
    // The full invoice for simplified ones that the customer already has: the same sale on better paper.
    invoice.standing = GT_REPRINT;
    return {invoice};
  }
  if (type.size() != 2 || type[0] != 'R') throw Unusable("TipoFactura is none of F1 to F3 and R1 to R5");
  return correct(std::move(invoice), {record.text_at({"TipoRectificativa"}) == "S", corrected_records(record)});
}

Transaction read_cancellation(const XmlElement& record) {
  Transaction cancellation;
  cancellation.issuer = spanish_issuer(record.required_text({"IDFactura", "IDEmisorFacturaAnulada"}));
  cancellation.reversed_event_id = record_id(id_of(record), "Anulada");
  cancellation.event_id = plugin::event_id_of({cancellation.reversed_event_id, "anulacion"});
  cancellation.reversal_reason = GT_CANCELLED;
  cancellation.begin = cancellation.end = moment(record);
  cancellation.attributes = {{"fiscal.system", "verifactu"}, {"fiscal.country", "ES"}};
  return cancellation;
}

}  // namespace

std::vector<const XmlElement*> verifactu_records(const XmlElement& root) {
  std::vector<const XmlElement*> all;
  collect(root, all);
  return all;
}

std::vector<Transaction> read_verifactu(const XmlElement& record) {
  if (is_event(record)) throw plugin::LeftOut("it records an event of the till's program, and no invoice");
  if (is_cancellation(record)) return {read_cancellation(record)};
  return read_issue(record);
}

}  // namespace greentill::fiscal
