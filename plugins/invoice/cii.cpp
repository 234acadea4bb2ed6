// SPDX-License-Identifier: Apache-2.0
#include "plugins/invoice/cii.hpp"

#include "daemon/base/text.hpp"
#include "plugins/common/values/limits.hpp"
#include "plugins/invoice/document_type.hpp"

namespace greentill::invoice {
namespace {

using plugin::Unusable;
using plugin::XmlElement;

constexpr std::string_view kCiiDocument = "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100";
constexpr std::string_view kCiiAggregate = "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100";
constexpr std::string_view kCiiData = "urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100";
constexpr std::string_view kFirstZugferd = "urn:ferd:CrossIndustryDocument:invoice:1p0";

/// Which register a tax number is of (VA or FC) UBL does not say, and the seller is the same there.
std::string_view scheme_of(const XmlElement& id) {
  const std::string_view scheme = id.attribute("schemeID");
  return is_one_of(scheme, {"VA", "FC"}) ? std::string_view() : scheme;
}

/// The seller's electronic address (BT-34), identifier (BT-29), registration (BT-30) or tax number (BT-31), as in UBL.
std::string cii_issuer(const XmlElement& document) {
  const XmlElement* party = document.at({"SupplyChainTradeTransaction", "ApplicableHeaderTradeAgreement", "SellerTradeParty"});
  if (party != nullptr) {
    for (const auto& way : {std::initializer_list<std::string_view>{"URIUniversalCommunication", "URIID"},
                            {"GlobalID"},
                            {"ID"},
                            {"SpecifiedLegalOrganization", "ID"},
                            {"SpecifiedTaxRegistration", "ID"}}) {
      const XmlElement* id = party->at(way);
      if (id != nullptr && !id->text.empty()) return issuer_of(scheme_of(*id), id->text);
    }
  }
  throw Unusable("SellerTradeParty has neither URIID, GlobalID, ID nor the number of a register or tax office");
}

/// UNTDID 2379: 102 is CCYYMMDD, which EN 16931 has alone; 203 and 204 add hour and minute, and second.
std::optional<WallTime> cii_time(const XmlElement& date) {
  const std::string_view format = date.attribute("format");
  if (format == "203" && date.text.size() == 12) return parse_time(date.text, "%Y%m%d%H%M");
  if (format == "204" && date.text.size() == 14) return parse_time(date.text, "%Y%m%d%H%M%S");
  const bool is_day = (format.empty() || format == "102") && date.text.size() == 8;
  return is_day ? parse_time(date.text + "12", "%Y%m%d%H") : std::nullopt;
}

std::int64_t time_of(const XmlElement& document, const plugin::Zone& zone) {
  const XmlElement* date = document.at({"ExchangedDocument", "IssueDateTime", "DateTimeString"});
  return moment(date != nullptr ? cii_time(*date) : std::nullopt, zone, "IssueDateTime is no day such as 20260522 (format 102)");
}

/// With tax (BT-112), else what is to be paid (BT-115).
std::int64_t cii_total(const XmlElement& settlement, const std::string& currency) {
  const XmlElement* sums = settlement.child("SpecifiedTradeSettlementHeaderMonetarySummation");
  const XmlElement* amount = sums == nullptr ? nullptr : sums->child("GrandTotalAmount");
  if (amount == nullptr && sums != nullptr) amount = sums->child("DuePayableAmount");
  if (amount == nullptr)
    throw Unusable("SpecifiedTradeSettlementHeaderMonetarySummation has neither GrandTotalAmount nor DuePayableAmount");
  return total(*amount, currency, "InvoiceCurrencyCode");
}

std::vector<std::string> cii_preceding(const XmlElement& settlement) {
  std::vector<std::string> all;
  for (const XmlElement& child : settlement.children) {
    if (child.name != "InvoiceReferencedDocument") continue;
    const std::string_view number = child.text_at({"IssuerAssignedID"});
    if (!number.empty()) all.emplace_back(number);
  }
  return all;
}

bool is_set(const XmlElement& document, std::initializer_list<std::string_view> way) {
  return is_one_of(document.text_at(way), {"true", "1"});
}

}  // namespace

bool is_kept_of_cii(const plugin::XmlName& name) {
  if (name.space == kCiiDocument) {
    return is_one_of(name.local,
                     {"CrossIndustryInvoice", "ExchangedDocumentContext", "ExchangedDocument", "SupplyChainTradeTransaction"});
  }
  if (name.space == kCiiAggregate) {
    return is_one_of(name.local,
                     {"TestIndicator", "ID", "TypeCode", "CopyIndicator", "IssueDateTime", "ApplicableHeaderTradeAgreement",
                      "SellerTradeParty", "GlobalID", "URIUniversalCommunication", "URIID", "SpecifiedLegalOrganization",
                      "SpecifiedTaxRegistration", "ApplicableHeaderTradeSettlement", "InvoiceCurrencyCode",
                      "SpecifiedTradeSettlementHeaderMonetarySummation", "GrandTotalAmount", "DuePayableAmount",
                      "InvoiceReferencedDocument", "IssuerAssignedID"});
  }
  if (name.space == kCiiData) return is_one_of(name.local, {"Indicator", "DateTimeString"});
  return name.space == kFirstZugferd && name.local == "CrossIndustryDocument";
}

bool is_cii(const XmlElement& root) {
  if (root.name == "CrossIndustryDocument") {
    throw Unusable("it is ZUGFeRD 1.0, which is not read: have invoices written as ZUGFeRD 2, Factur-X or XRechnung");
  }
  return root.name == "CrossIndustryInvoice";
}

Head read_cii(const XmlElement& document, const plugin::Zone& zone) {
  const XmlElement* settlement = document.at({"SupplyChainTradeTransaction", "ApplicableHeaderTradeSettlement"});
  if (settlement == nullptr) throw Unusable("ApplicableHeaderTradeSettlement is missing");
  Head head;
  head.issuer = cii_issuer(document);
  head.number = document.required_text({"ExchangedDocument", "ID"});
  head.type = document.required_text({"ExchangedDocument", "TypeCode"});
  head.is_credit_note = nature_of(head.type, false) == Nature::credit;
  head.is_copy = is_set(document, {"ExchangedDocument", "CopyIndicator", "Indicator"});
  head.is_test = is_set(document, {"ExchangedDocumentContext", "TestIndicator", "Indicator"});
  head.time = time_of(document, zone);
  head.currency = settlement->required_text({"InvoiceCurrencyCode"});
  head.total_minor = cii_total(*settlement, head.currency);
  head.preceding = cii_preceding(*settlement);
  head.document = head.is_credit_note ? "cii.creditnote" : "cii.invoice";
  return head;
}

}  // namespace greentill::invoice
