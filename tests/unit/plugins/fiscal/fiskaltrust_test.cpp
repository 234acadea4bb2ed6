// SPDX-License-Identifier: Apache-2.0
// Receipts of our own making in the shape of the fiskaltrust interface.
#include "plugins/fiscal/fiskaltrust.hpp"

#include <doctest/doctest.h>

#include "plugins/fiscal/document.hpp"
#include "tests/unit/plugins/shown.hpp"

namespace greentill::fiscal {
namespace {

using namespace plugin::test;

constexpr const char* kCashBox = "0c9d2c56-55b4-4a63-a0b2-0cbb3c9cfe01";

struct Receipt {
  std::string code = "4919338167972134913";  // Germany's pos-receipt, 0x4445000000000001
  std::string lines = R"({"Quantity": 2, "Description": "Tea", "Amount": 7.00, "ftChargeItemCase": 4919338167972134913})";
  std::string payments = R"({"Quantity": 1, "Description": "Bar", "Amount": 7.00, "ftPayItemCase": 4919338167972134913})";
  std::string more = "";
  std::string reference = "17";
  std::string moment = "2026-05-22T08:30:15Z";
  std::string cash_box = kCashBox;

  [[nodiscard]] std::string text() const {
    return "{\"ftCashBoxID\": \"" + cash_box + "\", \"cbReceiptReference\": \"" + reference + "\", \"cbReceiptMoment\": \"" +
           moment + "\", \"ftReceiptCase\": " + code + ", \"cbChargeItems\": [" + lines + "], \"cbPayItems\": [" + payments +
           "]" + more + "}";
  }
};

Texts read(const std::string& document) {
  static const Documents documents;
  return outcome([](std::string_view text) { return documents.read(text); }, document);
}
Texts read(const Receipt& receipt) { return read(receipt.text()); }

plugin::Transaction one(const Receipt& receipt) {
  const auto all = transactions(Documents().read(receipt.text()));
  REQUIRE(all.size() == 1);
  return all[0];
}

/// Italy's, of version 2; `flags` are the bits 16 to 31.
std::string italian(unsigned number, unsigned flags = 0) {
  return std::to_string(0x4954200000000000ull | static_cast<std::uint64_t>(flags) << 16 | number);
}
std::string italian_line(const std::string& name, const std::string& quantity, const std::string& amount, unsigned flags) {
  return "{\"Quantity\": " + quantity + ", \"Description\": \"" + name + "\", \"Amount\": " + amount +
         ", \"ftChargeItemCase\": " + italian(1, flags) + "}";
}

TEST_CASE("fiskaltrust: a sale") {
  CHECK(read(Receipt()) == Texts{"final 17 2026-05-22T08:30:15Z 7.00 EUR cash: Tea *2 7.00"});
  const auto sale = one({});
  CHECK(sale.issuer == std::string("fiskaltrust:") + kCashBox);
  CHECK(sale.kind == GT_KIND_SALE);
  CHECK(sale.begin == sale.end);
  CHECK(sale.receipt_medium.empty());
  CHECK(all_texts(sale).find("fiscal.country=DE") != std::string::npos);
}

TEST_CASE("fiskaltrust: the cash box names the issuer, whatever the case of its letters") {
  Receipt receipt;
  receipt.cash_box = "0C9D2C56-55B4-4A63-A0B2-0CBB3C9CFE01";
  CHECK(one(receipt).issuer == one({}).issuer);
  receipt.cash_box = std::string(60, 'x');
  CHECK(one(receipt).issuer.size() == 44);
  receipt.cash_box = "00000000-0000-0000-0000-000000000000";
  CHECK(read(receipt) == Texts{"unusable: ftCashBoxID is all zeros, which any till could have"});
}

TEST_CASE("fiskaltrust: article numbers, groups and bar codes") {
  Receipt receipt;
  receipt.lines = R"({"Quantity": 1, "Description": "Tea", "Amount": 1, "ftChargeItemCase": 4919338167972134913,
    "ProductNumber": "4711", "ProductGroup": "Hot drinks", "ProductBarcode": "4006381333931"})";
  const auto sale = one(receipt);
  CHECK(sale.lines[0].sku == "4711");
  CHECK(sale.lines[0].category == "Hot drinks");
  CHECK(sale.lines[0].gtin == "4006381333931");
  receipt.lines = replaced(receipt.lines, "4006381333931", "shelf 7");
  CHECK(one(receipt).lines[0].gtin.empty());
}

