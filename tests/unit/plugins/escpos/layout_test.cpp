// SPDX-License-Identifier: Apache-2.0
// What stands around the words of a receipt: frames, counts, units, signs that are written to numbers.
#include <doctest/doctest.h>

#include "plugins/escpos/frames.hpp"
#include "plugins/escpos/item_pattern.hpp"
#include "plugins/escpos/total.hpp"
#include "tests/support/corpora.hpp"
#include "tests/support/temp_dir.hpp"
#include "tests/unit/plugins/escpos/sales.hpp"

namespace greentill::escpos::layout_test {
namespace {

using namespace test;

const std::string kHead = "Receipt No 4711\n24/11/2026 08:15\n";

TEST_CASE("frames: what is drawn is no word, and what is written stays") {
  CHECK(without_frames("│Flat white│  1│  3.80│") == "\tFlat white\t  1\t  3.80\t");
  CHECK(without_frames("║TOTAL║ 3.80║") == "\tTOTAL\t 3.80\t");
  CHECK(without_frames("|TOTAL|3.80|") == "\tTOTAL\t3.80\t");
  CHECK(without_frames("├TOTAL┤") == " TOTAL ");
  CHECK(without_frames("+------+----+").empty());
  CHECK(without_frames("┌──────┬──┐").empty());
  CHECK(without_frames("│      │").empty());
  CHECK(without_frames("Coffee........2.50") == "Coffee 2.50");
  CHECK(without_frames("TOTAL======3.80") == "TOTAL 3.80");
  CHECK(without_frames("* TOTAL    3.80 *") == "  TOTAL    3.80  ");
  CHECK(without_frames("# TOTAL 3.80 #") == "  TOTAL 3.80  ");
  CHECK(without_frames("Tea - green 2.50") == "Tea - green 2.50");
  CHECK(without_frames("Croissant 2.50 *") == "Croissant 2.50 *");
  CHECK(without_frames("A+B 2..50") == "A+B 2..50");
  CHECK(without_frames("-0.25") == "-0.25");
  CHECK(without_frames("＊＊＊退款＊＊＊") == " 退款 ");
  CHECK(without_frames("\xff│") == "\xff\t");
  CHECK(without_frames("").empty());
}

TEST_CASE("frames: a framed receipt is read as an open one, whatever the frame is of") {
  const std::vector<std::string> frames{"│", "║", "|", "┃", "｜", "¦"};
  for (const std::string& bar : frames) {
    CAPTURE(bar);
    const auto found =
        sale(english("Corner Cafe\n" + kHead + "+----------+---+------+\n" + bar + "Flat white" + bar + "  1" + bar + "  3.80" +
                     bar + "\n" + bar + "2 x Tea" + bar + "" + bar + "5.00" + bar + "\n+==========+\n" + bar + "TOTAL     " +
                     bar + "   " + bar + "  8.80" + bar + "\n" + bar + "Cash" + bar + "8.80" + bar + "\n"));
    CHECK(found.total_minor == 880);
    CHECK(found.tender == "cash");
    CHECK(found.event_id == "2026-11-24/4711");
    CHECK(items(found) == listed({"Flat white|1000|380", "Tea|2000|500"}));
  }
  for (const std::string side : {"*", "#", ":", "!", "+"}) {
    CAPTURE(side);
    const auto found = sale(english(kHead + side + " Flat white 3.80 " + side + "\n" + side + " TOTAL  3.80 " + side + "\n"));
    CHECK(items(found) == listed({"Flat white|1000|380"}));
  }
  CHECK(sale(english(kHead + "Flat white.......3.80\nTOTAL............3.80\n")).total_minor == 380);
  CHECK(sale(english(kHead + "Flat white 3.80\nTOTAL\n----------\n3.80\n")).total_minor == 380);
  CHECK(sale(english("║ REFUND #5 ║\n" + kHead + "Flat white 3.80\nTOTAL 3.80\n")).standing == GT_DOUBTFUL);
}

TEST_CASE("frames: a table drawn in code page 437") {
  const auto file = greentill::test::corpus("cases/escpos-box-drawing/job.escpos");
  if (!file) return;
  const Profile profile = shipped("generic-en", {"Europe/London", "GBP"});
  const std::string job = read(*file);
  const auto found = sale(understand(read_receipts(bytes(job), profile.text)[0], profile, "till-1", 1'795'860'900));
  CHECK(found.event_id == "2026-11-28/4711");
  CHECK(found.total_minor == 380);
  REQUIRE(found.lines.size() == 1);
  CHECK(found.lines[0].quantity_milli == 1000);
  CHECK(found.lines[0].amount_minor == 380);
  CHECK(found.lines[0].name == "Flat white");
  CHECK(found.tender == "cash");
}

TEST_CASE("total: a count before or behind the word, or in place of it") {
  const auto total = [](const std::string& profile, const std::string& lines) {
    const std::string text = profile == "generic-en" ? kHead : "24/11/2026 08:15\n";
    const auto found = sale(profile == "generic-en" ? english(text + lines) : read_as(profile, text + lines));
    return std::to_string(found.total_minor) + " of " + std::to_string(found.lines.size());
  };
  for (const char* line : {"3 items 12.50", "3 ITEMS TOTAL 12.50", "Total (3) 12.50", "Total 3 items 12.50", "3 TOTAL 12.50",
                           "TOTAL 3 12.50", "Total: 3 items: 12.50", "(3 items) Total 12.50", "3 items £12.50"}) {
    CAPTURE(line);
    CHECK(total("generic-en", std::string("Tea 5.00\nCake 7.50\n") + line + "\nCash 12.50\n") == "1250 of 2");
  }
  CHECK(total("generic-de", "Tee 5,00\nKuchen 7,50\n2 Artikel Summe 12,50\n") == "1250 of 2");
  CHECK(total("generic-fr", "Thé 5,00\nTarte 7,50\n2 articles 12,50\n") == "1250 of 2");
  CHECK(total("generic-es", "Té 5,00\nTarta 7,50\n2 artículos total 12,50\n") == "1250 of 2");
  CHECK(total("generic-zh", "茶 5.00\n蛋糕 7.50\n共2件 合计 12.50\n") == "1250 of 2");
  CHECK(total("generic-zh", "茶 5\n蛋糕 7.5\n共2件商品 12.5\n") == "1250 of 2");
  // A number before a name is a quantity.
  CHECK(total("generic-en", "2 Total Cereal 9.00\n3 items pack 1.00\nTotal 10.00\n") == "1000 of 2");
  CHECK(total("generic-en", "Tea 5.00\nTotal 5.00\nBalance due 3.00\n") == "300 of 1");  // another total is no item
}

TEST_CASE("units: a quantity counts in pieces, kilograms and litres, or not at all") {
  const auto quantity = [](const std::string& lines) {
    const auto found = sale(english(kHead + lines + "Total 3.00\n"));
    REQUIRE(found.lines.size() == 1);
    return found.lines[0].quantity_milli;
  };
  CHECK(quantity("Bananas 1.5 lb x 2.00 3.00\n") == 680);
  CHECK(quantity("Bananas 1.5lb x 2.00 3.00\n") == 680);
  CHECK(quantity("Bananas\n1.5 lb @ 2.00 3.00\n") == 680);
  CHECK(quantity("Bananas 3.00\n1.5 lb @ 2.00/lb\n") == 680);
  CHECK(quantity("1.5 lb x 2.00\nBananas 3.00\n") == 680);
  CHECK(quantity("Bananas 1.5 kg x 2.00 3.00\n") == 1500);
  CHECK(quantity("Bananas 3 ea x 1.00 3.00\n") == 3000);
  CHECK(quantity("Bananas 3 x 1.00 3.00\n") == 3000);
  const std::string toml =
      "zone = \"Etc/UTC\"\n[numbers]\nunits = [\"box\"]\n[[item]]\npattern = \"{name} {qty} {unit} x {price} {amount}\"\n[time]\n"
      "dates = []\ntimes = []\n[words]\ntotal = [\"total\"]\n";
  const auto boxes =
      sale(understand(paper("Pens 2 box x 1.50 3.00\nTotal 3.00\n"), Profile::parse(toml, "own"), "till-1", kArrived));
  CHECK(boxes.lines[0].quantity_milli == 0);  // a box may hold several
}

TEST_CASE("item words: a sign that is written to its numbers") {
  const auto words = [](const char* line) {
    std::string all;
    for (const std::string& word : ItemWords::from(line, Numbers{}).plain) all += word + "|";
    return all;
  };
  CHECK(words("2x1.50 3.00") == "2|x|1.50|3.00|");
  CHECK(words("2×1.50 3.00") == "2|×|1.50|3.00|");
  CHECK(words("Tea 2 x1.50 = 3.00A") == "Tea|2|x|1.50|3.00A|");
  CHECK(words("2@1.50") == "2|@|1.50|");
  CHECK(words("Lamp 4x100 2x x2 Maxx *1.50") == "Lamp|4x100|2x|x2|Maxx|*1.50|");
  CHECK(words("1\u202f234.50 1\u00a0234.50") == "1234.50|1234.50|");
  CHECK(words("2\u3000345.00") == "2|345.00|");
}

TEST_CASE("profiles: a base is read first, and what a profile says itself goes before it") {
  const greentill::test::TempDir temp;
  const std::filesystem::path folder = temp.path();
  const auto put = [&](const std::string& name, const std::string& text) { write(folder / (name + ".toml"), text); };
  put("base",
      "currency = \"EUR\"\nzone = \"Europe/Paris\"\n[numbers]\ndecimal_mark = \",\"\nsymbols = [\"€\"]\n[[item]]\npattern = "
      "\"{name} "
      "{amount}\"\n[time]\ndates = [\"%Y-%m-%d\"]\ntimes = [\"%H:%M\"]\n[words]\ntotal = [\"total\"]\nrefund = "
      "[\"=avoir\"]\n[tender]\n"
      "cash = [\"cash\"]\n");
  put("own", "base = \"base\"\ncurrency = \"JPY\"\n[words]\ntotal = [\"somme\"]\n[tender]\ncard = [\"carte\"]\n");
  const Profile own = Profile::load("own", folder);
  CHECK(own.currency == "JPY");
  CHECK(own.numbers.most_places == 0);
  CHECK(own.numbers.symbols == std::vector<std::string>{"€"});
  CHECK(own.zone->name() == "Europe/Paris");
  CHECK(own.total.size() == 1);
  CHECK(own.total[0].words == std::vector<std::string>{"somme"});
  CHECK(own.refund.size() == 1);
  CHECK(own.tenders.size() == 2);
  CHECK(own.items.size() == 1);
  const auto wrong = [&](const std::string& name) -> std::string {
    try {
      Profile::load(name, folder);
    } catch (const std::runtime_error& error) {
      const std::string text = error.what();
      return text.substr(text.rfind('/') + 1);
    }
    return "nothing";
  };
  put("self", "base = \"self\"\n");
  CHECK(wrong("self") == "self.toml:1:8: key 'base' is a base of a base of a base: it goes in a circle, or too far");
  put("away", "base = \"no/such\"\n");
  CHECK(wrong("away") == "away.toml:1:8: key 'base' must be the name of a profile in the same folder");
  put("lost", "base = \"none\"\n");
  CHECK(wrong("lost") == "none.toml: cannot open: No such file or directory");
}

}  // namespace
}  // namespace greentill::escpos::layout_test
