// SPDX-License-Identifier: Apache-2.0
// Records of our own making in the shape of an Italian RT server's.
#include "plugins/fiscal/rt_record.hpp"

#include <doctest/doctest.h>

#include "plugins/fiscal/document.hpp"
#include "tests/unit/plugins/shown.hpp"

namespace greentill::fiscal::rt_record_test {
namespace {

using namespace plugin::test;

std::string record(const std::string& items, const std::string& moment = "2026-07-01 10:30:15") {
  return R"({"document": {"cashuuid": "box-7", "doctype": 1, "dtime": ")" + moment +
         R"(", "docnumber": 12, "docznumber": 345, "amount": 350, "fiscalcode": "secret"}, "items": [)" + items + "]}";
}
std::string item(const std::string& type, const std::string& printed, const std::string& amount,
                 const std::string& quantity = "1000") {
  return R"({"type": ")" + type + R"(", "description": ")" + printed + R"(", "amount": ")" + amount + R"(", "quantity": ")" +
         quantity + "\"}";
}

Texts read(const std::string& document) {
  static const Documents documents;
  return outcome([](std::string_view text) { return documents.read(text); }, document);
}

TEST_CASE("rt record: it is a copy of a receipt, in Rome's time") {
  CHECK(read(record(item("1", "Tea                    10%          3,50", "350") + "," +
                    item("5", "PAGAMENTO CONTANTE 3,50", "350") + "," + item("97", "TOTALE  COMPLESSIVO 3,50", ""))) ==
        Texts{"reprint 0345-0012 2026-07-01T08:30:15Z 3.50 EUR: Tea *1 3.50"});
}

TEST_CASE("rt record: names lose the rate and the amount that are printed behind them, and nothing else") {
  const auto name = [](const std::string& printed) {
    const auto all = transactions(Documents().read(record(item("1", printed, "100"))));
    return all.at(0).lines.at(0).name;
  };
  CHECK(name("Milk 3,5%               4%          1,00") == "Milk 3,5%");
  CHECK(name("Cola 0,33              22%          1,00") == "Cola 0,33");
  CHECK(name("Tea") == "Tea");
  CHECK(name("10% 1,00").empty());
  CHECK(name("%").empty());
}

TEST_CASE("rt record: a discount has no pieces") {
  CHECK(read(record(item("1", "Tea 10% 3,50", "350", "2000") + "," + item("1", "Discount 10% -3,50", "-350"))) ==
        Texts{"reprint 0345-0012 2026-07-01T08:30:15Z 3.50 EUR: Tea *2 3.50; Discount *0 -3.50"});
}

TEST_CASE("rt record: what is missing or wrong is named") {
  CHECK(read(record("", "01/07/2026 10:30:15")) == Texts{"unusable: 'dtime' is no time such as 2026-05-22 10:30:15"});
  CHECK(read(record("", "2026-03-29 02:30:00")) == Texts{"unusable: 'dtime' is no time such as 2026-05-22 10:30:15"});
  CHECK(read(record(item("1", "Tea", "3,50"))) == Texts{"unusable: 'amount' must be an integer"});
  CHECK(read(record("{\"type\": \"1\"}")) == Texts{"unusable: 'description' is missing"});
  CHECK(read(record("{}")) == Texts{"unusable: 'type' is missing"});
}

TEST_CASE("rt record: the customer's tax code does not go on") {
  for (const auto& one : transactions(Documents().read(record("")))) CHECK(all_texts(one).find("secret") == std::string::npos);
}

}  // namespace
}  // namespace greentill::fiscal::rt_record_test
