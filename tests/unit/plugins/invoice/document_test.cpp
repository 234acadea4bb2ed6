// SPDX-License-Identifier: Apache-2.0
#include "plugins/invoice/document.hpp"

#include <doctest/doctest.h>

#include "tests/support/corpora.hpp"
#include "tests/unit/plugins/invoice/samples.hpp"
#include "tests/unit/plugins/shown.hpp"

namespace greentill::invoice {
namespace {

using namespace plugin::test;
using test::credit_note;
using test::preceding;
using test::Sample;

Texts read(const std::string& document, const std::string& zone = "Etc/UTC") {
  const Documents documents(zone);
  return outcome([&](std::string_view text) { return documents.read(text); }, document);
}
Texts read(const Sample& sample) { return read(sample.text()); }

plugin::Transaction one(const Sample& sample) {
  const auto all = transactions(Documents("Etc/UTC").read(sample.text()));
  REQUIRE(all.size() == 1);
  return all[0];
}

TEST_CASE("invoice: a Peppol invoice is a bill without paper") {
  const auto bill = one({});
  CHECK(shown(bill) == "final 2026-17 2026-05-22T12:00:00Z 121.00 EUR");
  CHECK(bill.kind == GT_KIND_BILL);
  CHECK(bill.receipt_medium == "einvoice");
  CHECK(bill.begin == bill.end);
  CHECK(bill.lines.empty());
  REQUIRE(bill.attributes.size() == 1);
  CHECK(bill.attributes[0].key == "document");
  CHECK(bill.attributes[0].value == "peppol.bis3");
}

TEST_CASE("invoice: what follows UBL alone, or another customization of it, is not called Peppol") {
  Sample sample;
  sample.ids = "";
  CHECK(one(sample).attributes[0].value == "ubl.invoice");
  sample.ids = replaced(test::kPeppolIds, "billing:3.0", "selfbilling:3.0");
  CHECK(one(sample).attributes[0].value == "ubl.invoice");
  sample.ids = replaced(test::kPeppolIds, "billing:01:1.0", "billing:02:1.0");
  CHECK(one(sample).attributes[0].value == "ubl.invoice");
  Sample credit = credit_note(preceding("2026-17"));
  CHECK(one(credit).attributes[0].value == "peppol.bis3");
  credit.ids = "";
  CHECK(one(credit).attributes[0].value == "ubl.creditnote");
}

TEST_CASE("invoice: nothing of buyer, seller, notes, accounts or lines goes on") {
  CHECK(all_texts(one({})).find("secret") == std::string::npos);
  CHECK(all_texts(one(credit_note(preceding("2026-17")))).find("secret") == std::string::npos);
}

TEST_CASE("invoice: the seller's first identifier and its scheme make the issuer, which shows neither") {
  const std::string by_address = one({}).issuer;
  CHECK(by_address.starts_with("ubl:"));
  CHECK(by_address.size() == 36);
  CHECK(by_address.find("7300010000001") == std::string::npos);

  Sample sample;
  sample.supplier = "<cbc:EndpointID schemeID=\"0184\">7300010000001</cbc:EndpointID>";
  CHECK(one(sample).issuer != by_address);  // the same number of another register
  sample.supplier = "<cbc:EndpointID schemeID=\"9930\">de123</cbc:EndpointID>";
  const std::string small = one(sample).issuer;
  sample.supplier = "<cbc:EndpointID schemeID=\"9930\">DE123</cbc:EndpointID>";
  CHECK(one(sample).issuer == small);
  sample.supplier += "<cac:PartyIdentification><cbc:ID>other</cbc:ID></cac:PartyIdentification>";
  CHECK(one(sample).issuer == small);
}

TEST_CASE("invoice: without an electronic address the identifier, the registration or the tax number stands for the seller") {
  std::vector<std::string> issuers;
  for (const char* supplier :
       {"<cac:PartyIdentification><cbc:ID schemeID=\"0088\">1</cbc:ID></cac:PartyIdentification>",
        "<cac:PartyTaxScheme><cbc:CompanyID>DE2</cbc:CompanyID></cac:PartyTaxScheme>",
        "<cac:PartyLegalEntity><cbc:CompanyID schemeID=\"0002\">3</cbc:CompanyID></cac:PartyLegalEntity>"}) {
    Sample sample;
    sample.supplier = supplier;
    issuers.push_back(one(sample).issuer);
  }
  CHECK(issuers[0] != issuers[1]);
  CHECK(issuers[1] != issuers[2]);
  Sample sample;
  sample.supplier = "<cbc:EndpointID schemeID=\"0088\"/>";
  CHECK(read(sample) == Texts{"unusable: AccountingSupplierParty has neither EndpointID, PartyIdentification nor CompanyID"});
}

TEST_CASE("invoice: the total is the one with tax, or what is to be paid where that is not stated") {
  CHECK(one({}).total_minor == 12100);
  Sample sample;
  sample.totals = "<cbc:PayableAmount currencyID=\"EUR\">100.00</cbc:PayableAmount>";
  CHECK(one(sample).total_minor == 10000);
  sample.totals = "";
  CHECK(read(sample) == Texts{"unusable: LegalMonetaryTotal has neither TaxInclusiveAmount nor PayableAmount"});
}

TEST_CASE("invoice: totals are exact in the currency's own minor unit") {
  const auto total = [](const std::string& currency, const std::string& amount) {
    Sample sample;
    sample.currency = currency;
    sample.totals = "<cbc:PayableAmount currencyID=\"" + currency + "\">" + amount + "</cbc:PayableAmount>";
    return read(sample).at(0);
  };
  const std::string begin = "final 2026-17 2026-05-22T12:00:00Z ";
  CHECK(total("JPY", "1000") == begin + "10.00 JPY");  // shown with two places, held as 1000 yen
  CHECK(total("JPY", "1000.00") == begin + "10.00 JPY");
  CHECK(total("KWD", "1.234") == begin + "12.34 KWD");
  CHECK(total("EUR", "1.2300") == begin + "1.23 EUR");
  for (const auto& [currency, amount] :
       {std::pair{"EUR", "1.234"}, {"JPY", "1000.5"}, {"EUR", "1,23"}, {"EUR", "1e2"}, {"EUR", ""}}) {
    CHECK(total(currency, amount) == "unusable: PayableAmount is no amount of that currency");
  }
  CHECK(total("Euro", "1") == "unusable: DocumentCurrencyCode is no code of ISO 4217");
  Sample sample;
  sample.currency = "SEK";
  CHECK(read(sample) == Texts{"unusable: TaxInclusiveAmount is in another currency than DocumentCurrencyCode"});
}

TEST_CASE("invoice: a date without a time is noon where invoices are issued, and a stated offset counts before that") {
  const auto time = [](const std::string& date, const std::string& clock, const char* zone) {
    Sample sample;
    sample.dates =
        "<cbc:IssueDate>" + date + "</cbc:IssueDate>" + (clock.empty() ? "" : "<cbc:IssueTime>" + clock + "</cbc:IssueTime>");
    const std::string text = read(sample.text(), zone).at(0);
    return text.starts_with("final") ? text.substr(14, 20) : text;
  };
  CHECK(time("2026-05-22", "", "Etc/UTC") == "2026-05-22T12:00:00Z");
  CHECK(time("2026-05-22", "", "Asia/Shanghai") == "2026-05-22T04:00:00Z");
  CHECK(time("2026-05-22", "10:30:15", "Europe/Madrid") == "2026-05-22T08:30:15Z");
  CHECK(time("2026-05-22", "10:30:15.25", "Europe/Madrid") == "2026-05-22T08:30:15Z");
  CHECK(time("2026-05-22", "10:30:15+08:00", "Europe/Madrid") == "2026-05-22T02:30:15Z");
  CHECK(time("2026-05-22", "10:30:15Z", "Europe/Madrid") == "2026-05-22T10:30:15Z");
  CHECK(time("2026-05-22+08:00", "", "Europe/Madrid") == "2026-05-22T04:00:00Z");
  CHECK(time("2026-05-22+08:00", "10:30:15", "Europe/Madrid") == "2026-05-22T02:30:15Z");
  CHECK(time("2026-05-22+08:00", "10:30:15Z", "Europe/Madrid") == "2026-05-22T10:30:15Z");
  const std::string none = "unusable: IssueDate and IssueTime are no time, such as 2026-05-22 and 10:30:15";
  for (const char* date : {"22-05-2026", "2026-5-22", "2026-02-30", "22.05.2026", "2026-05-22 ago", "{{today}}"}) {
    CAPTURE(date);
    CHECK(time(date, "", "Etc/UTC") == none);
  }
  CHECK(time("2026-05-22", "10:30", "Etc/UTC") == none);
  CHECK(time("2026-03-29", "02:30:00", "Europe/Madrid") == none);
}

TEST_CASE("invoice: a copy is no second bill, and a pro forma none yet") {
  Sample sample;
  sample.copy = "<cbc:CopyIndicator>true</cbc:CopyIndicator>";
  CHECK(read(sample) == Texts{"reprint 2026-17 2026-05-22T12:00:00Z 121.00 EUR"});
  sample.copy = "<cbc:CopyIndicator>false</cbc:CopyIndicator>";
  CHECK(read(sample) == Texts{"final 2026-17 2026-05-22T12:00:00Z 121.00 EUR"});
  sample.type = "325";
  CHECK(read(sample) == Texts{"interim 2026-17 2026-05-22T12:00:00Z 121.00 EUR"});
}

TEST_CASE("invoice: a credit note takes back the whole of the invoice it names, with its date or without") {
  const Texts expected{"final C-5/credits/2026-17 reverses 2026-17 (refund) 2026-05-22T12:00:00Z 121.00 EUR"};
  CHECK(read(credit_note(preceding("2026-17"))) == expected);
  CHECK(read(credit_note(preceding("2026-17", "2026-05-20"))) == expected);
  const auto reversal = one(credit_note(preceding("2026-17")));
  CHECK(reversal.issuer == one({}).issuer);
  CHECK(reversal.reversed_issuer.empty());
  CHECK(reversal.reversed_event_id == one({}).event_id);
  CHECK(reversal.lines.empty());
  CHECK(reversal.quantities.empty());
}

TEST_CASE("invoice: a credit note with the number of an invoice is another event than that") {
  Sample sample = credit_note(preceding("2026-16"));
  sample.number = "2026-17";
  CHECK(read(sample) == Texts{"final 2026-17/credits/2026-16 reverses 2026-16 (refund) 2026-05-22T12:00:00Z 121.00 EUR"});
}

TEST_CASE("invoice: a credit note for several invoices takes each of them back") {
  CHECK(read(credit_note(preceding("16") + preceding("17"))) ==
        Texts{"final C-5/credits/16 reverses 16 (refund) 2026-05-22T12:00:00Z 121.00 EUR",
              "final C-5/credits/17 reverses 17 (refund) 2026-05-22T12:00:00Z 121.00 EUR"});
}

TEST_CASE("invoice: a copy of a credit note takes nothing back once more") {
  Sample sample = credit_note(preceding("2026-17"));
  sample.copy = "<cbc:CopyIndicator>true</cbc:CopyIndicator>";
  CHECK(read(sample) == Texts{"reprint C-5 2026-05-22T12:00:00Z 121.00 EUR"});
}

TEST_CASE("invoice: negative invoices and invoices of the type of a credit note credit, as Peppol and others use them") {
  Sample sample;
  sample.references = preceding("2026-16");
  sample.totals = "<cbc:PayableAmount currencyID=\"EUR\">-121.00</cbc:PayableAmount>";
  CHECK(read(sample) == Texts{"final 2026-17/credits/2026-16 reverses 2026-16 (refund) 2026-05-22T12:00:00Z -121.00 EUR"});
  sample = {};
  sample.references = preceding("2026-16");
  sample.type = "381";
  CHECK(read(sample) == Texts{"final 2026-17/credits/2026-16 reverses 2026-16 (refund) 2026-05-22T12:00:00Z 121.00 EUR"});
}

TEST_CASE("invoice: what credits or corrects without naming an invoice is left to people") {
  CHECK(read(credit_note("")) == Texts{"doubtful C-5/credits 2026-05-22T12:00:00Z 121.00 EUR"});
  CHECK(one(credit_note("")).remark == "it credits without naming an invoice; undo that one by hand if there is one");
  Sample negative = credit_note(preceding("2026-17"));
  negative.totals = "<cbc:PayableAmount currencyID=\"EUR\">-1.00</cbc:PayableAmount>";
  CHECK(read(negative) == Texts{"doubtful C-5/credits 2026-05-22T12:00:00Z -1.00 EUR"});
  Sample corrected;
  corrected.type = "384";
  CHECK(read(corrected) == Texts{"doubtful 2026-17/credits 2026-05-22T12:00:00Z 121.00 EUR"});
}

TEST_CASE("invoice: what the buyer wrote, or is for accounting alone, is nothing of the seller's") {
  const std::string by_buyer = "left out: the buyer wrote it (self-billed): the seller sent nothing in place of paper";
  Sample sample;
  sample.references = preceding("2026-16");
  for (const char* type : {"389", "471", "473", "500", "501", "527"}) {
    sample.type = type;
    CHECK(read(sample) == Texts{by_buyer});
  }
  Sample credit = credit_note(preceding("2026-16"));
  for (const char* type : {"261", "502"}) {
    credit.type = type;
    CHECK(read(credit) == Texts{by_buyer});
  }
  for (const char* root : {"SelfBilledInvoice", "SelfBilledCreditNote"}) {
    sample = {};
    sample.kind = root;
    CHECK(read(sample) == Texts{by_buyer});
  }
  sample = {};
  for (const char* type : {"751", "130"}) {
    sample.type = type;
    CHECK(read(sample) == Texts{"left out: by its type it is for accounting alone, and no invoice that a buyer was sent"});
  }
  if (const auto folder = greentill::test::corpus("cases/invoice-self-billed")) {
    CHECK(read(plugin::test::file_text(*folder / "invoice.xml"), "Europe/Berlin") == Texts{by_buyer});
  }
}

TEST_CASE("invoice: each type is what it means, and of one that is not known nothing is claimed") {
  Sample sample;
  for (const char* type : {"", "326", "380", "383", "386", "388", "393", "82", "875", "877"}) {
    sample.type = type;
    CHECK(read(sample) == Texts{"final 2026-17 2026-05-22T12:00:00Z 121.00 EUR"});
  }
  for (const char* type : {"999", "7", "38", "380 ", "invoice", "211"}) {
    sample.type = type;
    const bool is_known = sample.type == "380 ";  // blanks around it are none of the code
    CHECK(read(sample) == Texts{std::string(is_known ? "final" : "doubtful") + " 2026-17 2026-05-22T12:00:00Z 121.00 EUR"});
  }
  for (const char* type : {"", "380", "396", "81", "262", "296", "308"}) {
    Sample credit = credit_note(preceding("2026-16"));
    credit.type = type;
    CHECK(read(credit) == Texts{"final C-5/credits/2026-16 reverses 2026-16 (refund) 2026-05-22T12:00:00Z 121.00 EUR"});
  }
}

TEST_CASE("invoice: a corrected invoice takes the one before back and stands in its place") {
  Sample sample;
  sample.type = "384";
  sample.references = preceding("2026-16");
  CHECK(read(sample) == Texts{"final 2026-17/credits/2026-16 reverses 2026-16 (correction) 2026-05-22T12:00:00Z 121.00 EUR",
                              "final 2026-17 2026-05-22T12:00:00Z 121.00 EUR"});
}

TEST_CASE("invoice: an invoice that names the one of a prepayment takes nothing back") {
  Sample sample;
  sample.references = preceding("2026-16");
  CHECK(read(sample) == Texts{"final 2026-17 2026-05-22T12:00:00Z 121.00 EUR"});
}

TEST_CASE("invoice: what Peppol puts around a document on its way is passed over") {
  const std::string document = Sample().text();
  const std::string inside = document.substr(document.find("?>") + 2);
  CHECK(read("<StandardBusinessDocument xmlns='http://www.unece.org/cefact/namespaces/StandardBusinessDocumentHeader'>"
             "<StandardBusinessDocumentHeader><Sender/></StandardBusinessDocumentHeader>" +
             inside + "</StandardBusinessDocument>") == Texts{"final 2026-17 2026-05-22T12:00:00Z 121.00 EUR"});
}

TEST_CASE("invoice: attachments may be long") {
  const std::string attachment = "<cac:AdditionalDocumentReference><cbc:EmbeddedDocumentBinaryObject>" +
                                 std::string(3u << 20, 'A') +
                                 "</cbc:EmbeddedDocumentBinaryObject></cac:AdditionalDocumentReference>";
  Sample sample;
  sample.references = attachment;
  CHECK(read(sample) == Texts{"final 2026-17 2026-05-22T12:00:00Z 121.00 EUR"});
}

TEST_CASE("invoice: names count with their namespaces, whatever prefix stands for them") {
  const std::string document = Sample().text();
  CHECK(read(replaced(replaced(document, "cbc:", "x:"), ":cbc=", ":x=")) ==
        Texts{"final 2026-17 2026-05-22T12:00:00Z 121.00 EUR"});
  CHECK(read(replaced(document, "xsd:Invoice-2", "xsd:Invoice-3")) ==
        Texts{"unusable: it is XML, but neither a UBL Invoice, a UBL CreditNote nor a CrossIndustryInvoice"});
  CHECK(read(replaced(document, "CommonBasicComponents-2", "CommonBasicComponents-1")) ==
        Texts{"unusable: AccountingSupplierParty has neither EndpointID, PartyIdentification nor CompanyID"});
}

TEST_CASE("invoice: what is no invoice, or lacks what names it, is refused") {
  CHECK(read("<a/>") == Texts{"unusable: it is XML, but neither a UBL Invoice, a UBL CreditNote nor a CrossIndustryInvoice"});
  CHECK(read("plain text") == Texts{"unusable: line 1: it is no XML: syntax error"});
  CHECK(read("<!DOCTYPE Invoice><Invoice/>") == Texts{"unusable: line 1: it declares a document type, which is not read"});
  Sample sample;
  sample.number = "";
  CHECK(read(sample) == Texts{"unusable: ID is missing"});
  sample = {};
  sample.dates = "";
  CHECK(read(sample) == Texts{"unusable: IssueDate is missing"});
}

}  // namespace
}  // namespace greentill::invoice
