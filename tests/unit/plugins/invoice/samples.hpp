// SPDX-License-Identifier: Apache-2.0
// Invoices written out from the specifications, with nobody's data in them. Which part each element comes from:
// - its place and order: UBL-Invoice-2.1.xsd, UBL-CreditNote-2.1.xsd and UBL-CommonAggregateComponents-2.1.xsd
//   (OASIS os-UBL-2.1);
// - which of them a Peppol document must have, and CustomizationID and ProfileID to the letter: Peppol BIS Billing 3.0,
//   "Profiles and messages", rules PEPPOL-EN16931-R001, -R004, -R007 (process and specification) and -R020 (the seller's
//   electronic address);
// - the meaning of each, by its business term: EN 16931-1, table of the semantic model; the codes of documents: UNTDID 1001.
#pragma once

#include <string>

namespace greentill::invoice::test {

constexpr const char* kPeppolIds =
    "<cbc:CustomizationID>urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0</cbc:CustomizationID>"
    "<cbc:ProfileID>urn:fdc:peppol.eu:2017:poacc:billing:01:1.0</cbc:ProfileID>";

/// BG-3, the preceding invoice: BT-25 its number, BT-26 its date, which may be missing.
inline std::string preceding(const std::string& number, const std::string& date = {}) {
  return "<cac:BillingReference><cac:InvoiceDocumentReference><cbc:ID>" + number + "</cbc:ID>" +
         (date.empty() ? "" : "<cbc:IssueDate>" + date + "</cbc:IssueDate>") +
         "</cac:InvoiceDocumentReference></cac:BillingReference>";
}

struct Sample {
  std::string kind = "Invoice";                                                               // or CreditNote: the root element
  std::string ids = kPeppolIds;                                                               // BT-24, BT-23
  std::string number = "2026-17";                                                             // BT-1
  std::string copy = "";                                                                      // CopyIndicator, of UBL alone
  std::string dates = "<cbc:IssueDate>2026-05-22</cbc:IssueDate>";                            // BT-2
  std::string type = "380";                                                                   // BT-3
  std::string currency = "EUR";                                                               // BT-5
  std::string references = "";                                                                // BG-3
  std::string supplier = "<cbc:EndpointID schemeID=\"0088\">7300010000001</cbc:EndpointID>";  // BT-34, in BG-4
  std::string totals =
      "<cbc:TaxInclusiveAmount currencyID=\"EUR\">121.00</cbc:TaxInclusiveAmount>"  // BT-112
      "<cbc:PrepaidAmount currencyID=\"EUR\">21.00</cbc:PrepaidAmount>"             // BT-113
      "<cbc:PayableAmount currencyID=\"EUR\">100.00</cbc:PayableAmount>";           // BT-115, in BG-22

