// SPDX-License-Identifier: Apache-2.0
// A real grocery's log. The expected numbers were counted in the files with Python's ElementTree; tests/integration/poslog reads
// every receipt with it anew and compares all that was read.
#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <sstream>

#include "plugins/common/readers/configuration.hpp"
#include "tests/support/corpora.hpp"
#include "tests/unit/plugins/poslog/logs.hpp"

namespace greentill::poslog {
namespace {

using namespace test;

std::string bytes_of(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

std::optional<Outcome> corpus(const std::string& name) {
  const auto path = greentill::test::corpus("poslog/" + name);
  if (!path) return std::nullopt;
  static const Settings grocery =
      Settings::read(plugin::read_configuration("issuer = \"grocery\"\nzone = \"America/Los_Angeles\"\n", "poslog"));
  return read(bytes_of(*path), grocery);
}

const plugin::Transaction* find(const Outcome& outcome, std::string_view id) {
  for (const auto& transaction : outcome.transactions) {
    if (transaction.event_id == id) return &transaction;
  }
  return nullptr;
}

TEST_CASE("poslog corpus: one line of 0.4 MB without a declaration gives the receipts of that day") {
  const auto outcome = corpus("ncr_acs_poslog21_dev.xml");
  if (!outcome) return;
  CHECK(outcome->failure.empty());
  CHECK(outcome->rejected.empty());
  REQUIRE(outcome->transactions.size() == 20);
  std::int64_t total = 0;
  std::int64_t amount = 0;
  std::int64_t quantity = 0;
  std::size_t lines = 0;
  std::map<std::string, int> tenders;
  for (const auto& t : outcome->transactions) {
    CHECK(t.standing == GT_FINAL);
    CHECK(t.reversed_event_id.empty());
    CHECK(t.currency == "USD");
    total += t.total_minor;
    lines += t.lines.size();
    ++tenders[t.tender];
    for (const auto& line : t.lines) {
      amount += line.amount_minor;
      quantity += line.quantity_milli;
    }
  }
  CHECK(total == 104'404);
  CHECK(lines == 242);
  CHECK(amount == 110'885);
  CHECK(quantity == 265'700);
  CHECK(tenders == std::map<std::string, int>{{"card", 15}, {"cash", 5}});
}

TEST_CASE("poslog corpus: bags that customers brought back are lines, with how many there were") {
  const auto outcome = corpus("ncr_acs_poslog21_dev.xml");
  if (!outcome) return;
  std::map<std::string, std::int64_t> bags;
  for (const auto& t : outcome->transactions) {
    for (const auto& line : t.lines) {
      if (!line.name.starts_with("REUSE DONATION")) continue;
      CHECK(line.sku == "77033");
      CHECK(line.gtin.empty());
      CHECK(line.amount_minor == 0);
      bags[t.event_id] += line.quantity_milli;
    }
  }
  CHECK(bags == std::map<std::string, std::int64_t>{{"9/1/2017-10-01/380", 1000},
                                                    {"9/1/2017-10-01/382", 1000},
                                                    {"9/2/2017-10-01/302", 3000},
                                                    {"9/3/2017-10-01/87", 2000},
                                                    {"9/3/2017-10-01/93", 1000}});
  // Bags that were sold are their opposite, and a line of their own.
  const auto* sold = find(*outcome, "9/1/2017-10-01/378");
  REQUIRE(sold != nullptr);
  const auto lines = lines_of(*sold);
  CHECK(std::count(lines.begin(), lines.end(), std::string("BAG CHARGE 2000 10")) == 1);
}

TEST_CASE("poslog corpus: a void is a further line that takes its article back") {
  const auto outcome = corpus("ncr_acs_poslog21_dev.xml");
  if (!outcome) return;
  const auto* receipt = find(*outcome, "9/2/2017-10-01/301");
  REQUIRE(receipt != nullptr);
  CHECK(receipt->lines.size() == 12);
  std::int64_t net = 0;
  int times = 0;
  for (const auto& line : receipt->lines) {
    if (line.name != "AMIDO CDRV") continue;
    ++times;
    net += line.quantity_milli;
  }
  CHECK(times == 2);
  CHECK(net == 0);
  CHECK(receipt->total_minor == 4551);
  CHECK(receipt->tender == "cash");
}

TEST_CASE("poslog corpus: a receipt taken up again from another till is a sale, and tills number for themselves") {
  const auto outcome = corpus("ncr_acs_poslog21_dev.xml");
  if (!outcome) return;
  // Both have the number 114, on the same day: 31 took up what 32 had suspended as its 111.
  for (const char* id : {"9/31/2017-10-01/114", "9/32/2017-10-01/114"}) {
    CAPTURE(id);
    const auto* receipt = find(*outcome, id);
    REQUIRE(receipt != nullptr);
    CHECK(receipt->standing == GT_FINAL);
    CHECK(receipt->reversed_event_id.empty());
  }
}

TEST_CASE("poslog corpus: names without their padding, weights as they are, brands that sound green as plain lines") {
  const auto outcome = corpus("ncr_acs_poslog21_dev.xml");
  if (!outcome) return;
  std::size_t brands = 0;
  bool weight = false;
  for (const auto& t : outcome->transactions) {
    for (const auto& line : t.lines) {
      CHECK(line.name == line.name.substr(0, line.name.find_last_not_of(' ') + 1));
      CHECK(!line.name.empty());
      CHECK((line.category.empty() || line.category.find_first_not_of("0123456789") == std::string::npos));
      brands += line.name.starts_with("ORG VAL") ? 1 : 0;
      weight = weight || line.quantity_milli % 1000 != 0;
    }
  }
  CHECK(brands > 0);
  CHECK(weight);
}

TEST_CASE("poslog corpus: a business day that is not the calendar's names the receipt, the clock says when it was") {
  const auto outcome = corpus("ncr_acs_poslog21_small.xml");
  if (!outcome) return;
  CHECK(outcome->rejected.empty());
  REQUIRE(outcome->transactions.size() == 1);
  const plugin::Transaction& t = outcome->transactions[0];
  CHECK(t.event_id == "9/34/2017-09-30/161");
  CHECK(t.begin == 1'506'848'574);  // 2017-10-01T02:02:54-07:00
  CHECK(lines_of(t) == std::vector<std::string>{"APPLE HONEYCRISP ORG 420 126"});
  CHECK(t.lines[0].sku == "67591");
  CHECK(t.total_minor == 107);
  CHECK(t.tender == "card");
}

TEST_CASE("poslog corpus: nothing personal in it comes out") {
  for (const char* name : {"ncr_acs_poslog21_dev.xml", "ncr_acs_poslog21_small.xml"}) {
    const auto path = greentill::test::corpus(std::string("poslog/") + name);
    if (!path) return;
    const std::string log = bytes_of(*path);
    const Outcome outcome = *corpus(name);
    std::string all;
    for (const auto& t : outcome.transactions) {
      for (const auto& line : t.lines) all += line.name + "\n" + line.sku + "\n" + line.gtin + "\n" + line.category + "\n";
      for (const auto& attribute : t.attributes) all += attribute.key + "=" + attribute.value + "\n";
      all += t.event_id + "\n" + t.remark + t.tender + t.receipt_medium + t.account_token;
    }
    // What stands between these in the log: loyalty ids, clerks' names, signatures.
    for (const auto& [before, after] :
         {std::pair{"LoyaltyID Type=\"Membership\">", "<"}, {"OperatorName=\"", "\""}, {"<path d=\"", "\""}}) {
      for (std::size_t at = log.find(before); at != std::string::npos; at = log.find(before, at + 1)) {
        const std::size_t begin = at + std::string_view(before).size();
        const std::string text = log.substr(begin, log.find(after, begin) - begin);
        REQUIRE(all.find(text) == std::string::npos);
      }
    }
  }
}

}  // namespace
}  // namespace greentill::poslog
