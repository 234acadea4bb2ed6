// SPDX-License-Identifier: Apache-2.0
// The log around its receipts: namespaces, versions, what is passed over, what is refused, and its limits.
#include <doctest/doctest.h>

#include "plugins/common/readers/configuration.hpp"
#include "tests/unit/plugins/poslog/logs.hpp"

namespace greentill::poslog {
namespace {

using namespace test;
using Texts = std::vector<std::string>;

const Texts kOne{"9/2/2026-03-01/1"};

std::string replaced(std::string text, const std::string& what, const std::string& by) {
  const std::size_t at = text.find(what);
  REQUIRE(at != std::string::npos);
  return text.replace(at, what.size(), by);
}

TEST_CASE("poslog: the standard's namespace, with a prefix, as the default or left out") {
  const std::string log = log_of(receipt(1, sale("x")));
  CHECK(read(log).ids() == kOne);
  CHECK(read("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" + log).ids() == kOne);
  CHECK(read("\xef\xbb\xbf" + log).ids() == kOne);
  CHECK(read(replaced(log, "namespace/", "namespace")).ids() == kOne);
  CHECK(read(replaced(log, " xmlns=\"" + kSpace + "\"", "")).ids() == kOne);
  std::string prefixed;
  for (const char c : log) {
    prefixed += c;
    if (c == '<') prefixed += "p:";
  }
  for (std::size_t at; (at = prefixed.find("<p:/")) != std::string::npos;) prefixed.replace(at, 4, "</p:");
  CHECK(read(replaced(prefixed, "xmlns=", "xmlns:p=")).ids() == kOne);
}

TEST_CASE("poslog: version 6 has a business unit in place of the store, and a date inside the business day") {
  const Outcome six = read(
      "<POSLog xmlns=\"" + kSpace +
          "\" MajorVersion=\"6\" MinorVersion=\"0\" FixVersion=\"0\"><Transaction TypeCode=\"SalesTransaction\">"
          "<BusinessUnit><UnitID TypeCode=\"RetailStore\">HighStreet</UnitID></BusinessUnit><WorkstationID TypeCode=\"POS\">POS5"
          "</WorkstationID><SequenceNumber>4294967295</SequenceNumber><BusinessDayDate><Date>2026-03-01</Date></BusinessDayDate>"
          "<BeginDateTime>2026-03-01T10:00:00+02:00</BeginDateTime><EndDateTime>2026-03-01T10:01:00+02:00</EndDateTime>"
          "<RetailTransaction><LineItem><Return ItemType=\"Stock\"><ExtendedAmount>4.89</ExtendedAmount><Quantity>3</Quantity>"
          "<TransactionLink ReasonCode=\"Return\"><BusinessUnit><UnitID>HighStreet</UnitID></BusinessUnit><WorkstationID>POS5"
          "</WorkstationID><BusinessDayDate><Date>2026-02-12</Date></BusinessDayDate><SequenceNumber>42949672912</SequenceNumber>"
          "</TransactionLink></Return></LineItem></RetailTransaction></Transaction></POSLog>",
      settings("currency = \"EUR\"\n"));
  REQUIRE(six.ids() == Texts{"HighStreet/POS5/2026-03-01/4294967295/return/1"});
  CHECK(six.transactions[0].reversed_event_id == "HighStreet/POS5/2026-02-12/42949672912");
  CHECK(lines_of(six.transactions[0]) == Texts{" 3000 489"});
}

TEST_CASE("poslog: a name with a slash in it does not become another receipt's") {
  const auto id = [](const std::string& store, const std::string& workstation) {
    const std::string log = replaced(receipt(1, sale("x")), "<RetailStoreID>9<", "<RetailStoreID>" + store + "<");
    return read(log_of(replaced(log, "<WorkstationID>2<", "<WorkstationID>" + workstation + "<"))).ids().at(0);
  };
  CHECK(id("a/b", "c") != id("a", "b/c"));
}

TEST_CASE("poslog: a vendor's elements are passed over, whatever they hold") {
  const std::string vendor =
      "<acs:Reward><Sale><ItemID>1</ItemID></Sale></acs:Reward><acs:LineItem><Sale><Quantity>9</Quantity></Sale></acs:LineItem>"
      "<LineItem><acs:Sale><ItemID>2</ItemID></acs:Sale></LineItem><LineItem><LoyaltyReward><Sale><ItemID>3</ItemID></Sale>"
      "</LoyaltyReward></LineItem><Other><LineItem><Sale/></LineItem></Other>";
  const Outcome outcome = read(log_of(receipt(1, vendor + sale("x") + vendor)));
  REQUIRE(outcome.transactions.size() == 1);
  CHECK(lines_of(outcome.transactions[0]) == Texts{"x 1000 250"});
}

TEST_CASE("poslog: control transactions and others than retail are no receipts") {
  const std::string control =
      "<Transaction><RetailStoreID>9</RetailStoreID><ControlTransaction><OperatorSignOn/></ControlTransaction></Transaction>"
      "<Transaction><TenderControlTransaction/></Transaction><Transaction/>";
  const Outcome outcome = read(log_of(control + receipt(1, sale("x")) + control));
  CHECK(outcome.ids() == kOne);
  CHECK(outcome.rejected.empty());
  REQUIRE(outcome.left_out.size() == 6);
  CHECK(outcome.left_out[0] == "transaction 1: it is no retail transaction: nothing was sold");
  CHECK(outcome.left_out[3] == "transaction 5: it is no retail transaction: nothing was sold");
}

TEST_CASE("poslog: clerks, customers, cards and signatures do not leave the parser") {
  const std::string personal =
      "<Customer><CustomerID>Customer-1</CustomerID><Name>Person Name</Name></Customer>"
      "<LineItem><Tender TenderType=\"CreditDebit\"><Amount>2.50</Amount><CreditDebit CardType=\"Debit\"><PrimaryAccountNumber>"
      "4111111111111111</PrimaryAccountNumber></CreditDebit><Authorization><AuthorizationCode>Auth-1</AuthorizationCode>"
      "</Authorization></Tender></LineItem><LineItem><acs:LoyaltyMembership><acs:LoyaltyID>Loyalty-1</acs:LoyaltyID>"
      "</acs:LoyaltyMembership></LineItem><LineItem><ElectronicSignature><svg><path "
      "d=\"Signature-1\"/></svg></ElectronicSignature>"
      "</LineItem>";
  const std::string with_receipt = "[receipt]\nelement = \"Medium\"\nvalues = { a = \"app\" }\n";
  const Outcome outcome = read(log_of(receipt(1, personal + sale("x") + "<Medium>someone@example.org</Medium>") +
                                      receipt(2, personal + sale("x", "Person Name"))),
                               settings(with_receipt));
  REQUIRE(outcome.transactions.size() == 1);
  const plugin::Transaction& t = outcome.transactions[0];
  std::string all = t.issuer + t.event_id + t.remark + t.tender + t.receipt_medium + t.account_token + outcome.rejected.at(0);
  for (const auto& l : t.lines) all += l.name + l.sku + l.gtin + l.category;
  for (const auto& a : t.attributes) all += a.key + a.value;
  for (const char* never : {"Person", "Clerk", "77", "4111", "Auth-1", "Loyalty-1", "Signature-1", "Customer-1", "@"}) {
    CAPTURE(never);
    CHECK(all.find(never) == std::string::npos);
  }
}

TEST_CASE("poslog: a log that breaks off gives what was whole, and fails") {
  const std::string log = log_of(receipt(1, sale("x")) + receipt(2, sale("y")));
  for (const std::size_t cut : {log.size() - 1, log.size() - 20, log.size() - 9}) {
    const Outcome outcome = read(log.substr(0, cut));
    CAPTURE(cut);
    CHECK(outcome.ids().at(0) == "9/2/2026-03-01/1");
    CHECK(outcome.failure.find("it is no XML") != std::string::npos);
  }
  CHECK(read(replaced(log, "</Transaction><Transaction", "</Transaction><<Transaction")).ids() == kOne);
}

TEST_CASE("poslog: what is no POSLog is refused") {
  CHECK(read("").failure.find("it is no XML") != std::string::npos);
  CHECK(read("{\"a\":1}").failure.find("it is no XML") != std::string::npos);
  CHECK(read("<html/>").failure == "it is XML, but no POSLog: its root is another element");
  CHECK(read("<POSLog xmlns=\"urn:other\"/>").failure == "it is XML, but no POSLog: its root is another element");
  CHECK(read("<!DOCTYPE POSLog [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;\">]><POSLog>&b;</POSLog>")
            .failure.find("it declares a document type") != std::string::npos);
  std::string deep;
  for (int i = 0; i < 100; ++i) deep += "<a>";
  CHECK(read("<POSLog>" + deep).failure.find("elements lie too deep inside one another") != std::string::npos);
}

TEST_CASE("poslog: a receipt beyond the limits is rejected alone") {
  std::string many;
  for (int i = 0; i < 10'001; ++i) many += "<LineItem><Sale/></LineItem>";
  std::string much;
  for (int i = 0; i < 1100; ++i) much += sale(std::string(500, 'x'));
  const Outcome outcome = read(log_of(receipt(1, many) + receipt(2, sale(std::string(1025, 'x'))) + receipt(3, much) +
                                      receipt(4, sale("x") + "<Other>" + std::string(5 << 20, 'x') + "</Other>")));
  CHECK(outcome.ids() == Texts{"9/2/2026-03-01/4"});
  CHECK(outcome.rejected == Texts{"transaction 1: it has more than 10000 lines",
                                  "transaction 2: it has a text of more than 1024 bytes where a name or a number belongs",
                                  "transaction 3: its texts have more than 1 MiB"});
}

TEST_CASE("poslog: a wrong configuration names the key") {
  const auto why = [](const std::string& text) -> std::string {
    try {
      (void)Settings::read(plugin::read_configuration(text, "poslog"));
    } catch (const std::runtime_error& error) {
      return error.what();
    }
    return "none";
  };
  const std::string good = "issuer = \"shop\"\nzone = \"Etc/UTC\"\n";
  CHECK(why(good) == "none");
  CHECK(why("zone = \"Etc/UTC\"\n") == "poslog:1:1: key 'issuer' is missing");
  CHECK(why("issuer = \"\"\nzone = \"Etc/UTC\"\n") == "poslog:1:10: key 'issuer' must be 1 to 64 bytes");
  CHECK(why("issuer = \"shop\"\nzone = \"Mars/Base\"\n").find("there is no time zone 'Mars/Base'") == 0);
  CHECK(why(good + "[receipt]\nelement = \"\"\nvalues = {}\n") == "poslog:4:11: key 'receipt.element' must not be empty");
  CHECK(why(good + "[receipt]\nelement = \"R\"\nvalues = { E = \"mail\" }\n") ==
        "poslog:5:16: key 'receipt.values.E' must be \"paper\", \"none\", \"qr\", \"email\", \"app\" or \"einvoice\"");
  CHECK(why(good + "currency = \"EUR\"\n[category]\nelement = \"G\"\nattribute = \"a\"\n") == "none");
  CHECK(why(good + "currency = \"euro\"\n") == "poslog:3:12: key 'currency' must be a code of ISO 4217 such as \"EUR\"");
  CHECK(why(good + "currency = \"\"\n") == "poslog:3:12: key 'currency' must be a code of ISO 4217 such as \"EUR\"");
  CHECK(why(good + "[category]\nattribute = \"a\"\n") == "poslog:3:1: key 'category.element' is missing");
  CHECK(why(good + "[receipt]\nother = 1\n") == "poslog:3:1: key 'receipt.element' is missing");
}

}  // namespace
}  // namespace greentill::poslog