TEST_CASE("fiskaltrust: amounts of 26 places become cents, and their sum is taken before it is rounded") {
  Receipt receipt;
  const auto third = [](const char* amount) {
    return std::string(R"({"Description": "Third", "Amount": )") + amount + R"(, "ftChargeItemCase": 4919338167972134913})";
  };
  receipt.lines = third("3.33333333333333333333333333") + "," + third("3.33333333333333333333333333") + "," +
                  third("3.33333333333333333333333334");
  CHECK(read(receipt) == Texts{"final 17 2026-05-22T08:30:15Z 10.00 EUR cash: Third *1 3.33; Third *1 3.33; Third *1 3.33"});
  receipt.lines = third("0.001");
  CHECK(read(receipt) == Texts{"final 17 2026-05-22T08:30:15Z 0.00 EUR cash: Third *1 0.00"});
  receipt.lines = third("1e2");
  CHECK(read(receipt) == Texts{"unusable: cbChargeItems[1].Amount is no decimal of at most 38 digits"});
  receipt.lines = third("\"1.00\"");
  CHECK(read(receipt) == Texts{"unusable: cbChargeItems[1].Amount is no decimal of at most 38 digits"});
  receipt.lines = third("99999999999999999999");
  CHECK(read(receipt) == Texts{"unusable: cbChargeItems[1].Amount does not fit 64 bits"});
  receipt.lines = R"({"Description": "Tea", "ftChargeItemCase": 4919338167972134913})";
  CHECK(read(receipt) == Texts{"unusable: cbChargeItems[1].Amount is missing"});
}

TEST_CASE("fiskaltrust: the total is the stated one, or the sum where there is none or a nought") {
  Receipt receipt;
  receipt.more = ", \"cbReceiptAmount\": 6.995";
  CHECK(one(receipt).total_minor == 700);
  receipt.more = ", \"cbReceiptAmount\": 6.5";
  CHECK(one(receipt).total_minor == 650);
  receipt.more = ", \"cbReceiptAmount\": 0";
  CHECK(one(receipt).total_minor == 700);
  receipt.more = ", \"cbReceiptAmount\": null";
  CHECK(one(receipt).total_minor == 700);
}

TEST_CASE("fiskaltrust: a currency without cents") {
  Receipt receipt;
  receipt.more = ", \"Currency\": \"JPY\"";
  CHECK(one(receipt).total_minor == 7);
  CHECK(one(receipt).currency == "JPY");
  receipt.more = ", \"Currency\": \"Euro\"";
  CHECK(read(receipt) == Texts{"unusable: Currency is no code of ISO 4217"});
}

TEST_CASE("fiskaltrust: pieces are in Quantity, or in UnitQuantity where that is 1, and never the product of both") {
  const auto pieces = [](const std::string& quantity, const std::string& unit_quantity) {
    Receipt receipt;
    receipt.lines =
        "{\"Description\": \"Tea\", \"Amount\": 1, \"ftChargeItemCase\": 4919338167972134913, \"Quantity\": " + quantity +
        ", \"UnitQuantity\": " + unit_quantity + "}";
    return one(receipt).lines[0].quantity_milli;
  };
  CHECK(pieces("1.0", "4.0000") == 4000);
  CHECK(pieces("4", "1") == 4000);
  CHECK(pieces("4", "4") == 4000);
  CHECK(pieces("1", "null") == 1000);
  CHECK(pieces("1", "0.5") == 1000);  // a bottle of half a litre is a piece
  CHECK(pieces("1", "0") == 1000);
  CHECK(pieces("0.25", "3") == 250);
}

TEST_CASE("fiskaltrust: a quantity is what its unit says, and nothing where the unit is not known") {
  const auto milli = [](const std::string& unit, const std::string& quantity, const std::string& unit_quantity = {}) {
    Receipt receipt;
    receipt.lines = R"({"Description": "Clothes", "Amount": 2, "ftChargeItemCase": 4919338167972134913, "Unit": ")" + unit +
                    R"(", "Quantity": )" + quantity + (unit_quantity.empty() ? "" : ", \"UnitQuantity\": " + unit_quantity) + "}";
    return one(receipt).lines[0].quantity_milli;
  };
  CHECK(milli("lb", "1.5") == 680);
  CHECK(milli("kg", "1", "1.5") == 1500);
  CHECK(milli("kg", "1.5", "1.5") == 1500);
  CHECK(milli("kg", "1.5", "1") == 1500);
  CHECK(milli("kg", "2", "1.5") == 0);  // two packs of that weight, or one of the two the weight?
  CHECK(milli("Stk", "3") == 3000);
  CHECK(milli("Stk", "1", "4") == 4000);
  CHECK(milli("Liter", "1", "1") == 1000);
  CHECK(milli("Karton", "2") == 0);
}

