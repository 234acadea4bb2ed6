// SPDX-License-Identifier: Apache-2.0
#include "plugins/fiscal/ticketbai.hpp"

#include "daemon/base/decimal.hpp"
#include "plugins/common/values/ids.hpp"
#include "plugins/fiscal/spanish.hpp"

namespace greentill::fiscal {
namespace {

using plugin::Transaction;
using plugin::Unusable;
using plugin::XmlElement;

/// Series, number and date; the series may be missing.
std::string invoice_id(const XmlElement& head) {
  const std::string date = spanish_date(head.required_text({"FechaExpedicionFactura"}), "FechaExpedicionFactura");
  return plugin::event_id_of({date, head.text_at({"SerieFactura"}), head.required_text({"NumFactura"})});
}

std::int64_t moment(const std::string& date, const std::string& hour, const plugin::Zone& zone) {
  const auto moment = zone.moment(parse_time(date + " " + hour, "%d-%m-%Y %H:%M:%S"));
  if (!moment) throw Unusable("HoraExpedicionFactura is no time of that day, such as 10:30:15");
  return *moment;
}

Transaction::Line line(const XmlElement& detail) {
  const auto milli = parse_in_units(detail.required_text({"Cantidad"}), 3);
  if (!milli) throw Unusable("Cantidad is no quantity");
  Transaction::Line read;
  read.name = detail.text_at({"DescripcionDetalle"});
  read.quantity_milli = *milli;
  read.amount_minor = cents(detail, {"ImporteTotal"});
  return read;
}

/// The licences of the tax authorities' test environments end with the Spanish word for a test.
bool is_test(const XmlElement& root) { return root.text_at({"HuellaTBAI", "Software", "LicenciaTBAI"}).ends_with("PRUEBA"); }

std::vector<Transaction::Attribute> attributes(const XmlElement& head) {
  std::vector<Transaction::Attribute> all{{"fiscal.system", "ticketbai"}, {"fiscal.country", "ES"}};
  const std::string_view simplified = head.text_at({"FacturaSimplificada"});
  if (!simplified.empty()) all.push_back({"fiscal.document", simplified == "S" ? "simplified" : "full"});
  return all;
}

std::vector<std::string> named_invoices(const XmlElement& head) {
  std::vector<std::string> all;
  const XmlElement* list = head.child("FacturasRectificadasSustituidas");
  if (list == nullptr) return all;
  for (const XmlElement& one : list->children) all.push_back(invoice_id(one));
  return all;
}

std::vector<Transaction> read_invoice(const XmlElement& root, const plugin::Zone& zone) {
  const XmlElement* head = root.at({"Factura", "CabeceraFactura"});
  if (head == nullptr) throw Unusable("CabeceraFactura is missing");
  Transaction invoice;
  invoice.issuer = spanish_issuer(root.required_text({"Sujetos", "Emisor", "NIF"}));
  invoice.event_id = invoice_id(*head);
  invoice.receipt_number = plugin::printed_number({head->text_at({"SerieFactura"}), head->required_text({"NumFactura"})});
  invoice.begin = moment(head->required_text({"FechaExpedicionFactura"}), head->required_text({"HoraExpedicionFactura"}), zone);
  invoice.end = invoice.begin;
  invoice.currency = "EUR";
  invoice.total_minor = cents(root, {"Factura", "DatosFactura", "ImporteTotalFactura"});
  invoice.attributes = attributes(*head);
  if (const XmlElement* details = root.at({"Factura", "DatosFactura", "DetallesFactura"})) {
    for (const XmlElement& detail : details->children) invoice.lines.push_back(line(detail));
  }
  if (is_test(root)) {
    invoice.standing = GT_TRAINING;
    return {invoice};
  }
  if (head->text_at({"FacturaEmitidaSustitucionSimplificada"}) == "S") {
    // The full invoice for simplified ones that the customer already has: the same sale on better paper.
    invoice.standing = GT_REPRINT;
    return {invoice};
  }
  const XmlElement* correction = head->child("FacturaRectificativa");
  if (correction == nullptr) return {invoice};
  return correct(std::move(invoice), {correction->text_at({"Tipo"}) == "S", named_invoices(*head)});
}

/// It states no time of its own but in its signature, and none is needed to take an invoice back: it gets the invoice's day.
Transaction read_cancellation(const XmlElement& root, const plugin::Zone& zone) {
  const XmlElement* head = root.at({"IDFactura", "CabeceraFactura"});
  if (head == nullptr) throw Unusable("CabeceraFactura is missing");
  Transaction cancellation;
  cancellation.issuer = spanish_issuer(root.required_text({"IDFactura", "Emisor", "NIF"}));
  cancellation.reversed_event_id = invoice_id(*head);
  cancellation.event_id = plugin::event_id_of({cancellation.reversed_event_id, "anulacion"});
  cancellation.reversal_reason = GT_CANCELLED;
  cancellation.begin = moment(head->required_text({"FechaExpedicionFactura"}), "12:00:00", zone);
  cancellation.end = cancellation.begin;
  cancellation.attributes = {{"fiscal.system", "ticketbai"}, {"fiscal.country", "ES"}};
  if (is_test(root)) {
    cancellation.standing = GT_TRAINING;
    cancellation.reversed_event_id.clear();
  }
  return cancellation;
}

}  // namespace

bool is_ticketbai(const XmlElement& root) {
  return (root.name == "TicketBai" && root.space == "urn:ticketbai:emision") ||
         (root.name == "AnulaTicketBai" && root.space == "urn:ticketbai:anulacion");
}

std::vector<Transaction> read_ticketbai(const XmlElement& root, const plugin::Zone& madrid) {
  if (root.name == "AnulaTicketBai") return {read_cancellation(root, madrid)};
  return read_invoice(root, madrid);
}

}  // namespace greentill::fiscal
