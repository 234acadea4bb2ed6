// SPDX-License-Identifier: Apache-2.0
// What a receipt of a POSLog means: sales, voids, returns, and what is none of them.
#include <doctest/doctest.h>

#include "tests/unit/plugins/poslog/logs.hpp"

namespace greentill::poslog {
namespace {

using namespace test;
using Texts = std::vector<std::string>;

TEST_CASE("poslog: a sale has its names, its time, its lines and its tender") {
  const Outcome read = test::read(log_of(receipt(
      161, line("<Sale ItemType=\"Stock\"><POSIdentity POSIDType=\"GTIN\"><POSItemID>00859665002665</POSItemID></POSIdentity>"
                "<ItemID>00000000077033</ItemID><MerchandiseHierarchy Level=\"Department\">80</MerchandiseHierarchy>"
                "<Description>MINI BAGUETTE       "
                "</Description><ExtendedAmount>1.26</ExtendedAmount><Quantity>0.42</Quantity></Sale>") +
               "<Total TotalType=\"TransactionTaxAmount\">0.94</Total><Total TotalType=\"TransactionGrandAmount\">1.26</Total>"
               "<LineItem><Tender TenderType=\"CreditDebit\"><Amount>21.26</Amount></Tender></LineItem>"
               "<LineItem><Tender TenderType=\"Cash\"><Amount>-20.00</Amount></Tender></LineItem>")));
  CHECK(read.failure.empty());
  REQUIRE(read.ids() == Texts{"9/2/2026-03-01/161"});
  const plugin::Transaction& t = read.transactions[0];
  CHECK(t.issuer == "shop");
  CHECK(t.kind == GT_KIND_SALE);
  CHECK(t.standing == GT_FINAL);
  CHECK(t.begin == 1'772'352'000);  // 2026-03-01T10:00:00+02:00
  CHECK(t.end == t.begin);
  CHECK(t.currency == "EUR");
  CHECK(t.total_minor == 126);
  CHECK(t.tender == "card");
  CHECK(t.account_token.empty());
  REQUIRE(t.lines.size() == 1);
  CHECK(t.lines[0].gtin == "859665002665");
  CHECK(t.lines[0].sku == "77033");
  CHECK(t.lines[0].name == "MINI BAGUETTE");
  CHECK(t.lines[0].category == "80");
  CHECK(t.lines[0].quantity_milli == 420);
  CHECK(t.lines[0].amount_minor == 126);
}

TEST_CASE("poslog: a void as a further line takes its article back, a flag on the line itself leaves it out") {
  const Outcome read = test::read(
      log_of(receipt(1, sale("apple") + line(item("Sale", "pear", "2", "3.00")) +
                            line(item("Sale", "apple", "-1", "-2.50"), "VoidFlag=\"true\"")) +
             receipt(2, sale("apple") + line(item("Sale", "apple", "1", "2.50", "<ItemLink>1</ItemLink>"), "VoidFlag=\"true\"")) +
             receipt(3, sale("apple") + line(item("Sale", "pear", "1", "2.50"), "VoidFlag=\"true\"") +
                            line(item("Sale", "plum", "1", "2.50"), "CancelFlag=\"1\""))));
  REQUIRE(read.transactions.size() == 3);
  CHECK(lines_of(read.transactions[0]) == Texts{"apple 1000 250", "pear 2000 300", "apple -1000 -250"});
  CHECK(lines_of(read.transactions[1]) == Texts{"apple 1000 250", "apple -1000 -250"});
  CHECK(lines_of(read.transactions[2]) == Texts{"apple 1000 250"});
  for (const auto& t : read.transactions) CHECK(t.standing == GT_FINAL);
}

TEST_CASE("poslog: a return that names its sale is a reversal of that, with an id of its own") {
  // The link stands at the line, or at the receipt for all of its returns.
  const std::string at_line = line(item("Return", "jacket", "1", "49.90", link("Return", 111)));
  const std::string at_receipt = line(item("Return", "jacket", "1", "49.90")) + link("Return", 111);
  const std::string negative_sale = line(item("Sale", "jacket", "-1", "-49.90")) + link("Return", 111);
  for (const std::string& inside : {at_line, at_receipt, negative_sale}) {
    CAPTURE(inside);
    const Outcome read = test::read(log_of(receipt(8, inside)));
    REQUIRE(read.ids() == Texts{"9/2/2026-03-01/8/return/1"});
    const plugin::Transaction& t = read.transactions[0];
    CHECK(t.reversed_event_id == "9/4/2026-02-20/111");
    CHECK(t.reversed_issuer.empty());
    CHECK(t.reversal_reason == GT_REFUND);
    CHECK(t.standing == GT_FINAL);
    CHECK(lines_of(t) == Texts{"jacket 1000 4990"});
  }
}

TEST_CASE("poslog: the id that a return names is the one that its sale had") {
  const std::string header =
      "<Transaction><BusinessUnit><UnitID TypeCode=\"RetailStore\">009</UnitID></BusinessUnit><WorkstationID>04</WorkstationID>"
      "<SequenceNumber>00111</SequenceNumber><BusinessDayDate>2026-02-20</BusinessDayDate><EndDateTime>2026-02-21T00:10:00"
      "</EndDateTime><RetailTransaction>";
  const Outcome read = test::read(log_of(header + sale("jacket") + "</RetailTransaction></Transaction>" +
                                         receipt(8, line(item("Return", "jacket", "1", "49.90", link("Return", 111))))));
  REQUIRE(read.transactions.size() == 2);
  CHECK(read.transactions[1].reversed_event_id == read.transactions[0].event_id);
}

TEST_CASE("poslog: a mixed receipt is a sale and a reversal for each sale that its returns name") {
  const Outcome read =
      test::read(log_of(receipt(9, sale("bread") + line(item("Return", "shoe", "1", "30.00", link("Return", 5))) +
                                       line(item("Return", "sock", "2", "4.00", link("Return", 6))) + sale("milk", "2", "3.00") +
                                       line(item("Return", "lace", "1", "1.00", link("Return", 5))) +
                                       "<Total TotalType=\"TransactionGrandAmount\">-29.50</Total>")));
  REQUIRE(read.ids() == Texts{"9/2/2026-03-01/9", "9/2/2026-03-01/9/return/1", "9/2/2026-03-01/9/return/2"});
  CHECK(lines_of(read.transactions[0]) == Texts{"bread 1000 250", "milk 2000 300"});
  // What was sold, although the receipt paid money out.
  CHECK(read.transactions[0].total_minor == 550);
  CHECK(read.transactions[1].reversed_event_id == "9/4/2026-02-20/5");
  CHECK(lines_of(read.transactions[1]) == Texts{"shoe 1000 3000", "lace 1000 100"});
  CHECK(read.transactions[2].reversed_event_id == "9/4/2026-02-20/6");
  CHECK(lines_of(read.transactions[2]) == Texts{"sock 2000 400"});
}

TEST_CASE("poslog: a return that names no sale reverses nothing, and is kept for people to see") {
  const std::string without_day =
      "<TransactionLink "
      "ReasonCode=\"Return\"><WorkstationID>4</WorkstationID><SequenceNumber>5</SequenceNumber></TransactionLink>";
  const Texts blind{line(item("Return", "shoe", "1", "30.00")), line(item("Return", "shoe", "1", "30.00", without_day)),
                    line(item("Return", "shoe", "1", "30.00")) + link("Return", 5) + link("Return", 6)};
  for (const std::string& inside : blind) {
    CAPTURE(inside);
    const Outcome read = test::read(log_of(receipt(10, inside)));
    REQUIRE(read.ids() == Texts{"9/2/2026-03-01/10/return/1"});
    const plugin::Transaction& t = read.transactions[0];
    CHECK(t.standing == GT_DOUBTFUL);
    CHECK(t.remark == "a return that does not name its sale: what was claimed for that stands");
    CHECK(t.reversed_event_id.empty());
    CHECK(lines_of(t) == Texts{"shoe -1000 -3000"});
    CHECK(t.total_minor == -3000);
  }
  const Outcome negative = test::read(log_of(receipt(11, line(item("Sale", "shoe", "-1", "-30.00")))));
  REQUIRE(negative.transactions.size() == 1);
  CHECK(negative.transactions[0].standing == GT_DOUBTFUL);
  CHECK(negative.transactions[0].remark == "it gives money back and does not name the sale");
}

TEST_CASE("poslog: what is called a return, and has no line that comes back, claims nothing") {
  for (const Outcome& read : {test::read(log_of(receipt(1, sale("shoe") + link("Return", 5)))),
                              test::read(log_of(receipt(1, sale("shoe"), "", "TransactionStatus=\"Returned\"")))}) {
    REQUIRE(read.ids() == Texts{"9/2/2026-03-01/1"});
    CHECK(read.transactions[0].standing == GT_DOUBTFUL);
    CHECK(read.transactions[0].remark == "it is called a return, but no line of it comes back");
  }
}

TEST_CASE("poslog: a return that was voided takes nothing back") {
  const std::string shoe = item("Return", "shoe", "1", "30.00", link("Return", 5));
  const std::string back = item("Return", "shoe", "-1", "-30.00", link("Return", 5));
  CHECK(test::read(log_of(receipt(1, sale("bread") + line(shoe, "VoidFlag=\"true\"")))).ids() == Texts{"9/2/2026-03-01/1"});
  CHECK(test::read(log_of(receipt(1, sale("bread") + line(shoe) + line(back, "VoidFlag=\"true\"")))).ids() ==
        Texts{"9/2/2026-03-01/1"});
  const Outcome one_left = test::read(log_of(receipt(1, line(shoe) + line(shoe) + line(back, "VoidFlag=\"true\""))));
  REQUIRE(one_left.transactions.size() == 1);
  CHECK(lines_of(one_left.transactions[0]) == Texts{"shoe 1000 3000"});
}

TEST_CASE("poslog: a whole receipt that is voided later is reversed as a whole") {
  const Outcome by_link = test::read(log_of(receipt(12, line(item("Sale", "shoe", "-1", "-30.00")) + link("PostVoid", 7))));
  REQUIRE(by_link.ids() == Texts{"9/2/2026-03-01/12/void"});
  CHECK(by_link.transactions[0].reversed_event_id == "9/4/2026-02-20/7");
  CHECK(by_link.transactions[0].reversal_reason == GT_CANCELLED);
  CHECK(by_link.transactions[0].lines.empty());
  const Outcome by_status = test::read(log_of(receipt(12, sale("shoe"), "", "TransactionStatus=\"PostVoided\"")));
  REQUIRE(by_status.ids() == Texts{"9/2/2026-03-01/12/void"});
  CHECK(by_status.transactions[0].reversed_event_id == "9/2/2026-03-01/12");
  const Outcome blind = test::read(log_of(receipt(12, "<TransactionLink ReasonCode=\"Void\"/>")));
  REQUIRE(blind.transactions.size() == 1);
  CHECK(blind.transactions[0].standing == GT_DOUBTFUL);
  CHECK(blind.transactions[0].reversed_event_id.empty());
}

TEST_CASE("poslog: what was given up before it was paid is no transaction") {
  CHECK(test::read(log_of(receipt(1, sale("x"), "CancelFlag=\"true\""))).ids().empty());
  for (const char* status : {"Voided", "PreVoided", "SuspendedDeleted", "Failed"}) {
    CAPTURE(status);
    const Outcome read = test::read(log_of(receipt(1, sale("x"), "", std::string("TransactionStatus=\"") + status + "\"")));
    CHECK(read.transactions.empty());
    CHECK(read.rejected.empty());
    CHECK(read.left_out == Texts{"transaction 1: it was cancelled or voided before it was a sale"});
  }
}

TEST_CASE("poslog: training, suspended and unknown receipts claim nothing") {
  const auto standing = [](const std::string& attributes, const std::string& retail) {
    const Outcome read = test::read(log_of(receipt(1, sale("x") + line(item("Return", "y", "1", "1")), attributes, retail)));
    REQUIRE(read.transactions.size() == 2);
    CHECK((read.transactions[1].standing == read.transactions[0].standing || read.transactions[1].standing == GT_DOUBTFUL));
    return std::pair(read.transactions[0].standing, read.transactions[0].remark);
  };
  CHECK(standing("TrainingModeFlag=\"true\"", "").first == GT_TRAINING);
  CHECK(standing("TrainingModeFlag=\"1\"", "TransactionStatus=\"Suspended\"").first == GT_TRAINING);
  CHECK(standing("TrainingModeFlag=\"false\" CancelFlag=\"false\"", "TransactionStatus=\"Delivered\"").first == GT_FINAL);
  CHECK(standing("", "TransactionStatus=\"Suspended\"").first == GT_INTERIM);
  CHECK(standing("", "TransactionStatus=\"Totaled\"").first == GT_INTERIM);
  CHECK(standing("", "TransactionStatus=\"Mystery\"") ==
        std::pair(GT_DOUBTFUL, std::string("its TransactionStatus is not one that is known")));
}

TEST_CASE("poslog: a receipt that was suspended and taken up again is a sale, whatever it is linked to") {
  const Outcome read = test::read(log_of(receipt(114, sale("bread") + link("Resume", 111))));
  REQUIRE(read.ids() == Texts{"9/2/2026-03-01/114"});
  CHECK(read.transactions[0].reversed_event_id.empty());
  CHECK(read.transactions[0].standing == GT_FINAL);
}

TEST_CASE("poslog: how the receipt was given is read where a till says so") {
  const std::string told = "[receipt]\nelement = \"ReceiptDelivery\"\nvalues = { Email = \"email\", None = \"none\" }\n";
  const auto medium = [&](const std::string& inside) {
    return test::read(log_of(receipt(1, sale("x") + inside)), settings(told)).transactions.at(0).receipt_medium;
  };
  CHECK(medium("<ReceiptDelivery>Email</ReceiptDelivery>") == "email");
  CHECK(medium("<acs:ReceiptDelivery> None </acs:ReceiptDelivery>") == "none");
  CHECK(medium("<ReceiptDelivery>someone@example.org</ReceiptDelivery>").empty());
  CHECK(medium("").empty());
}

TEST_CASE(
    "poslog: how the receipt was given is read from an attribute, of an element of the till's own or of the receipt itself") {
  const auto medium = [&](const std::string& element, const std::string& log) {
    const std::string told =
        "[receipt]\nelement = \"" + element + "\"\nattribute = \"Delivery\"\nvalues = { Email = \"email\" }\n";
    const auto read = test::read(log_of(log), settings(told)).transactions.at(0);
    CHECK(read.lines.size() == 1);
    return read.receipt_medium;
  };
  CHECK(medium("Receipt", receipt(1, sale("x") + "<acs:Receipt Delivery=\"Email\">no. 1</acs:Receipt>")) == "email");
  CHECK(medium("Receipt", receipt(1, sale("x") + "<acs:Receipt/>")).empty());
  CHECK(medium("RetailTransaction", receipt(1, sale("x"), "", "acs:Delivery=\"Email\"")) == "email");
  CHECK(medium("Transaction", receipt(1, sale("x"), "Delivery=\"Email\"")) == "email");
  CHECK(medium("Transaction", receipt(1, sale("x"), "Delivery=\"Fax\"")).empty());
}

TEST_CASE("poslog: amounts are read in the currency's minor unit, exactly, and halves go away from zero") {
  const auto amount = [](const std::string& currency, const std::string& text) {
    std::string log = receipt(1, sale("x", "1", text));
    log.replace(log.find("EUR"), 3, currency);
    return test::read(log_of(log)).transactions.at(0).lines.at(0).amount_minor;
  };
  CHECK(amount("EUR", "0.10") == 10);
  CHECK(amount("EUR", "12345678901.005") == 1'234'567'890'101);
  CHECK(amount("EUR", "-1.005") == -101);
  CHECK(amount("JPY", "120") == 120);
  CHECK(amount("KWD", "1.2345") == 1235);
}

TEST_CASE("poslog: local time is read in the shop's zone, a time with an offset as it stands") {
  const auto begin = [](const std::string& time) {
    std::string log = receipt(1, sale("x"));
    log.replace(log.find("2026-03-01T10:00:00"), 19, time);
    const Outcome read = test::read(log_of(log));
    return read.transactions.empty() ? read.rejected.at(0) : std::to_string(read.transactions[0].begin);
  };
  CHECK(begin("2026-07-01T10:00:00") == "1782889200");  // +03:00 in summer
  CHECK(begin("2026-07-01T10:00:00.123") == "1782889200");
  CHECK(begin("2026-07-01T10:00:00-05:00") == "1782918000");
  CHECK(begin("2026-10-25T03:30:00") == "1792888200");  // twice that night: the first
  CHECK(begin("2026-03-29T03:30:00") ==
        "transaction 1: its EndDateTime is in an hour that the clocks skipped in Europe/Helsinki");
  CHECK(begin("01.03.2026 10:00") == "transaction 1: its EndDateTime is no time");
}

TEST_CASE("poslog: a receipt that lacks what names it is rejected alone") {
  const auto without = [](const std::string& element) {
    std::string log = receipt(1, sale("x"));
    const std::size_t begin = log.find("<" + element + ">");
    const std::string close = "</" + element + ">";
    log.erase(begin, log.find(close) + close.size() - begin);
    const Outcome read = test::read(log_of(log + receipt(2, sale("x"))));
    CHECK(read.ids() == Texts{"9/2/2026-03-01/2"});
    return read.rejected.at(0);
  };
  CHECK(without("RetailStoreID") == "transaction 1: it has no RetailStoreID");
  CHECK(without("WorkstationID") == "transaction 1: it has no WorkstationID");
  CHECK(without("SequenceNumber") == "transaction 1: it has no SequenceNumber");
  CHECK(without("EndDateTime") == "transaction 1: it has no EndDateTime");
  std::string log = receipt(1, sale("x"));
  log.replace(log.find("<BusinessDayDate>2026-03-01</BusinessDayDate>"), 45, "");
  CHECK(test::read(log_of(log)).ids() == Texts{"9/2/2026-03-01/1"});
  CHECK(test::read(log_of(receipt(1, sale("x", "many")))).rejected == Texts{"transaction 1: line 1: its Quantity is no amount"});
  CHECK(test::read(log_of(receipt(1, sale("x") + sale("y", "1", "2,50")))).rejected ==
        Texts{"transaction 1: line 2: its ExtendedAmount is no amount"});
}

}  // namespace
}  // namespace greentill::poslog
