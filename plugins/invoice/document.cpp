// SPDX-License-Identifier: Apache-2.0
#include "plugins/invoice/document.hpp"

#include "daemon/base/decimal.hpp"
#include "daemon/base/text.hpp"
#include "plugins/common/readers/document_records.hpp"
#include "plugins/common/readers/xml_tree.hpp"
#include "plugins/common/values/currency.hpp"
#include "plugins/common/values/ids.hpp"

namespace greentill::invoice {
namespace {

using plugin::Transaction;
using plugin::Unusable;
using plugin::XmlElement;

constexpr std::string_view kInvoice = "urn:oasis:names:specification:ubl:schema:xsd:Invoice-2";
constexpr std::string_view kCreditNote = "urn:oasis:names:specification:ubl:schema:xsd:CreditNote-2";
constexpr std::string_view kBasic = "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2";
constexpr std::string_view kAggregate = "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2";
/// What Peppol puts around a document on its way.
constexpr std::string_view kEnvelope = "http://www.unece.org/cefact/namespaces/StandardBusinessDocumentHeader";

constexpr std::string_view kPeppolCustomization = "urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0";
constexpr std::string_view kPeppolProfile = "urn:fdc:peppol.eu:2017:poacc:billing:01:1.0";

/// The buyer, whoever else is named, the lines, the notes and the attachments are not even kept while a document is read.
bool is_kept(const plugin::XmlName& name) {
  if (name.space == kBasic) {
    return is_one_of(name.local,
                     {"CustomizationID", "ProfileID", "ID", "CopyIndicator", "IssueDate", "IssueTime", "InvoiceTypeCode",
                      "DocumentCurrencyCode", "EndpointID", "CompanyID", "TaxInclusiveAmount", "PayableAmount"});
  }
  if (name.space == kAggregate) {
    return is_one_of(name.local, {"AccountingSupplierParty", "Party", "PartyIdentification", "PartyLegalEntity", "PartyTaxScheme",
                                  "LegalMonetaryTotal", "BillingReference", "InvoiceDocumentReference"});
  }
  return (name.space == kInvoice && name.local == "Invoice") || (name.space == kCreditNote && name.local == "CreditNote") ||
         (name.space == kEnvelope && name.local == "StandardBusinessDocument");
}

/// xsd:indicator is xsd:boolean.
bool is_true(std::string_view text) { return text == "true" || text == "1"; }

/// The seller's electronic address (BT-34), identifier (BT-29), registration (BT-30) or tax number (BT-31), the first there is,
/// with the scheme it is given in. Each may be a person's, so that its digest alone goes on.
std::string issuer(const XmlElement& document) {
  const XmlElement* party = document.at({"AccountingSupplierParty", "Party"});
  if (party != nullptr) {
    for (const auto& way : {std::initializer_list<std::string_view>{"EndpointID"},
                            {"PartyIdentification", "ID"},
                            {"PartyLegalEntity", "CompanyID"},
                            {"PartyTaxScheme", "CompanyID"}}) {
      const XmlElement* id = party->at(way);
      if (id == nullptr || id->text.empty()) continue;
      // Participants of Peppol are the same in capitals and small letters.
      return plugin::opaque_issuer("ubl", {id->attribute("schemeID"), lower_case(id->text)});
    }
  }
  throw Unusable("AccountingSupplierParty has neither EndpointID, PartyIdentification nor CompanyID");
}

/// xsd:date and xsd:time, which may end with an offset. An invoice has a date and seldom a time; without one it is noon, which is
/// that day in most of the world.
std::optional<WallTime> wall_time(const std::string& date, std::string_view time) {
  const std::string day = date.substr(0, 10);
  const std::string moment = day + "T" + std::string(time.empty() ? "12:00:00" : time);
  // An offset of the time counts before one of the date.
  const auto wall = parse_iso_time(moment);
  return wall && !wall->utc_offset_s ? parse_iso_time(moment + date.substr(day.size())) : wall;
}

std::int64_t moment(const XmlElement& document, const plugin::Zone& zone) {
  const auto moment = zone.moment(wall_time(document.required_text({"IssueDate"}), document.text_at({"IssueTime"})));
  if (!moment) throw Unusable("IssueDate and IssueTime are no time, such as 2026-05-22 and 10:30:15");
  return *moment;
}

/// With tax (BT-112), else what is to be paid (BT-115), which UBL demands and which is less by what was paid before.
std::int64_t total(const XmlElement& document, const std::string& currency) {
  const auto places = plugin::minor_places(currency);
  if (!places) throw Unusable("DocumentCurrencyCode is no code of ISO 4217");
  const XmlElement* amount = document.at({"LegalMonetaryTotal", "TaxInclusiveAmount"});
  if (amount == nullptr) amount = document.at({"LegalMonetaryTotal", "PayableAmount"});
  if (amount == nullptr) throw Unusable("LegalMonetaryTotal has neither TaxInclusiveAmount nor PayableAmount");
  if (amount->attribute("currencyID") != currency)
    throw Unusable(amount->name + " is in another currency than DocumentCurrencyCode");
  const auto minor = parse_in_units(amount->text, *places, Rounding::exact);
  if (!minor) throw Unusable(amount->name + " is no amount of that currency");
  return *minor;
}

std::vector<std::string> named_invoices(const XmlElement& document) {
  std::vector<std::string> all;
  for (const XmlElement& child : document.children) {
    if (child.name != "BillingReference") continue;
    const std::string_view number = child.text_at({"InvoiceDocumentReference", "ID"});
    if (!number.empty()) all.emplace_back(number);
  }
  return all;
}

/// The whole of an invoice: no document says of another whether it credits all of it or a part, and the cautious reading is all.
std::vector<Transaction> reversals(const Transaction& document, const std::vector<std::string>& invoices,
                                   gt_reversal_reason reason) {
  std::vector<Transaction> all;
  for (const std::string& number : invoices) {
    Transaction taken_back = document;
    taken_back.event_id = plugin::event_id_of({document.event_id, "credits", number});
    taken_back.reversed_event_id = plugin::event_id_of({number});
    taken_back.reversal_reason = reason;
    all.push_back(std::move(taken_back));
  }
  return all;
}

std::vector<Transaction> doubtful(Transaction document, const char* remark) {
  document.event_id = plugin::event_id_of({document.event_id, "credits"});
  document.standing = GT_DOUBTFUL;
  document.remark = remark;
  return {std::move(document)};
}

Transaction bill(const XmlElement& document, const plugin::Zone& zone) {
  Transaction read;
  read.issuer = issuer(document);
  read.event_id = plugin::event_id_of({document.required_text({"ID"})});
  read.kind = GT_KIND_BILL;
  read.begin = read.end = moment(document, zone);
  read.currency = document.required_text({"DocumentCurrencyCode"});
  read.total_minor = total(document, read.currency);
  read.receipt_medium = "einvoice";
  const bool peppol =
      document.text_at({"CustomizationID"}) == kPeppolCustomization && document.text_at({"ProfileID"}) == kPeppolProfile;
  const char* const ubl = document.name == "Invoice" ? "ubl.invoice" : "ubl.creditnote";
  read.attributes = {{"document", peppol ? "peppol.bis3" : ubl}};
  return read;
}

std::vector<Transaction> read_document(const XmlElement& document, const plugin::Zone& zone) {
  // UNTDID 1001, as far as it changes what a document does.
  constexpr std::string_view kProforma = "325";
  constexpr std::string_view kCreditNoteCode = "381";
  constexpr std::string_view kCorrected = "384";
  const std::string_view type = document.text_at({"InvoiceTypeCode"});
  const std::vector<std::string> named = named_invoices(document);
  Transaction read = bill(document, zone);
  if (is_true(document.text_at({"CopyIndicator"})) || type == kProforma) {
    read.standing = type == kProforma ? GT_INTERIM : GT_REPRINT;
    return {std::move(read)};
  }
  const bool credits = document.name == "CreditNote" || type == kCreditNoteCode;
  if (credits && read.total_minor < 0) {
    return doubtful(std::move(read), "it takes a credit note back, which restores nothing that was claimed");
  }
  if (credits || read.total_minor < 0) {
    if (named.empty())
      return doubtful(std::move(read), "it credits without naming an invoice; undo that one by hand if there is one");
    return reversals(read, named, GT_REFUND);
  }
  if (type != kCorrected) return {std::move(read)};
  if (named.empty()) return doubtful(std::move(read), "it corrects an invoice without naming it; undo that one by hand");
  std::vector<Transaction> all = reversals(read, named, GT_CORRECTION);
  all.push_back(std::move(read));
  return all;
}

}  // namespace

std::vector<Transaction> Documents::read(std::string_view document) const {
  plugin::XmlLimits limits;
  limits.text_bytes = plugin::kMostDocumentBytes;  // attachments are long, and gone with what is not kept
  const XmlElement root = plugin::parse_xml(document, &is_kept, limits);
  const XmlElement* found = &root;
  if (root.name == "StandardBusinessDocument") found = root.children.empty() ? nullptr : &root.children.front();
  if (found == nullptr || (found->name != "Invoice" && found->name != "CreditNote")) {
    throw Unusable("it is XML, but neither a UBL Invoice nor a UBL CreditNote");
  }
  std::vector<Transaction> all = read_document(*found, zone_);
  for (const Transaction& one : all) plugin::check_limits(one);
  return all;
}

}  // namespace greentill::invoice
