// SPDX-License-Identifier: Apache-2.0
// Receipts of our own, as tills lay them out, under the profiles that are shipped.
#include "plugins/escpos/sale_reader.hpp"

#include <doctest/doctest.h>

#include "tests/support/corpora.hpp"
#include "tests/unit/plugins/escpos/sales.hpp"

namespace greentill::escpos {
namespace {

using namespace test;

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
  CHECK(found.event_id == "2026-11-24/117%2F3");
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
  CHECK(items(found) == listed({"拿铁咖啡（大杯）|2000|5600", "自带杯优惠|1000|-300", "美式咖啡|1000|1500", "司康|2000|2400"}));
  CHECK(found.total_minor == 9200);
  CHECK(found.event_id == "2026-11-24/20261124-0007");
  CHECK(found.tender == "app");
  CHECK(found.begin == 1'795'503'630);
}

TEST_CASE("sale reader: French and Spanish") {
  const auto french = sale(read_as("generic-fr",
                                   "Café du Coin\nTicket n° 881\n24/11/2026 08h15\n2 x Café allongé 2,20 € 4,40 €\nGobelet "
                                   "apporté -0,30 €\nSous-total 4,10 €\nTotal TTC 4,10 €\nCarte bancaire 4,10 €\n"));
  CHECK(items(french) == listed({"Café allongé|2000|440", "Gobelet apporté|1000|-30"}));
  CHECK(french.event_id == "2026-11-24/881");
  CHECK(french.tender == "card");
  CHECK(french.begin == 1'795'504'500);
  const auto spanish =
      sale(read_as("generic-es",
                   "Bar Sol\nFactura simplificada: T-001/2231\nFecha 24/11/2026 Hora 09:40\nCafé con leche 1,50\n"
                   "Bocadillo 2 3,00 6,00\nSubtotal 7,50\nTOTAL 7,50 €\nEfectivo 10,00\nCambio 2,50\n"));
  CHECK(items(spanish) == listed({"Café con leche|1000|150", "Bocadillo|2000|600"}));
  CHECK(spanish.event_id == "2026-11-24/T-001%2F2231");
  CHECK(spanish.tender == "cash");
}

const std::string kHead = "Receipt No 7\n24/11/2026 08:15\n";
const std::string kBody = "Coffee 2.50\nTOTAL 2.50\nCash 2.50\n";

gt_standing standing(const Understood& understood) { return sale(understood).standing; }

TEST_CASE("sale reader: training, interim bills and copies, and lines that only look like one") {
  CHECK(standing(english("*** TRAINING ***\n" + kHead + kBody)) == GT_TRAINING);
  CHECK(standing(english(kHead + kBody + "Demo mode\n")) == GT_TRAINING);
  CHECK(standing(english("GUEST CHECK\n" + kHead + kBody)) == GT_INTERIM);
  CHECK(standing(english(kHead + kBody + "** COPY **\n")) == GT_REPRINT);
  CHECK(standing(english(kHead + kBody + "Reprinted 25/11/2026\n")) == GT_REPRINT);
  CHECK(standing(english(kHead + kBody + "Customer copy\nRefunds with receipt only\nKickbox Training Centre\n")) == GT_FINAL);
  CHECK(standing(english(kHead + "Training shoes 40.00\nCopy 2.00\n" + kBody)) == GT_FINAL);
  CHECK(standing(read_as("generic-de", "Trainingsmodus\nBon 7\n24.11.2026 08:15\nTee 2,50\nSumme 2,50\n")) == GT_TRAINING);
  CHECK(standing(read_as("generic-de", "Bon 7\n24.11.2026 08:15\nTee 2,50\nSumme 2,50\n- Zwischenrechnung -\n")) == GT_INTERIM);
  CHECK(standing(read_as("generic-de", "Bon 7\n24.11.2026 08:15\nTee 2,50\nSumme 2,50\nNachdruck\n")) == GT_REPRINT);
  CHECK(standing(read_as("generic-fr", "DUPLICATA\nTicket 7\n24/11/2026 08:15\nThé 2,50\nTotal 2,50\n")) == GT_REPRINT);
  CHECK(standing(read_as("generic-fr", "Mode école\nTicket 7\n24/11/2026 08:15\nThé 2,50\nTotal 2,50\n")) == GT_TRAINING);
  CHECK(standing(read_as("generic-es", "Modo formación\nTicket 7\n24/11/2026 08:15\nTé 2,50\nTotal 2,50\n")) == GT_TRAINING);
  CHECK(standing(read_as("generic-es", "REIMPRESION\nTicket 7\n24/11/2026 08:15\nTé 2,50\nTotal 2,50\n")) == GT_REPRINT);
  CHECK(standing(read_as("generic-zh", "【培訓模式】\n單號7\n2026-11-24 08:15\n茶 2.50\n合計 2.50\n")) == GT_TRAINING);
  CHECK(standing(read_as("generic-zh", "【培训模式】\n单号7\n2026-11-24 08:15\n茶 2.50\n合计 2.50\n")) == GT_TRAINING);
  CHECK(standing(read_as("generic-zh", "预结单\n单号7\n2026-11-24 08:15\n茶 2.50\n合计 2.50\n")) == GT_INTERIM);
  CHECK(standing(read_as("generic-zh", "（补打）\n单号7\n2026-11-24 08:15\n茶 2.50\n合计 2.50\n")) == GT_REPRINT);
}

TEST_CASE("sale reader: a copy has the event id of the receipt, whatever day it was printed") {
  CHECK(sale(english(kHead + kBody + "** COPY **\n")).event_id == sale(english(kHead + kBody)).event_id);
  const std::string without_number = "24/11/2026 08:15\n" + kBody;
  CHECK(sale(english(without_number)).event_id == sale(english(without_number)).event_id);
  CHECK(sale(english(without_number)).event_id != sale(english("24/11/2026 08:16\n" + kBody)).event_id);
}

TEST_CASE("sale reader: a number that starts over each day is another receipt each day, one that never does is the same") {
  CHECK(sale(english("Receipt No 7\n25/11/2026 08:15\n" + kBody)).event_id == "2026-11-25/7");
  const auto toml = read(std::filesystem::path(GREENTILL_SOURCE_DIR) / "config/escpos/generic-en.toml");
  const Profile unique = Profile::parse("receipt_numbers = \"unique\"\nzone = \"Etc/UTC\"\n" + toml, "unique");
  CHECK(sale(understand(paper(kHead + kBody), unique, "till-1", kArrived)).event_id == "7");
  const auto refund = sale(
      understand(paper("REFUND\n" + kHead + "Original receipt: 3\nCoffee -2.50\nTOTAL -2.50\n"), unique, "till-1", kArrived));
  CHECK(refund.reversed_event_id == "3");
}

TEST_CASE("sale reader: a refund takes back the receipt that it names, in the part that it lists") {
  const auto refund =
      sale(english("REFUND\nReceipt No 9\n25/11/2026 10:00\nOriginal receipt: 7 of 24/11/2026 08:15\nCoffee -2.50\nTOTAL "
                   "-2.50\nCash -2.50\n"));
  CHECK(refund.standing == GT_FINAL);
  CHECK(refund.event_id == "2026-11-25/9");
  CHECK(refund.reversed_event_id == "2026-11-24/7");
  CHECK(refund.reversal_reason == GT_REFUND);
  CHECK(items(refund) == listed({"Coffee|1000|-250"}));
  const auto void_later =
      sale(english("TRANSACTION VOID\nReceipt No 9\n25/11/2026 10:00\nOriginal transaction 7\nOriginal date 24/11/2026\nCoffee "
                   "2.50\nTOTAL 2.50\n"));
  CHECK(void_later.reversed_event_id == "2026-11-24/7");
  CHECK(void_later.reversal_reason == GT_CANCELLED);
  const auto german =
      sale(read_as("generic-de", "Bon-Nr. 9\n25.11.2026 10:00\nStorno zu Bon 7 vom 24.11.2026\nKaffee -2,50\nSumme -2,50\n"));
  CHECK(german.reversed_event_id == "2026-11-24/7");
  const auto chinese =
      sale(read_as("generic-zh", "退货\n单号：9\n2026-11-25 10:00\n原单号：7 2026-11-24\n咖啡 -25.00\n合计 -25.00\n"));
  CHECK(chinese.reversed_event_id == "2026-11-24/7");
}

TEST_CASE("sale reader: a refund that does not say of what is left to people") {
  const auto nameless = sale(english("REFUND\n" + kHead + "Coffee -2.50\nTOTAL -2.50\n"));
  CHECK(nameless.standing == GT_DOUBTFUL);
  CHECK(nameless.remark == "it takes goods back and does not say of which receipt");
  CHECK(nameless.reversed_event_id.empty());
  const auto dayless = sale(english(kHead + "Original receipt 3\nCoffee -2.50\nTOTAL -2.50\n"));
  CHECK(dayless.standing == GT_DOUBTFUL);
  CHECK(dayless.remark == "it takes goods back and does not say of which day the receipt is whose number it names");
  const auto itself = sale(english("Receipt No 7\n24/11/2026 08:15\nOriginal receipt 7 24/11/2026\nCoffee -2.50\nTOTAL -2.50\n"));
  CHECK(itself.standing == GT_DOUBTFUL);
  CHECK(standing(english("Training mode\nREFUND\n" + kHead + "Coffee -2.50\nTOTAL -2.50\n")) == GT_TRAINING);
}

TEST_CASE("sale reader: paper that is no sale is passed over, and what should be one is told") {
  const auto passed = [](const Understood& understood) { return !understood.transaction && understood.problem.empty(); };
  CHECK(passed(english("\n  \n")));
  CHECK(passed(english("Z Report\n24/11/2026\nCash 100.00\nTotal 100.00\n")));
  CHECK(passed(english("KITCHEN\nTable 4\n2 x Soup\n")));
  CHECK(passed(english("Visa\nAmount 2.50\nApproval code 123456\nCardholder copy\n")));
  CHECK(passed(read_as("generic-de", "Tagesabschluss\nSumme 100,00\n")));
  CHECK(passed(read_as("generic-de", "Kundenbeleg\nBetrag EUR 2,50\nZahlung erfolgt\n")));
  CHECK(english("Hello\n").problem == "no line begins with one of the profile's words for the total and has an amount");
  CHECK(english("Total 5.00\n").problem == "there is a total, and no line above it is an item by the profile's patterns");
  CHECK(english("Anna's Kitchen\n" + kHead + kBody).transaction.has_value());
  CHECK(english(std::string(2001, '\n') + "x\n").problem == "it has more than 2000 lines, as no receipt has");
}

TEST_CASE("sale reader: which line is the total, and which amount is") {
  const auto total = [](const std::string& lines) { return sale(english(kHead + "Coffee 2.50\n" + lines)).total_minor; };
  CHECK(total("Sub-total 2.50\nTotal tax 0.50\nTotal 3.00\n") == 300);
  CHECK(total("TOTAL (1 item) GBP 3.00\n") == 300);
  CHECK(total("Total\n     3.00\n") == 300);
  CHECK(total("Total Body Lotion 9.00\nTotal 11.50\n") == 1150);
  CHECK(total("Total 3.00\nBalance due 2.00\n") == 200);
  CHECK(total("Total 1,234.50\n") == 123450);
  CHECK(sale(english(kHead + "Total Body Lotion 9.00\nTotal 9.00\n")).lines.size() == 1);
}

TEST_CASE("sale reader: times") {
  const auto begin = [](const std::string& when) { return sale(english("Receipt No 7\n" + when + "\n" + kBody)).begin; };
  CHECK(begin("24/11/2026 08:15:30") == 1'795'508'130);
  CHECK(begin("Date: 24-Nov-2026  Time: 8:15 am") == 1'795'508'100);
  CHECK(begin("08:15 24/11/2026") == 1'795'508'100);
  CHECK(begin("Tuesday 24th November 2026 12:05 AM") == 1'795'478'700);
  CHECK(begin("November 24, 2026 12:05 p.m.") == 1'795'521'900);
  CHECK(begin("24/11/2026\nTill 3\nTime 08:15") == 1'795'508'100);
  CHECK(begin("Open 07:00-18:00\n2026-11-24 08:15") == 1'795'508'100);
  // Today's date without a time, or no date at all: when it was printed.
  CHECK(begin("24/11/2026") == kArrived);
  CHECK(begin("no date") == kArrived);
  CHECK(english("Receipt No 7\n23/11/2026\n" + kBody).problem == "a date is printed that is not today's, and no time");
}

TEST_CASE("sale reader: the hour that the clocks repeat is the one nearer to the printing, and the one they skip is none") {
  const Profile london = shipped("generic-en", {"Europe/London", "GBP"});
  const std::string text = "Receipt No 7\n25/10/2026 01:30\n" + kBody;
  constexpr std::int64_t kFirst = 1'792'888'200;  // 00:30 UTC, summer time
  CHECK(sale(understand(paper(text), london, "till-1", kFirst + 5)).begin == kFirst);
  CHECK(sale(understand(paper(text), london, "till-1", kFirst + 3605)).begin == kFirst + 3600);
  CHECK(understand(paper("Receipt No 7\n28/03/2027 01:30\n" + kBody), london, "till-1", kArrived).problem ==
        "the printed time does not exist in Europe/London: the clocks skipped it");
}

TEST_CASE("sale reader: a currency without a minor unit") {
  const std::string toml =
      "zone = \"Asia/Tokyo\"\ncurrency = \"JPY\"\n[numbers]\nsymbols = [\"¥\"]\n[[item]]\npattern = \"{name} "
      "{amount}\"\n[time]\ndates = []\n"
      "times = []\n[words]\ntotal = [\"合計\"]\n";
  const auto found = sale(understand(paper("コーヒー ¥1,280\n合計 ¥1,280\n"), Profile::parse(toml, "own"), "till-1", kArrived));
  CHECK(items(found) == listed({"コーヒー|1000|1280"}));
  CHECK(found.total_minor == 1280);
}

TEST_CASE("sale reader: article numbers, and which of them are GTINs") {
  const std::string toml =
      "zone = \"Etc/UTC\"\n[numbers]\n[[item]]\npattern = \"{sku} {name} {amount}\"\n[time]\ndates = []\ntimes = []\n"
      "[words]\ntotal = [\"total\"]\n";
  const auto found = sale(understand(paper("4006381333931 Pen 1.00\n4006381333932 Pen 1.00\n0042 Ink 3.00\nTotal 5.00\n"),
                                     Profile::parse(toml, "own"), "till-1", kArrived));
  REQUIRE(found.lines.size() == 3);
  CHECK(found.lines[0].gtin == "4006381333931");
  CHECK(found.lines[0].sku.empty());
  CHECK(found.lines[1].sku == "4006381333932");
  CHECK(found.lines[2].sku == "0042");
}

TEST_CASE("sale reader: nothing personal gets out") {
  const std::string text = "Served by: Jane Roe\nCustomer: John Doe\nLoyalty no 99887766\njohn.doe@example.com\n" + kHead +
                           "Coffee 2.50\nCustomer John Doe 0.00\nTOTAL 2.50\nVISA **** **** **** 1111\nAuth code 554433\n";
  const auto found = sale(english(text));
  std::string all = found.event_id + found.tender + found.remark + found.currency;
  for (const auto& line : found.lines) all += line.name + line.sku + line.gtin;
  for (const auto& attribute : found.attributes) all += attribute.key + attribute.value;
  for (const char* secret : {"Jane", "John", "99887766", "john.doe", "1111", "554433"})
    CHECK(all.find(secret) == std::string::npos);
}

}  // namespace
}  // namespace greentill::escpos