TEST_CASE("fiskaltrust: orders, interim bills and deliveries wait for the payment under the same id") {
  for (const char* code : {"4919338167972134928", "4919338167972134926", "4919338167972134927", "4919338167972134920"}) {
    Receipt receipt;
    receipt.code = code;
    CHECK(read(receipt) == Texts{"interim 17 2026-05-22T08:30:15Z 7.00 EUR cash: Tea *2 7.00"});
  }
}

TEST_CASE("fiskaltrust: closings, logs and movements of cash sell nothing") {
  for (const unsigned number : {0x02, 0x07, 0x11, 0x12, 0x14}) {
    Receipt receipt;
    receipt.code = std::to_string(0x4445000000000000ull | number);
    CHECK(read(receipt) == Texts{"left out: nothing was sold: it is a closing, a protocol or a movement of cash"});
  }
}

TEST_CASE("fiskaltrust: training is no sale, whatever else the receipt says") {
  Receipt receipt;
  receipt.code = "4919338167972265985";  // 0x4445000000020001
  CHECK(read(receipt) == Texts{"training 17 2026-05-22T08:30:15Z 7.00 EUR cash: Tea *2 7.00"});
  receipt.code = "4919338167972528129";  // 0x4445000000060001: training to void
  receipt.more = ", \"cbPreviousReceiptReference\": \"16\"";
  CHECK(read(receipt) == Texts{"training 17 2026-05-22T08:30:15Z 7.00 EUR cash: Tea *2 7.00"});
}

TEST_CASE("fiskaltrust: a copy, and a request that is sent again, are no second sale") {
  Receipt receipt;
  receipt.code = italian(0x3010);
  CHECK(read(receipt) == Texts{"reprint 17 2026-05-22T08:30:15Z 7.00 EUR cash: Tea *2 7.00"});
  receipt.code = italian(1, 0x8000);
  CHECK(read(receipt) == Texts{"reprint 17 2026-05-22T08:30:15Z 7.00 EUR cash: Tea *2 7.00"});
  receipt.code = std::to_string(0x4445800000000001ull);
  CHECK(read(receipt) == Texts{"reprint 17 2026-05-22T08:30:15Z 7.00 EUR cash: Tea *2 7.00"});
}

TEST_CASE("fiskaltrust: what was written by hand was on paper") {
  Receipt receipt;
  receipt.code = std::to_string(0x4154000000080001ull);
  const auto sale = one(receipt);
  CHECK(sale.standing == GT_FINAL);
  CHECK(sale.receipt_medium == "paper");
}

TEST_CASE("fiskaltrust: a void takes the whole of the receipt back that it names") {
  Receipt receipt;
  receipt.code = std::to_string(0x4154000000040001ull);
  receipt.more = ", \"cbPreviousReceiptReference\": \"16\"";
  CHECK(read(receipt) == Texts{"final 17 reverses 16 (cancelled) 2026-05-22T08:30:15Z 7.00 EUR cash"});
}

TEST_CASE("fiskaltrust: a void under the reference of what it takes back has an id of its own") {
  Receipt receipt;
  receipt.code = std::to_string(0x4154000000040001ull);
  receipt.more = ", \"cbPreviousReceiptReference\": \"17\"";
  CHECK(read(receipt) == Texts{"final 17/void reverses 17 (cancelled) 2026-05-22T08:30:15Z 7.00 EUR cash"});
}

TEST_CASE("fiskaltrust: a void or return that names no receipt is kept for people to see, with what to do") {
  Receipt receipt;
  receipt.code = std::to_string(0x4445000000040001ull);
  CHECK(read(receipt) == Texts{"doubtful 17 2026-05-22T08:30:15Z 7.00 EUR cash: Tea *2 7.00"});
  CHECK(one(receipt).remark ==
        "it takes a receipt back without naming which; undo that one by hand if something was claimed for it");
  receipt.more = ", \"cbPreviousReceiptReference\": [\"15\", \"16\"]";
  CHECK(read(receipt) == Texts{"doubtful 17 2026-05-22T08:30:15Z 7.00 EUR cash: Tea *2 7.00"});
  receipt.more = ", \"cbPreviousReceiptReference\": [\"16\"]";
  CHECK(read(receipt) == Texts{"final 17 reverses 16 (cancelled) 2026-05-22T08:30:15Z 7.00 EUR cash"});
}