  [[nodiscard]] std::string text() const {
    return "<?xml version=\"1.0\" encoding=\"UTF-8\"?><" + kind +
           " xmlns=\"urn:oasis:names:specification:ubl:schema:xsd:" + kind +
           "-2\" xmlns:cac=\"urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2\" "
           "xmlns:cbc=\"urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2\">" +
           ids + "<cbc:ID>" + number + "</cbc:ID>" + copy + dates + "<cbc:" + kind + "TypeCode>" + type + "</cbc:" + kind +
           "TypeCode><cbc:Note>secret-1</cbc:Note><cbc:DocumentCurrencyCode>" + currency + "</cbc:DocumentCurrencyCode>" +
           references + "<cac:AccountingSupplierParty><cac:Party>" + supplier +
           "<cac:PartyName><cbc:Name>secret-2</cbc:Name></cac:PartyName><cac:Contact><cbc:ElectronicMail>secret-3</"
           "cbc:ElectronicMail>"
           "</cac:Contact></cac:Party></cac:AccountingSupplierParty><cac:AccountingCustomerParty><cac:Party><cbc:EndpointID "
           "schemeID=\"0088\">secret-4</cbc:EndpointID><cac:PartyIdentification><cbc:ID>secret-5</cbc:ID></"
           "cac:PartyIdentification>"
           "</cac:Party></cac:AccountingCustomerParty><cac:PaymentMeans><cac:PayeeFinancialAccount><cbc:ID>secret-6</cbc:ID>"
           "</cac:PayeeFinancialAccount></cac:PaymentMeans><cac:LegalMonetaryTotal>" +
           totals + "</cac:LegalMonetaryTotal><cac:" + kind +
           "Line><cbc:ID>1</cbc:ID><cac:Item><cbc:Name>secret-7</cbc:Name></cac:Item></cac:" + kind + "Line></" + kind + ">";
  }
};

/// A credit note: UBL-CreditNote-2.1.xsd; CreditNoteTypeCode 381 of UNTDID 1001.
inline Sample credit_note(const std::string& references) {
  Sample sample;
  sample.kind = "CreditNote";
  sample.number = "C-5";
  sample.type = "381";
  sample.references = references;
  return sample;
}

/// A Cross Industry Invoice: CrossIndustryInvoice_100pD16B.xsd, with the elements of EN 16931-3-3 in their order.
struct CiiSample {
  std::string context = "";  // BT-24 and the test indicator
  std::string number = "2026-17";
  std::string type = "380";
  std::string copy = "";
  std::string date = "<udt:DateTimeString format=\"102\">20260522</udt:DateTimeString>";
  std::string seller =
      "<ram:URIUniversalCommunication><ram:URIID schemeID=\"0088\">7300010000001</ram:URIID></ram:URIUniversalCommunication>";
  std::string currency = "EUR";
  std::string sums =
      "<ram:GrandTotalAmount>121.00</ram:GrandTotalAmount><ram:TotalPrepaidAmount>21.00</ram:TotalPrepaidAmount>"
      "<ram:DuePayableAmount>100.00</ram:DuePayableAmount>";
  std::string preceding = "";  // numbers, each in a BG-3

  [[nodiscard]] std::string text() const {
    return "<?xml version='1.0' encoding='UTF-8'?><rsm:CrossIndustryInvoice "
           "xmlns:rsm='urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100' "
           "xmlns:ram='urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100' "
           "xmlns:udt='urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100'><rsm:ExchangedDocumentContext>" +
           context + "</rsm:ExchangedDocumentContext><rsm:ExchangedDocument><ram:ID>" + number + "</ram:ID><ram:TypeCode>" +
           type + "</ram:TypeCode>" + copy + "<ram:IssueDateTime>" + date +
           "</ram:IssueDateTime><ram:IncludedNote><ram:Content>secret-1</ram:Content></ram:IncludedNote></rsm:ExchangedDocument>"
           "<rsm:SupplyChainTradeTransaction><ram:IncludedSupplyChainTradeLineItem><ram:SpecifiedTradeProduct><ram:GlobalID "
           "schemeID='0160'>secret-2</ram:GlobalID></ram:SpecifiedTradeProduct></ram:IncludedSupplyChainTradeLineItem>"
           "<ram:ApplicableHeaderTradeAgreement><ram:SellerTradeParty><ram:Name>secret-3</ram:Name>" +
           seller +
           "</ram:SellerTradeParty><ram:BuyerTradeParty><ram:ID>secret-4</ram:ID></ram:BuyerTradeParty>"
           "</ram:ApplicableHeaderTradeAgreement><ram:ApplicableHeaderTradeSettlement><ram:PaymentReference>secret-5"
           "</ram:PaymentReference><ram:InvoiceCurrencyCode>" +
           currency + "</ram:InvoiceCurrencyCode><ram:SpecifiedTradeSettlementHeaderMonetarySummation>" + sums +
           "</ram:SpecifiedTradeSettlementHeaderMonetarySummation>" + preceding +
           "</ram:ApplicableHeaderTradeSettlement></rsm:SupplyChainTradeTransaction></rsm:CrossIndustryInvoice>";
  }
};

inline std::string cii_preceding(const std::string& number) {
  return "<ram:InvoiceReferencedDocument><ram:IssuerAssignedID>" + number +
         "</ram:IssuerAssignedID></ram:InvoiceReferencedDocument>";
}

}  // namespace greentill::invoice::test
