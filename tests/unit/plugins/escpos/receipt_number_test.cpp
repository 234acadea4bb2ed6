// SPDX-License-Identifier: Apache-2.0
// What behind a label is the receipt's number, and what is a date, a time, a part of something or a price.
#include "plugins/escpos/receipt_number.hpp"

#include <doctest/doctest.h>

#include "tests/support/corpora.hpp"
#include "tests/unit/plugins/escpos/sales.hpp"

namespace greentill::escpos::receipt_number_test {
namespace {

using namespace test;

std::string number_in(const std::string& profile, const std::string& line) {
  const Profile shipped_profile = shipped(profile);
  const Date date = std::chrono::year(2026) / 11 / 28;
  const PlainLine plain = PlainLine::from(line);
  for (const Phrase& label : shipped_profile.number) {
    const auto behind = label.find(plain);
    if (!behind) continue;
    const std::string number = number_behind(plain, *behind, {shipped_profile.numbers, shipped_profile.time, date});
    if (!number.empty()) return number;
  }
  return "-";
}

TEST_CASE("receipt number: a date, a time, a part, a price is none") {
  for (const char* line : {"Receipt 10:15",
                           "Receipt 10:15:30",
                           "Receipt 10:15 AM",
                           "Receipt 10am",
                           "Receipt 10 p.m.",
                           "Receipt 28 Nov",
                           "Receipt 28 Nov 2026",
                           "Receipt Nov 28",
                           "Receipt 28th Nov",
                           "Receipt November 28, 2026",
                           "Receipt 1 of 2",
                           "Receipt 2 of 2",
                           "Receipt 1/2",
                           "Receipt 28/11/2026",
                           "Receipt: 28.11.26",
                           "Receipt 11-28-2026",
                           "Receipt 2026-11-28",
                           "Receipt 26/11/28",
                           "Receipt 20261128",
                           "Receipt 28112026",
                           "Receipt 281126",
                           "Receipt 28/11",
                           "Receipt 11/28",
                           "Receipt 12.50",
                           "Receipt $12",
                           "Receipt 20% off",
                           "Receipt 2nd",
                           "Receipt x2",
                           "Receipt 2x",
                           "Receipt printed at till 3",
                           "Receipt",
                           "Receipt: 2026-11-28T10:15:30",
                           "Receipt 28/11/2026 10:15 till 3",
                           "Receipt 28. November 2026"}) {
    CAPTURE(line);
    CHECK(number_in("generic-en", line) == "-");
  }
  for (const char* line : {"BON NR# 12/01/20", "Bon-Nr. 28.11.2026", "Bon 10:15", "Bon 10.15 Uhr", "Beleg 1 von 2", "Bon 12,50",
                           "Bon 28. November"}) {
    CAPTURE(line);
    CHECK(number_in("generic-de", line) == "-");
  }
  for (const char* line : {"Ticket 10h15", "Ticket 1 sur 2", "Ticket n° 28/11/2026", "Ticket 28 nov."}) {
    CAPTURE(line);
    CHECK(number_in("generic-fr", line) == "-");
  }
  for (const char* line : {"Ticket 1 de 2", "Ticket 28/11/2026", "Factura 10:15"}) {
    CAPTURE(line);
    CHECK(number_in("generic-es", line) == "-");
  }
  for (const char* line : {"单号：2026-11-28", "单号 10:15", "小票号：1/2", "编号 2026/11/28 10:15:30"}) {
    CAPTURE(line);
    CHECK(number_in("generic-zh", line) == "-");
  }
}

TEST_CASE("receipt number: the number, beside a date, a time and more") {
  const auto en = [](const char* line) { return number_in("generic-en", line); };
  CHECK(en("Receipt: 28/11/2026 10:15 #4711") == "4711");
  CHECK(en("Receipt 28 Nov 2026 4711") == "4711");
  CHECK(en("Receipt Nov 28 2026 10:15 AM 4711") == "4711");
  CHECK(en("Receipt 4711 28/11/2026") == "4711");
  CHECK(en("Receipt 1 of 2 #4711") == "4711");
  CHECK(en("Receipt 4711 of 28/11/2026") == "4711");
  CHECK(en("Receipt printed #12") == "12");
  CHECK(en("Receipt No 0042") == "0042");
  CHECK(en("Receipt # 7") == "7");
  CHECK(en("Receipt 2026-11-28-0007") == "2026-11-28-0007");
  CHECK(en("Receipt 20261128-0007") == "20261128-0007");
  CHECK(en("Receipt 20261128101530") == "20261128101530");
  CHECK(en("Invoice No. T-001/2231.") == "T-001/2231");
  CHECK(en("Receipt 117/3") == "117/3");
  CHECK(en("Receipt 12/3") == "12/3");
  CHECK(en("Receipt A17 Nov") == "A17");
  CHECK(en("Receipt 4711 Novelty Store") == "4711");
  CHECK(number_in("generic-de", "Bon-Nr.: 117/3   Kasse 2") == "117/3");
  CHECK(number_in("generic-de", "Bon 1.234") == "1.234");
  CHECK(number_in("generic-zh", "单号：20261124-0007") == "20261124-0007");
  CHECK(number_in("generic-zh", "单号0042号") == "0042");
  CHECK(number_in("generic-en", "Receipt " + std::string(41, '7')) == "-");
}

TEST_CASE("receipt number: an article is no label") {
  const auto found = sale(english("24/11/2026 08:15\nReceipt roll 57mm 2.50\nTotal 2.50\n"));
  CHECK(found.event_id.starts_with("2026-11-24/sha256:"));
  const auto french = sale(read_as("generic-fr", "24/11/2026 08:15\nTicket 7 jours 2,50\nTotal 2,50\n"));
  CHECK(french.event_id.starts_with("2026-11-24/sha256:"));
}

TEST_CASE("receipt number: what stands between the label and the number of a till's receipts") {
  const auto folder = greentill::test::corpus("cases/escpos-date-as-number");
  if (!folder) return;
  const Profile profile = shipped("generic-en", {"Europe/London", "GBP"});
  std::vector<std::string> events;
  for (const auto& entry : std::filesystem::directory_iterator(*folder)) {
    if (entry.path().extension() != ".escpos") continue;
    const std::string job = read(entry.path());
    for (const Receipt& receipt : read_receipts(bytes(job), profile.text)) {
      if (!receipt.is_blank()) events.push_back(sale(understand(receipt, profile, "till-1", kArrived)).event_id);
    }
  }
  CHECK(events == std::vector<std::string>{"2026-11-28/4711", "2026-11-28/4712", "2026-11-28/4713"});
}

}  // namespace
}  // namespace greentill::escpos::receipt_number_test