TEST_CASE("fiskaltrust: a receipt that is paid with Storno is a void, though its code says a sale") {
  Receipt receipt;
  receipt.payments = R"({"Description": "STORNO", "Amount": 7.00, "ftPayItemCase": 4919338167972134929})";
  CHECK(read(receipt) == Texts{"doubtful 17 2026-05-22T08:30:15Z 7.00 EUR: Tea *2 7.00"});
  receipt.more = ", \"cbPreviousReceiptReference\": \"16\"";
  CHECK(read(receipt) == Texts{"final 17 reverses 16 (cancelled) 2026-05-22T08:30:15Z 7.00 EUR"});
}

TEST_CASE("fiskaltrust: a refund takes back the lines that it lists, from the receipt that it names in the Italian way") {
  Receipt receipt;
  receipt.code = italian(1, 0x0100);
  receipt.lines = italian_line("Tea", "-1", "-3.50", 0x0002);
  receipt.more = ", \"cbPreviousReceiptReference\": \"99IEC000001,00010001;0001-0002;20260521120101\"";
  CHECK(read(receipt) == Texts{"final 17 reverses 0001-0002 (refund) 2026-05-22T08:30:15Z -3.50 EUR cash: Tea *-1 -3.50"});
  receipt.code = italian(1);
  CHECK(read(receipt) == Texts{"final 17 reverses 0001-0002 (refund) 2026-05-22T08:30:15Z -3.50 EUR cash: Tea *-1 -3.50"});
}

TEST_CASE("fiskaltrust: a refund without lines does not say what comes back, and is left to people") {
  Receipt receipt;
  receipt.code = italian(1, 0x0100);
  receipt.lines = "";
  receipt.more = ", \"cbPreviousReceiptReference\": \"16\"";
  CHECK(read(receipt) == Texts{"doubtful 17 2026-05-22T08:30:15Z 0.00 EUR cash"});
  CHECK(one(receipt).remark ==
        "it takes a receipt back without saying what of it; undo that one by hand if something was claimed for it");
}

TEST_CASE("fiskaltrust: only the Italian way to name a receipt is taken apart") {
  Receipt receipt;
  receipt.code = italian(1, 0x0004);
  for (const std::string name : {"a;b;c", "a,b;c;20261399120101", ";;", "a,b;c"}) {
    receipt.more = ", \"cbPreviousReceiptReference\": \"" + name + "\"";
    CHECK(one(receipt).reversed_event_id == name);
  }
}

TEST_CASE("fiskaltrust: without a flag, a receipt of nothing but negative lines is a return") {
  Receipt receipt;
  receipt.lines = R"({"Quantity": -1, "Description": "Tea", "Amount": -3.50, "ftChargeItemCase": 4919338167972134913})";
  receipt.more = ", \"cbPreviousReceiptReference\": \"16\"";
  CHECK(read(receipt) == Texts{"final 17 reverses 16 (refund) 2026-05-22T08:30:15Z -3.50 EUR cash: Tea *-1 -3.50"});
}

TEST_CASE("fiskaltrust: a receipt that sells and takes back is a sale and a reversal") {
  Receipt receipt;
  receipt.code = italian(1);
  receipt.lines = italian_line("Soup", "1", "6.00", 0) + "," + italian_line("Tea", "-1", "-3.50", 0x0002);
  CHECK(read(receipt) == Texts{"final 17 2026-05-22T08:30:15Z 2.50 EUR cash: Soup *1 6.00; Tea *-1 -3.50"});
  receipt.more = ", \"cbPreviousReceiptReference\": \"16\"";
  CHECK(read(receipt) == Texts{"final 17 2026-05-22T08:30:15Z 6.00 EUR cash: Soup *1 6.00",
                               "final 17/return reverses 16 (refund) 2026-05-22T08:30:15Z -3.50 EUR cash: Tea *-1 -3.50"});
}

TEST_CASE("fiskaltrust: a line voided within its receipt stays as its negative") {
  Receipt receipt;
  receipt.code = italian(1);
  receipt.lines = italian_line("Tea", "2", "7.00", 0) + "," + italian_line("Tea", "-1", "-3.50", 0x0001);
  CHECK(read(receipt) == Texts{"final 17 2026-05-22T08:30:15Z 3.50 EUR cash: Tea *2 7.00; Tea *-1 -3.50"});
}

TEST_CASE("fiskaltrust: a discount is an amount without pieces, and takes nothing back") {
  Receipt receipt;
  receipt.code = italian(1);
  receipt.lines = italian_line("Tea", "1", "3.50", 0) + "," + italian_line("Free tea", "-1", "-3.50", 0x0004);
  CHECK(read(receipt) == Texts{"final 17 2026-05-22T08:30:15Z 0.00 EUR cash: Tea *1 3.50; Free tea *0 -3.50"});
}

