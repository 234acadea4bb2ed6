// SPDX-License-Identifier: Apache-2.0
// Receipts of our own, as tills lay them out, under the profiles that are shipped.
#include "plugins/escpos/sale_reader.hpp"

#include <doctest/doctest.h>

#include "daemon/detect/views.hpp"
#include "plugins/escpos/job.hpp"
#include "tests/support/corpora.hpp"
#include "tests/unit/plugins/escpos/jobs.hpp"

namespace greentill::escpos {
namespace {

using namespace test;

constexpr std::int64_t kArrived = 1'795'510'800;  // 2026-11-24 07:00:00 UTC

Profile shipped(const std::string& name, const ProfileOverrides& overrides = {}) {
  return Profile::load(name, std::filesystem::path(GREENTILL_SOURCE_DIR) / "config/escpos", overrides);
}

Receipt paper(const std::string& text) {
  TextSettings settings;
  settings.encoding = "utf-8";
  const auto all = read_receipts(bytes(text), settings);
  REQUIRE(all.size() == 1);
  return all[0];
}

Understood read_as(const std::string& profile, const std::string& text) {
  return understand(paper(text), shipped(profile, {"", "EUR"}), "till-1", kArrived);
}
Understood english(const std::string& text) {
  return understand(paper(text), shipped("generic-en", {"Europe/London", "GBP"}), "till-1", kArrived);
}

plugin::Transaction sale(const Understood& understood) {
  REQUIRE_MESSAGE(understood.transaction.has_value(), understood.problem);
  return *understood.transaction;
}

/// "name|quantity in thousandths|amount" of each line.
std::string items(const plugin::Transaction& sale) {
  std::string all;
  for (const auto& line : sale.lines) {
    all += line.name + "|" + std::to_string(line.quantity_milli) + "|" + std::to_string(line.amount_minor) + "\n";
  }
  return all;
}
std::string listed(std::initializer_list<const char*> lines) {
  std::string all;
  for (const char* line : lines) all += std::string(line) + "\n";
  return all;
}

TEST_CASE("sale reader: the receipt that others checked on paper") {
  const auto file = greentill::test::corpus("escpos/php-receipt-with-logo.bin");
  if (!file) return;
  const std::string job = read(*file);
  const Profile profile = shipped("generic-en", {"America/New_York", "USD"});
  const auto receipts = read_receipts(bytes(job), profile.text);
  REQUIRE(receipts.size() == 2);
  CHECK(receipts[0].drawer_pulses == 1);
  CHECK(receipts[1].is_blank());
  const auto found = sale(understand(receipts[0], profile, "till-1", kArrived));
  CHECK(items(found) ==
        listed({"Example item #1|1000|400", "Another thing|1000|350", "Something else|1000|100", "A final item|1000|445"}));
  CHECK(found.total_minor == 1425);
  CHECK(found.begin == 1'428'346'585);  // 2015-04-06 14:56:25 in New York, four hours behind UTC
  CHECK(found.event_id.starts_with("2015-04-06/sha256:"));
  CHECK(found.currency == "USD");
  CHECK(found.receipt_medium == "paper");
  CHECK(understand(receipts[1], profile, "till-1", kArrived).problem.empty());
}

TEST_CASE("sale reader: English, with quantities, a reduction, change and a cashier's and a customer's name") {
  const auto found = sale(english(
      "THE CORNER CAFE\n12 High Street\nTel 020 7946 0018\nServed by: Jane Roe\nReceipt No: 0042\n24/11/2026 08:15\n"
      "--------------------\n2 x Flat White        3.40    6.80\nCroissant                    2.50 A\nOat Milk  3 @ 0.50  1.50\n"
      "Own cup discount            -0.25\n500 ml Water                1.20\n7 Up 2.00 2.00\nCustomer: John Doe   1.00\n"
      "Subtotal                    13.75\nVAT 20%                      2.00\nTOTAL GBP                 £13.75\n"
      "Cash                        20.00\nChange                       6.25\nVISA **** 1111\nRefunds within 14 days with "
      "receipt\n"));
  CHECK(items(found) == listed({"Flat White|2000|680", "Croissant|1000|250", "Oat Milk|3000|150", "Own cup discount|1000|-25",
                                "500 ml Water|1000|120", "7 Up 2.00|1000|200"}));
  CHECK(found.event_id == "2026-11-24/0042");
  CHECK(found.tender == "cash");
  CHECK(found.begin == 1'795'508'100);
  CHECK(found.end == found.begin);
  CHECK(found.total_minor == 1375);
  CHECK(found.standing == GT_FINAL);
  CHECK(found.kind == GT_KIND_SALE);
  CHECK(found.issuer == "till-1");
  CHECK(found.reversed_event_id.empty());
}

TEST_CASE("sale reader: German, two-line items, weights, an item taken back, card") {
  const auto found =
      sale(read_as("generic-de",
                   "Bäckerei Muster\nBon-Nr.: 117/3   Kasse 2\n"
                   "Brötchen\n   3 Stk x 0,45            1,35 A\nKaffee Crema               2,80 B\n2 x 1,29\nMilch              "
                   "        2,58 B\n"
                   "0,532 kg x 3,98\nTrauben                    2,12 B\nSTORNO Kaffee Crema       -2,80 B\n"
                   "Zwischensumme              6,05\nSumme EUR                  6,05\nGirocard                   6,05\n"
                   "MwSt 7%   0,40\nDatum 24.11.2026 Uhrzeit 08:15:30\nUmtausch und Rückgabe nur mit Bon\n"));
  CHECK(items(found) == listed({"Brötchen|3000|135", "Kaffee Crema|1000|280", "Milch|2000|258", "Trauben|532|212",
                                "STORNO Kaffee Crema|-1000|-280"}));
  CHECK(found.event_id == "2026-11-24/117/3");
  CHECK(found.tender == "card");
  CHECK(found.total_minor == 605);
  CHECK(found.begin == 1'795'504'530);
}

TEST_CASE("sale reader: Chinese, wide digits and letters, a name above its numbers, a wallet") {
  const auto found =
      sale(read_as("generic-zh",
                   "小城咖啡\n单号：20261124-0007\n时间：2026年11月24日 15:00:30\n品名      单价  数量  金额\n"
                   "拿铁咖啡（大杯）  28.00  2  56.00\n自带杯优惠  -3\n美式咖啡\n      1   15.0   15.0\n司康 x 2  24\n"
                   "小计 92.00\n合计：￥９２.００\n微信支付 92.00\n电话 010-12345678\n"));
  CHECK(items(found) == listed({"拿铁咖啡（大杯）|2000|5600", "美式咖啡|1000|1500", "司康|2000|2400"}));
  CHECK(found.total_minor == 9200);
  CHECK(found.event_id == "2026-11-24/20261124-0007");
  CHECK(found.tender == "app");
  CHECK(found.begin == 1'795'503'630);
}

}  // namespace
}  // namespace greentill::escpos
