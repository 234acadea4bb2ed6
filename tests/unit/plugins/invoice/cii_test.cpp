// SPDX-License-Identifier: Apache-2.0
// UN/CEFACT's Cross Industry Invoice, which XRechnung, ZUGFeRD 2 and Factur-X are written in.
#include <doctest/doctest.h>

#include "plugins/invoice/document.hpp"
#include "tests/unit/plugins/invoice/samples.hpp"
#include "tests/unit/plugins/shown.hpp"

namespace greentill::invoice::cii_test {
namespace {

using namespace plugin::test;
using test::cii_preceding;
using test::CiiSample;

Texts read(const std::string& document, const std::string& zone = "Etc/UTC") {
  const Documents documents(zone);
  return outcome([&](std::string_view text) { return documents.read(text); }, document);
}
Texts read(const CiiSample& sample) { return read(sample.text()); }

plugin::Transaction one(const std::string& document) {
  const auto all = transactions(Documents("Etc/UTC").read(document));
  REQUIRE(all.size() == 1);
  return all[0];
}

TEST_CASE("cii: an invoice is a bill without paper, and nothing personal of it goes on") {
  const auto bill = one(CiiSample().text());
  CHECK(shown(bill) == "final 2026-17 2026-05-22T12:00:00Z 121.00 EUR");
  CHECK(bill.kind == GT_KIND_BILL);
  CHECK(bill.receipt_medium == "einvoice");
  REQUIRE(bill.attributes.size() == 1);
  CHECK(bill.attributes[0].key == "document");
  CHECK(bill.attributes[0].value == "cii.invoice");
  CHECK(all_texts(bill).find("secret") == std::string::npos);
  CHECK(all_texts(bill).find("7300010000001") == std::string::npos);
}

TEST_CASE("cii: one invoice is one event, whether it is written in CII or in UBL") {
  const auto ubl = one(test::Sample().text());
  const auto cii = one(CiiSample().text());
  CHECK(cii.issuer == ubl.issuer);
  CHECK(cii.event_id == ubl.event_id);
  CiiSample sample;
  test::Sample same;
  sample.seller = "<ram:SpecifiedTaxRegistration><ram:ID schemeID=\"VA\">DE123456789</ram:ID></ram:SpecifiedTaxRegistration>";
  same.supplier = "<cac:PartyTaxScheme><cbc:CompanyID>DE123456789</cbc:CompanyID></cac:PartyTaxScheme>";
  CHECK(one(sample.text()).issuer == one(same.text()).issuer);
  sample.seller = "<ram:GlobalID schemeID=\"0060\">1</ram:GlobalID>";
  same.supplier = "<cac:PartyIdentification><cbc:ID schemeID=\"0060\">1</cbc:ID></cac:PartyIdentification>";
  CHECK(one(sample.text()).issuer == one(same.text()).issuer);
  sample.seller = "<ram:Name>x</ram:Name>";
  CHECK(read(sample) ==
        Texts{"unusable: SellerTradeParty has neither URIID, GlobalID, ID nor the number of a register or tax office"});
}

TEST_CASE("cii: types are as in UBL") {
  CiiSample sample;
  sample.type = "381";
  CHECK(read(sample) == Texts{"doubtful 2026-17/credits 2026-05-22T12:00:00Z 121.00 EUR"});
  sample.preceding = cii_preceding("16") + cii_preceding("17");
  CHECK(read(sample) == Texts{"final 2026-17/credits/16 reverses 16 (refund) 2026-05-22T12:00:00Z 121.00 EUR",
                              "final 2026-17/credits/17 reverses 17 (refund) 2026-05-22T12:00:00Z 121.00 EUR"});
  sample.preceding = cii_preceding("16");
  sample.type = "384";
  CHECK(read(sample) == Texts{"final 2026-17/credits/16 reverses 16 (correction) 2026-05-22T12:00:00Z 121.00 EUR",
                              "final 2026-17 2026-05-22T12:00:00Z 121.00 EUR"});
  for (const char* type : {"389", "261", "501"}) {
    sample.type = type;
    CHECK(read(sample) == Texts{"left out: the buyer wrote it (self-billed): the seller sent nothing in place of paper"});
  }
  sample.type = "751";
  CHECK(read(sample)[0].starts_with("left out: by its type it is for accounting alone"));
  sample.type = "325";
  CHECK(read(sample) == Texts{"interim 2026-17 2026-05-22T12:00:00Z 121.00 EUR"});
  sample.type = "386";
  CHECK(read(sample) == Texts{"final 2026-17 2026-05-22T12:00:00Z 121.00 EUR"});
  sample.type = "";
  CHECK(read(sample) == Texts{"unusable: TypeCode is missing"});
}

TEST_CASE("cii: tests and copies are none") {
  CiiSample sample;
  sample.context = "<ram:TestIndicator><udt:Indicator>true</udt:Indicator></ram:TestIndicator>";
  CHECK(read(sample) == Texts{"training 2026-17 2026-05-22T12:00:00Z 121.00 EUR"});
  sample.context = "<ram:TestIndicator><udt:Indicator>false</udt:Indicator></ram:TestIndicator>";
  CHECK(read(sample) == Texts{"final 2026-17 2026-05-22T12:00:00Z 121.00 EUR"});
  sample.copy = "<ram:CopyIndicator><udt:Indicator>1</udt:Indicator></ram:CopyIndicator>";
  CHECK(read(sample) == Texts{"reprint 2026-17 2026-05-22T12:00:00Z 121.00 EUR"});
}

TEST_CASE("cii: dates are days, at noon where invoices are issued") {
  const auto time = [](const std::string& date) {
    CiiSample sample;
    sample.date = date;
    const std::string text = read(sample.text(), "Europe/Madrid").at(0);
    return text.starts_with("final") ? text.substr(14, 20) : text;
  };
  CHECK(time("<udt:DateTimeString format=\"102\">20260522</udt:DateTimeString>") == "2026-05-22T10:00:00Z");
  CHECK(time("<udt:DateTimeString>20260522</udt:DateTimeString>") == "2026-05-22T10:00:00Z");
  CHECK(time("<udt:DateTimeString format=\"203\">202605221030</udt:DateTimeString>") == "2026-05-22T08:30:00Z");
  CHECK(time("<udt:DateTimeString format=\"204\">20260522103015</udt:DateTimeString>") == "2026-05-22T08:30:15Z");
  for (const char* wrong : {"", "<udt:DateTimeString format=\"102\">2026-05-22</udt:DateTimeString>",
                            "<udt:DateTimeString format=\"102\">20260230</udt:DateTimeString>",
                            "<udt:DateTimeString format=\"610\">202605</udt:DateTimeString>"}) {
    CHECK(time(wrong) == "unusable: IssueDateTime is no day such as 20260522 (format 102)");
  }
}

TEST_CASE("cii: the total is the one with tax, exactly, in the invoice's currency") {
  const auto total = [](const std::string& currency, const std::string& sums) {
    CiiSample sample;
    sample.currency = currency;
    sample.sums = sums;
    return read(sample).at(0);
  };
  const std::string begin = "final 2026-17 2026-05-22T12:00:00Z ";
  CHECK(total("EUR", "<ram:DuePayableAmount>7</ram:DuePayableAmount>") == begin + "7.00 EUR");
  CHECK(total("JPY", "<ram:GrandTotalAmount currencyID=\"JPY\">1000</ram:GrandTotalAmount>") == begin + "10.00 JPY");
  CHECK(total("EUR", "<ram:GrandTotalAmount>1.234</ram:GrandTotalAmount>") ==
        "unusable: GrandTotalAmount is no amount of that currency");
  CHECK(total("EUR", "<ram:GrandTotalAmount currencyID=\"USD\">1</ram:GrandTotalAmount>") ==
        "unusable: GrandTotalAmount is in another currency than InvoiceCurrencyCode");
  CHECK(total("QQQ", "<ram:GrandTotalAmount>1</ram:GrandTotalAmount>") == "unusable: InvoiceCurrencyCode is no code of ISO 4217");
  CHECK(total("EUR", "").starts_with("unusable: SpecifiedTradeSettlementHeaderMonetarySummation has neither"));
}

TEST_CASE("cii: ZUGFeRD 1.0 is told from what is read") {
  CHECK(read("<rsm:CrossIndustryDocument xmlns:rsm='urn:ferd:CrossIndustryDocument:invoice:1p0'/>") ==
        Texts{"unusable: it is ZUGFeRD 1.0, which is not read: have invoices written as ZUGFeRD 2, Factur-X or XRechnung"});
  CHECK(read("<a:CrossIndustryInvoice xmlns:a='urn:other'/>").at(0).starts_with("unusable: it is XML, but neither"));
  CHECK(read("<r:CrossIndustryInvoice xmlns:r='urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100'/>") ==
        Texts{"unusable: ApplicableHeaderTradeSettlement is missing"});
}

TEST_CASE("cii: in the encoding that it declares") {
  const std::string text =
      replaced(replaced(CiiSample().text(), "encoding='UTF-8'", "encoding='windows-1252'"), "2026-17", "\xc4-17");
  CHECK(read(text) == Texts{"final Ä-17 2026-05-22T12:00:00Z 121.00 EUR"});
}

}  // namespace
}  // namespace greentill::invoice::cii_test