TEST_CASE("fiskaltrust: deposit given back undoes no sale") {
  Receipt receipt;
  receipt.lines =
      R"({"Quantity": -6, "Description": "Pfand", "Amount": -0.90, "ftChargeItemCase": 4919338167972134953})";  // 0x29
  CHECK(read(receipt) == Texts{"final 17 2026-05-22T08:30:15Z -0.90 EUR cash: Pfand *-6 -0.90"});
}

TEST_CASE("fiskaltrust: of several kinds of payment none is the tender") {
  Receipt receipt;
  receipt.payments += R"(, {"Description": "Karte", "Amount": 1, "ftPayItemCase": 4919338167972134917})";
  CHECK(one(receipt).tender.empty());
  receipt.payments = "";
  CHECK(one(receipt).tender.empty());
}

TEST_CASE("fiskaltrust: times that are templates, lack their offset or are none are refused, not guessed") {
  Receipt receipt;
  receipt.moment = "{{current_moment}}";
  CHECK(read(receipt) == Texts{"unusable: cbReceiptMoment is a template that was not filled in"});
  for (const char* moment : {"2026-05-22T08:30:15", "22-05-2026 08:30:15", "2026-13-22T08:30:15Z", "1779438615"}) {
    receipt.moment = moment;
    CHECK(read(receipt) == Texts{"unusable: cbReceiptMoment is no time in UTC, such as 2026-05-22T10:30:15Z"});
  }
  receipt.moment = "2026-05-22T10:30:15.12+02:00";
  CHECK(one(receipt).begin == one({}).begin);
}

TEST_CASE("fiskaltrust: what is missing or of the wrong kind is named") {
  Receipt receipt;
  receipt.reference = "";
  CHECK(read(receipt) == Texts{"unusable: cbReceiptReference is missing"});
  receipt = {};
  receipt.cash_box = "{{cashbox_id}}";
  CHECK(read(receipt) == Texts{"unusable: ftCashBoxID is a template that was not filled in"});
  CHECK(read(R"({"ftReceiptCase": 4919338167972134913})") == Texts{"unusable: ftCashBoxID is missing"});
  CHECK(read(R"({"ftReceiptCase": 4919338167972134913, "ftCashBoxID": 7})") == Texts{"unusable: ftCashBoxID must be a text"});
  receipt = {};
  receipt.lines = "7";
  CHECK(read(receipt) == Texts{"unusable: cbChargeItems[1].Amount is missing"});
  receipt.more = ", \"cbPayItems\": {}";
  CHECK(read(receipt) == Texts{"unusable: a name occurs twice in one of its objects"});
  CHECK(read("{\"a\": 1}") ==
        Texts{"unusable: it is JSON, but neither a request or answer of the fiskaltrust middleware nor a record "
              "of an RT server"});
  CHECK(read("nonsense") == Texts{"unusable: byte 2: it is not JSON"});
}

TEST_CASE("fiskaltrust: long references become their digest") {
  Receipt receipt;
  receipt.reference = std::string(500, 'r');
  CHECK(one(receipt).event_id.starts_with("sha256:"));
}

TEST_CASE("fiskaltrust: customer, clerk, table and settlement never go on") {
  Receipt receipt;
  receipt.more = R"(, "cbUser": "secret-1", "cbArea": "secret-2", "cbCustomer": "{\"CustomerName\":\"secret-3\"}",
    "cbSettlement": "secret-4", "ftReceiptCaseData": "secret-5")";
  CHECK(all_texts(one(receipt)).find("secret") == std::string::npos);
}

TEST_CASE("fiskaltrust: an answer has the id of its request, and is a copy of it") {
  const std::string answer =
      std::string(R"({"ftCashBoxID": ")") + kCashBox +
      R"(", "cbReceiptReference": "17", "ftReceiptIdentification": "ft1#", "ftReceiptMoment": "2026-05-22T08:30:16Z",
    "ftSignatures": [{"Data": "secret"}]})";
  CHECK(read(answer) == Texts{"reprint 17 2026-05-22T08:30:16Z"});
  const auto all = transactions(Documents().read(answer));
  CHECK(all[0].issuer == one({}).issuer);
  CHECK(all[0].event_id == one({}).event_id);
  CHECK(all_texts(all[0]).find("secret") == std::string::npos);
}

}  // namespace
}  // namespace greentill::fiscal
