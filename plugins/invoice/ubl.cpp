// SPDX-License-Identifier: Apache-2.0
#include "plugins/invoice/ubl.hpp"

#include "daemon/base/text.hpp"
#include "plugins/common/values/limits.hpp"

namespace greentill::invoice {
namespace {

using plugin::Unusable;
using plugin::XmlElement;

constexpr std::string_view kUblInvoice = "urn:oasis:names:specification:ubl:schema:xsd:Invoice-2";
constexpr std::string_view kUblCreditNote = "urn:oasis:names:specification:ubl:schema:xsd:CreditNote-2";
constexpr std::string_view kUblBasic = "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2";
constexpr std::string_view kUblAggregate = "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2";
/// What Peppol puts around a document on its way.
constexpr std::string_view kEnvelope = "http://www.unece.org/cefact/namespaces/StandardBusinessDocumentHeader";

constexpr std::string_view kPeppolCustomization = "urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0";
constexpr std::string_view kPeppolProfile = "urn:fdc:peppol.eu:2017:poacc:billing:01:1.0";

/// The seller's electronic address (BT-34), identifier (BT-29), registration (BT-30) or tax number (BT-31), the first there is,
/// with the scheme it is given in. Each may be a person's, so that its digest alone goes on.
std::string ubl_issuer(const XmlElement& document) {
  const XmlElement* party = document.at({"AccountingSupplierParty", "Party"});
  if (party != nullptr) {
    for (const auto& way : {std::initializer_list<std::string_view>{"EndpointID"},
                            {"PartyIdentification", "ID"},
                            {"PartyLegalEntity", "CompanyID"},
                            {"PartyTaxScheme", "CompanyID"}}) {
      const XmlElement* id = party->at(way);
      if (id != nullptr && !id->text.empty()) return issuer_of(id->attribute("schemeID"), id->text);
    }
  }
  throw Unusable("AccountingSupplierParty has neither EndpointID, PartyIdentification nor CompanyID");
}

/// xsd:date and xsd:time, which may end with an offset. An invoice has a date and seldom a time.
std::optional<WallTime> ubl_time(const std::string& date, std::string_view time) {
  const std::string day = date.substr(0, 10);
  const std::string moment = day + "T" + std::string(time.empty() ? "12:00:00" : time);
  // An offset of the time counts before one of the date.
  const auto wall = parse_iso_time(moment);
  return wall && !wall->utc_offset_s ? parse_iso_time(moment + date.substr(day.size())) : wall;
}

/// With tax (BT-112), else what is to be paid (BT-115), which UBL demands and which is less by what was paid before.
std::int64_t ubl_total(const XmlElement& document, const std::string& currency) {
  const XmlElement* amount = document.at({"LegalMonetaryTotal", "TaxInclusiveAmount"});
  if (amount == nullptr) amount = document.at({"LegalMonetaryTotal", "PayableAmount"});
  if (amount == nullptr) throw Unusable("LegalMonetaryTotal has neither TaxInclusiveAmount nor PayableAmount");
  return total(*amount, currency, "DocumentCurrencyCode");
}

std::vector<std::string> ubl_preceding(const XmlElement& document) {
  std::vector<std::string> all;
  for (const XmlElement& child : document.children) {
    if (child.name != "BillingReference") continue;
    const std::string_view number = child.text_at({"InvoiceDocumentReference", "ID"});
    if (!number.empty()) all.emplace_back(number);
  }
  return all;
}

}  // namespace

bool is_kept_of_ubl(const plugin::XmlName& name) {
  if (name.space == kUblBasic) {
    return is_one_of(name.local, {"CustomizationID", "ProfileID", "ID", "CopyIndicator", "IssueDate", "IssueTime",
                                  "InvoiceTypeCode", "CreditNoteTypeCode", "DocumentCurrencyCode", "EndpointID", "CompanyID",
                                  "TaxInclusiveAmount", "PayableAmount"});
  }
  if (name.space == kUblAggregate) {
    return is_one_of(name.local, {"AccountingSupplierParty", "Party", "PartyIdentification", "PartyLegalEntity", "PartyTaxScheme",
                                  "LegalMonetaryTotal", "BillingReference", "InvoiceDocumentReference"});
  }
  return (name.space == kUblInvoice && name.local == "Invoice") || (name.space == kUblCreditNote && name.local == "CreditNote") ||
         (name.space == kEnvelope && name.local == "StandardBusinessDocument");
}

const XmlElement* find_ubl(const XmlElement& root) {
  const XmlElement* found = &root;
  if (root.name == "StandardBusinessDocument") found = root.children.empty() ? nullptr : &root.children.front();
  return found != nullptr && (found->name == "Invoice" || found->name == "CreditNote") ? found : nullptr;
}

Head read_ubl(const XmlElement& document, const plugin::Zone& zone) {
  Head head;
  head.issuer = ubl_issuer(document);
  head.number = document.required_text({"ID"});
  head.is_credit_note = document.name == "CreditNote";
  head.type = document.text_at({head.is_credit_note ? "CreditNoteTypeCode" : "InvoiceTypeCode"});
  head.is_copy = is_one_of(document.text_at({"CopyIndicator"}), {"true", "1"});  // xsd:boolean
  head.time = moment(ubl_time(document.required_text({"IssueDate"}), document.text_at({"IssueTime"})), zone,
                     "IssueDate and IssueTime are no time, such as 2026-05-22 and 10:30:15");
  head.currency = document.required_text({"DocumentCurrencyCode"});
  head.total_minor = ubl_total(document, head.currency);
  head.preceding = ubl_preceding(document);
  const bool peppol =
      document.text_at({"CustomizationID"}) == kPeppolCustomization && document.text_at({"ProfileID"}) == kPeppolProfile;
  head.document = peppol ? "peppol.bis3" : head.is_credit_note ? "ubl.creditnote" : "ubl.invoice";
  return head;
}

}  // namespace greentill::invoice
