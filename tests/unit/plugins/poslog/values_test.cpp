// SPDX-License-Identifier: Apache-2.0
// What the numbers of a POSLog mean: in which currency, of which unit, and in which category.
#include <doctest/doctest.h>

#include "tests/support/corpora.hpp"
#include "tests/unit/plugins/poslog/logs.hpp"
#include "tests/unit/plugins/shown.hpp"

namespace greentill::poslog::values_test {
namespace {

using namespace test;
using plugin::test::file_text;
using plugin::test::replaced;
using Texts = std::vector<std::string>;

/// A receipt without a CurrencyCode; `attribute` of its amounts.
std::string without_code(const std::string& attribute, const std::string& amount = "199") {
  const std::string log =
      replaced(receipt(1, sale("x", "1", amount) + "<Total TotalType=\"TransactionGrandAmount\">" + amount + "</Total>"),
               "<CurrencyCode>EUR</CurrencyCode>", "");
  return replaced(replaced(log, "<ExtendedAmount", "<ExtendedAmount " + attribute), "<Total ", "<Total " + attribute + " ");
}

TEST_CASE("poslog: the currency is the code's, else that of the amounts' attributes, else the configuration's") {
  const auto shown = [](const std::string& log, const std::string& more = {}) {
    const auto transaction = test::read(log_of(log), settings(more)).transactions.at(0);
    CHECK(transaction.standing == GT_FINAL);
    CHECK(transaction.total_minor == transaction.lines.at(0).amount_minor);
    return std::to_string(transaction.total_minor) + " " + transaction.currency;
  };
  CHECK(shown(without_code("Currency=\"JPY\"")) == "199 JPY");
  CHECK(shown(without_code("CurrencyCode=\"KWD\"", "1.2345")) == "1235 KWD");
  CHECK(shown(without_code("Currency=\"JPY\""), "currency = \"EUR\"\n") == "199 JPY");
  CHECK(shown(without_code(""), "currency = \"KRW\"\n") == "199 KRW");
  CHECK(shown(without_code(""), "currency = \"EUR\"\n") == "19900 EUR");
  const std::string named =
      replaced(without_code("Currency=\"JPY\""), "<RetailTransaction", "<CurrencyCode>Yen</CurrencyCode><RetailTransaction");
  CHECK(shown(named) == "199 JPY");
  const std::string inside = replaced(without_code(""), "<LineItem", "<CurrencyCode>JPY</CurrencyCode><LineItem");
  CHECK(shown(inside) == "199 JPY");
}

TEST_CASE("poslog: decimals that are not known are not guessed: the sale is doubtful, and what came back is taken back") {
  const auto remark = [](const std::string& log, const std::string& more = {}) {
    const auto transaction = test::read(log_of(log), settings(more)).transactions.at(0);
    CHECK(transaction.standing == GT_DOUBTFUL);
    CHECK(transaction.currency.empty());
    CHECK(transaction.total_minor == 0);
    CHECK(transaction.lines.at(0).amount_minor == 0);
    return transaction.remark;
  };
  const std::string none = "it states no currency: give it as `currency` in the source's configuration";
  CHECK(remark(without_code("")) == none);
  CHECK(remark(replaced(receipt(1, sale("x")), ">EUR<", ">Euro<")) == none);
  CHECK(remark(without_code("Currency=\"QQQ\""), "currency = \"EUR\"\n") == "how many decimals its currency has is not known");
  CHECK(remark(replaced(receipt(1, sale("x")), "<ExtendedAmount", "<ExtendedAmount Currency=\"JPY\"")) ==
        "its amounts are in another currency than its CurrencyCode");
  CHECK(remark(receipt(1, line("<Sale><ExtendedAmount Currency=\"EUR\">1</ExtendedAmount></Sale>") +
                              line("<Sale><ExtendedAmount Currency=\"USD\">1</ExtendedAmount></Sale>"))) ==
        "its amounts are in several currencies");
  const std::string back =
      replaced(receipt(2, line(item("Return", "x", "1", "2.50", link("Return", 7)))), "<CurrencyCode>EUR</CurrencyCode>", "");
  const auto taken_back = test::read(log_of(back)).transactions.at(0);
  CHECK(taken_back.standing == GT_FINAL);
  CHECK(taken_back.reversed_event_id == "9/4/2026-02-20/7");
  const std::string free =
      replaced(receipt(3, line("<Sale><Description>x</Description></Sale>")), "<CurrencyCode>EUR</CurrencyCode>", "");
  CHECK(test::read(log_of(free)).transactions.at(0).standing == GT_FINAL);
}

TEST_CASE("poslog: what was paid in another currency is not added to this one's") {
  const auto tender = [](const std::string& attribute) {
    const std::string paid = line("<Tender TenderType=\"Cash\"><Amount " + attribute + ">1000</Amount></Tender>") +
                             line("<Tender TenderType=\"CreditDebit\"><Amount>2.50</Amount></Tender>");
    return test::read(log_of(receipt(1, sale("x") + paid))).transactions.at(0).tender;
  };
  CHECK(tender("Currency=\"EUR\"") == "cash");
  CHECK(tender("Currency=\"JPY\"").empty());
}

TEST_CASE("poslog: a quantity is what its unit says, and nothing where the unit is not known") {
  const auto milli = [](const std::string& attributes, const std::string& quantity) {
    const std::string log = replaced(receipt(1, sale("clothes", quantity)), "<Quantity>", "<Quantity " + attributes + ">");
    return test::read(log_of(log)).transactions.at(0).lines.at(0).quantity_milli;
  };
  const auto in = [&](const std::string& unit, const std::string& quantity) {
    return milli("UnitOfMeasureCode=\"" + unit + "\"", quantity);
  };
  CHECK(in("LB", "1.5") == 680);
  CHECK(in("LBR", "1.5") == 680);
  CHECK(in("ONZ", "16") == 453);
  CHECK(in("KGM", "1.5") == 1500);
  CHECK(in("GRM", "250") == 250);
  CHECK(in("EA", "3") == 3000);
  CHECK(in("LTR", "0.5") == 500);
  CHECK(in("LB", "-1.5") == -680);
  CHECK(in("XBX", "2") == 0);
  CHECK(milli("Units=\"1\" UnitOfMeasureCode=\"LB\"", "1.5") == 680);
  CHECK(milli("Units=\"1.50\" UnitOfMeasureCode=\"LB\"", "1.5") == 680);
  CHECK(milli("Units=\"1.5\" UnitOfMeasureCode=\"LB\"", "1") == 0);  // a pound, or one bag of a pound and a half?
  CHECK(milli("Units=\"6\" UnitOfMeasureCode=\"EA\"", "2") == 2000);
}

TEST_CASE("poslog: of an unknown unit a return is a return, and a void takes its article back") {
  const auto unit = [](std::string log) {
    return replaced(std::move(log), "<Quantity>", "<Quantity UnitOfMeasureCode=\"XBX\">");
  };
  const Outcome back = test::read(log_of(unit(receipt(1, sale("x", "-2", "-5.00") + link("Return", 7)))));
  REQUIRE(back.transactions.size() == 1);
  CHECK(back.transactions[0].reversed_event_id == "9/4/2026-02-20/7");
  const Outcome money_back = test::read(log_of(unit(receipt(1, sale("x", "-2", "0")))));
  CHECK(money_back.transactions.at(0).standing == GT_DOUBTFUL);
  const Outcome voided =
      test::read(log_of(unit(receipt(1, sale("x", "2", "5.00") + line(item("Sale", "x", "-2", "0"), "VoidFlag=\"true\"")))));
  CHECK(lines_of(voided.transactions.at(0)) == Texts{"x 0 500", "x 0 0"});
}

TEST_CASE("poslog: the category is the hierarchy's text, else its attributes, or where the configuration says") {
  const auto category = [](const std::string& inside, const std::string& more = {}, const std::string& of_sale = {}) {
    return test::read(log_of(receipt(1, line("<Sale " + of_sale + "><Description>x</Description>" + inside + "</Sale>"))),
                      settings(more))
        .transactions.at(0)
        .lines.at(0)
        .category;
  };
  CHECK(category("<MerchandiseHierarchy ID=\"Merchandise\">Vintage by weight</MerchandiseHierarchy>") == "Vintage by weight");
  CHECK(category("<MerchandiseHierarchy Level=\"Department\" ID=\"Produce\"/>") == "Produce");
  CHECK(category("<MerchandiseHierarchy ID=\"17\" Description=\"Produce\"> </MerchandiseHierarchy>") == "Produce");
  CHECK(category("<MerchandiseHierarchy Level=\"Class\" ID=\"A\"/><MerchandiseHierarchy "
                 "Level=\"Department\">B</MerchandiseHierarchy>") == "B");
  const std::string of_item = "[category]\nelement = \"Group\"\nattribute = \"Name\"\n";
  CHECK(category("<acs:Group Name=\" Cups \"/><MerchandiseHierarchy>B</MerchandiseHierarchy>", of_item) == "Cups");
  CHECK(category("<acs:Group/>", of_item).empty());
  CHECK(category("<acs:Group>Cups</acs:Group>", "[category]\nelement = \"Group\"\n") == "Cups");
  CHECK(category("", "[category]\nelement = \"Sale\"\nattribute = \"Department\"\n", "Department=\"Cups\"") == "Cups");
}

/// The one sale of a case; nothing where the corpora are missing.
std::optional<plugin::Transaction> case_sale(const std::string& name) {
  const auto folder = greentill::test::corpus("cases/" + name);
  if (!folder) return std::nullopt;
  const auto with = Settings::read(plugin::read_configuration(file_text(*folder / "source.conf"), "poslog"));
  const Outcome outcome = test::read(file_text(*folder / "log.xml"), with);
  REQUIRE(outcome.transactions.size() == 1);
  CHECK(outcome.transactions[0].standing == GT_FINAL);
  return outcome.transactions[0];
}

TEST_CASE("poslog: a currency that attributes alone state") {
  const auto sale = case_sale("poslog-currency-attribute");
  if (!sale) return;
  CHECK(sale->currency == "JPY");
  CHECK(sale->total_minor == 199);
  CHECK(sale->lines.at(0).amount_minor == 199);
}

TEST_CASE("poslog: what is weighed in pounds") {
  const auto sale = case_sale("poslog-pounds");
  if (!sale) return;
  CHECK(sale->lines.at(0).quantity_milli == 680);
  CHECK(sale->lines.at(0).category == "Vintage by weight");
}

}  // namespace
}  // namespace greentill::poslog::values_test
