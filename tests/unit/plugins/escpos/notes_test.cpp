// SPDX-License-Identifier: Apache-2.0
// What a receipt says beside its prices reaches the rules, and nothing that is about a person does.
#include "plugins/escpos/notes.hpp"

#include <doctest/doctest.h>

#include "tests/unit/plugins/escpos/sales.hpp"

namespace greentill::escpos::notes_test {
namespace {

using namespace test;

const std::string kHead = "Corner Cafe\n12 High Street\nReceipt No 4711\n24/11/2026 08:15\n";

std::string fields(const plugin::Transaction& sale) {
  std::string all;
  for (const auto& field : sale.attributes) all += field.key + "=" + field.value + "\n";
  return all;
}

TEST_CASE("notes: what is wanted with an item, and remarks, are lines of amount 0 in their places") {
  const auto found = sale(english(
      kHead + "Latte 3.80\n  own cup\n  No sugar\nVegan burger 8.50\n* no cutlery *\nSubtotal 12.30\nTotal 12.30\n" +
      "Cash 12.30\nNote: No straw\nThank you for your visit\nBring your own cup and save 0.25\nwww.cornercafe.example\n"));
  CHECK(items(found) == listed({"Latte|1000|380", "own cup|1000|0", "No sugar|1000|0", "Vegan burger|1000|850",
                                "no cutlery|1000|0", "Note: No straw|1000|0"}));
  CHECK(found.total_minor == 1230);
  const auto chinese = sale(read_as("generic-zh",
                                    "小城咖啡\n备注：顾客不需要附带餐具\n单号：7\n2026-11-24 08:15\n桌号 5\n拿铁 28\n  "
                                    "自带杯\n宫保豆腐 22.00\n  不要辣\n合计 50\n"
                                    "谢谢惠顾\n电话 010-12345678\n"));
  CHECK(items(chinese) ==
        listed({"备注：顾客不需要附带餐具|1000|0", "拿铁|1000|2800", "自带杯|1000|0", "宫保豆腐|1000|2200", "不要辣|1000|0"}));
  CHECK(items(sale(english("Remark\nNo cutlery please\n" + kHead + "Soup 4.00\nTotal 4.00\n"))) ==
        listed({"Remark No cutlery please|1000|0", "Soup|1000|400"}));
  CHECK(items(sale(
            read_as("generic-de", "Bon 7\n24.11.2026 08:15\nSuppe 4,00\nohne Besteck\nSumme 4,00\nBemerkung: kein Besteck\n"))) ==
        listed({"Suppe|1000|400", "ohne Besteck|1000|0", "Bemerkung: kein Besteck|1000|0"}));
}

TEST_CASE("notes: what heads or ends a receipt, labels and headings are none") {
  const auto found =
      sale(english("Corner Cafe\nYour own cup is welcome\nNo cutlery since 2019\n" + kHead +
                   "Table 4\nServer: Jane Roe\nLatte 3.80\nGuest: John Doe\nReceipt No 4711\nSeat 2\n24/11/2026\nVISA\n"
                   "Customer John Doe\nSubtotal 3.80\nTotal 3.80\nOwn cup? Save 0.25 next time\nNo cutlery, no waste\n"));
  CHECK(items(found) == listed({"Latte|1000|380", "Seat 2|1000|0"}));
  CHECK(fields(found).empty());
  CHECK(sale(english(kHead + "Latte 3.80\nREFUND\nTotal 3.80\n")).standing == GT_DOUBTFUL);
  CHECK(sale(english(kHead + "Latte 3.80\n** TRAINING **\nTotal 3.80\n")).standing == GT_TRAINING);
}

TEST_CASE("notes: nothing that only people's data holds") {
  const auto found =
      sale(english(kHead +
                   "Latte 3.80\njane.roe@example.com\n07700 900123\nNote: call 07700900123\nNote: jane@example.com\nTotal 3.80\n"
                   "Note: loyalty 99887766\nBag: 12345678\n"));
  CHECK(items(found) == listed({"Latte|1000|380"}));
  CHECK(fields(found).empty());
}

TEST_CASE("notes: what a reduction says as well is said once") {
  CHECK(items(sale(english(kHead + "Latte 3.80\nown cup\nOwn cup discount -0.30\nTotal 3.50\n"))) ==
        listed({"Latte|1000|380", "Own cup discount|1000|-30"}));
  CHECK(items(sale(read_as("generic-zh", "单号：7\n2026-11-24 08:15\n拿铁 28\n自带杯\n自带杯优惠 -3\n合计 25\n"))) ==
        listed({"拿铁|1000|2800", "自带杯优惠|1000|-300"}));
}

TEST_CASE("notes: a reduction in whose name a word stands that heads another line") {
  const auto lines = [](const std::string& text) { return items(sale(english(kHead + "Latte 3.80\n" + text + "Total 3.60\n"))); };
  CHECK(lines("Customer cup -0.20\n") == listed({"Latte|1000|380", "Customer cup|1000|-20"}));
  CHECK(lines("Member own cup discount -0.20\n") == listed({"Latte|1000|380", "Member own cup discount|1000|-20"}));
  CHECK(lines("Customer: Jane Roe -0.20\n") == listed({"Latte|1000|380"}));
  CHECK(lines("Customer Jane Roe 0.20\n") == listed({"Latte|1000|380"}));
  CHECK(lines("Rounding -0.02\nVAT 20% -0.20\nChange due -1.00\n") == listed({"Latte|1000|380"}));
}

TEST_CASE("notes: fields of the order") {
  const auto of = [](const std::string& profile, const std::string& line) {
    const std::string day = profile == "generic-zh" ? "2026-11-24 08:15\n" : "24/11/2026 08:15\n";
    const std::string text = profile == "generic-zh" ? "茶 2.50\n合计 2.50\n"
                             : profile == "gb"       ? "Tea 2.50\nTotal 2.50\n"
                                                     : "Tee 2,50\nTotal 2,50\n";
    return fields(sale(read_as(profile, line + "\n" + day + text))) + fields(sale(read_as(profile, day + text + line + "\n")));
  };
  CHECK(of("gb", "Include utensils: No") == "Include utensils=No\nInclude utensils=No\n");
  CHECK(of("gb", "Cutlery? No") == "Cutlery=No\nCutlery=No\n");
  CHECK(of("gb", "BYO cup : Yes") == "BYO cup=Yes\nBYO cup=Yes\n");
  CHECK(of("generic-zh", "餐具：❌") == "餐具=❌\n餐具=❌\n");
  CHECK(of("generic-zh", "餐具數量：無需餐具") == "餐具數量=無需餐具\n餐具數量=無需餐具\n");
  CHECK(of("generic-de", "Besteck: Nein") == "Besteck=Nein\nBesteck=Nein\n");
  CHECK(of("generic-fr", "Couverts : Non") == "Couverts=Non\nCouverts=Non\n");
  CHECK(of("generic-es", "Cubiertos: No") == "Cubiertos=No\nCubiertos=No\n");
  for (const char* line :
       {"Server: Jane", "Customer: Jane Roe", "Cup", "Cup:", "Cutlery for Jane Roe who sits at table: No", "Table: 4"}) {
    CAPTURE(line);
    CHECK(of("gb", line).empty());
  }
}

}  // namespace
}  // namespace greentill::escpos::notes_test
