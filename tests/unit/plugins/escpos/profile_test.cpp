// SPDX-License-Identifier: Apache-2.0
// The parts that a profile is made of: numbers, item patterns, dates, and what is said of a profile that is wrong.
#include "plugins/escpos/profile.hpp"

#include <doctest/doctest.h>

#include "tests/unit/plugins/escpos/jobs.hpp"

namespace greentill::escpos {
namespace {

using namespace test;

Numbers german() {
  Numbers numbers;
  numbers.decimal_mark = ',';
  numbers.symbols = {"€", "eur"};
  numbers.units = {"kg", "stk"};
  return numbers;
}

TEST_CASE("numbers: amounts are read exactly, and nothing else is one") {
  const Numbers plain;
  const auto amount = [&](const char* text) { return plain.amount(text).value_or(-1); };
  CHECK(amount("0.10") == 10);
  CHECK(amount("12.95") == 1295);
  CHECK(amount("1,234.50") == 123450);
  CHECK(amount("1'234'567.50") == 123456750);
  CHECK(amount("9999999999999.99") == 999999999999999);
  CHECK(amount("12,34,567.50") == 123456750);  // as in India
  CHECK(amount("1,20,382.00") == 12038200);
  CHECK(amount("12.95A") == 1295);
  CHECK(amount("12.95*") == 1295);
  CHECK(amount("+2.00") == 200);
  CHECK(plain.amount("-0.25") == -25);
  CHECK(plain.amount("0.25-") == -25);
  CHECK(plain.amount("(0.25)") == -25);
  CHECK(plain.amount("−0.25") == -25);
  for (const char* wrong : {"",
                            "12",
                            "12.9",
                            "12.955",
                            ".50",
                            "12.",
                            "1,23.50",
                            "12,34.50",
                            "1,2345.00",
                            "1,234'567.00",
                            "123,45,678.00",
                            "1,23,4567.00",
                            "12,345,67,890.00",
                            ",123.00",
                            "1.2.50",
                            "--1.00",
                            "1e5.00",
                            "99999999999999.99",
                            "a1.00",
                            "1.00ab",
                            "$",
                            "-"}) {
    CAPTURE(wrong);
    CHECK(!plain.amount(wrong));
  }
  CHECK(german().amount("1.234,50") == 123450);
  CHECK(german().amount("4,40€") == 440);
  CHECK(german().amount("€-4,40") == -440);
  CHECK(german().amount("-€4,40") == -440);
  CHECK(german().amount("EUR4,40") == 440);
  CHECK(!german().amount("4.40"));
}

TEST_CASE("numbers: currencies without a minor unit, and amounts printed with fewer decimals") {
  Numbers yen;
  yen.minor_places = yen.least_places = yen.most_places = 0;
  CHECK(yen.amount("1,280") == 1280);
  CHECK(!yen.amount("12.80"));
  Numbers yuan;
  yuan.least_places = 0;
  CHECK(yuan.amount("28") == 2800);
  CHECK(yuan.amount("28.5") == 2850);
  CHECK(yuan.amount("28.50") == 2850);
}

TEST_CASE("numbers: quantities") {
  const auto quantity = [](const char* text) { return german().quantity_milli(text).value_or(0); };
  CHECK(quantity("2") == 2000);
  CHECK(quantity("2x") == 2000);
  CHECK(quantity("x2") == 2000);
  CHECK(quantity("×2") == 2000);
  CHECK(quantity("2*") == 2000);
  CHECK(quantity("0,532") == 532);
  CHECK(quantity("0,532kg") == 532);
  CHECK(quantity("3stk") == 3000);
  CHECK(quantity("-1") == -1000);
  for (const char* wrong : {"0", "0,000", "1,2345", "x", "a", "2000000", ""}) {
    CAPTURE(wrong);
    CHECK(quantity(wrong) == 0);
  }
}

std::string matched(const char* pattern, const char* line, ItemPattern::Joins joins = ItemPattern::Joins::nothing) {
  const auto item = ItemPattern::parse(pattern, joins).match(ItemWords::from(line, german()), german());
  if (!item) return "-";
  return item->name + "|" + std::to_string(item->quantity_milli.value_or(0)) + "|" + std::to_string(item->price.value_or(0)) +
         "|" + std::to_string(item->amount.value_or(0));
}

TEST_CASE("item patterns: the name takes what the other fields leave") {
  CHECK(matched("{name} {amount}", "Kaffee  Crema   2,80 €") == "Kaffee Crema|0|0|280");
  CHECK(matched("{name} {amount} {tax?}", "Kaffee 2,80 A") == "Kaffee|0|0|280");
  CHECK(matched("{name} {amount} {tax?}", "Kaffee 2,80") == "Kaffee|0|0|280");
  CHECK(matched("{name} {amount} {tax?}", "Kaffee 2,80 19%") == "Kaffee|0|0|280");
  CHECK(matched("{qty} x {name} {price?} {amount}", "2 × Tee 1,50 3,00") == "Tee|2000|150|300");
  CHECK(matched("{qty} x {name} {price?} {amount}", "2 x Tee 3,00") == "Tee|2000|0|300");
  CHECK(matched("{name} {qty} {price} {amount}", "Tee 2 1,50 3,00") == "Tee|2000|150|300");
  CHECK(matched("{name} {qty} {price} {amount}", "Tee 2 1,50 3,50") == "-");  // 2 at 1.50 are not 3.50
  CHECK(matched("{name} {amount}", "2,00 2,80") == "-");                      // no name
  CHECK(matched("{name} {amount}", "Kaffee") == "-");
  CHECK(matched("{any} {name} {amount}", "? Tee 1,50") == "Tee|0|0|150");
  CHECK(matched("{qty} {unit?} x {price} {amount}", "0,532 kg x 3,98 2,12", ItemPattern::Joins::name_above) == "|532|398|212");
  CHECK(matched("ART {name} {amount}", "ART Tee 1,50") == "Tee|0|0|150");
}

TEST_CASE("item patterns: what is wrong with one is said") {
  const auto wrong = [](const char* pattern, ItemPattern::Joins joins = ItemPattern::Joins::nothing) -> std::string {
    try {
      ItemPattern::parse(pattern, joins);
    } catch (const std::runtime_error& error) {
      return error.what();
    }
    return "nothing";
  };
  CHECK(wrong("{name} {amount}") == "nothing");
  CHECK(wrong("{name}") == "lacks {amount}");
  CHECK(wrong("{amount}") == "lacks {name}");
  CHECK(wrong("{name} {amount?}") == "lacks {amount}");
  CHECK(wrong("{name} {name} {amount}") == "has a field twice");
  CHECK(wrong("{name}{amount}") == "has the field {name}{amount}; there are name, qty, price, amount, unit, tax, sku and any");
  CHECK(wrong("{name} x{qty} {amount}") == "has 'x{qty}': a field stands alone, between spaces");
  CHECK(wrong("{name} {amount} {tax?} {any?} {any?} {any?} {any?}") == "has more than 4 optional fields");
  CHECK(wrong("{name} {amount}", ItemPattern::Joins::name_above) == "has a {name} of its own, though it joins another line");
  CHECK(wrong("x {price}", ItemPattern::Joins::item_above) == "lacks {qty}");
}

TEST_CASE("phrases: case, accents, width and what stands between the words do not matter, and parts of words do not count") {
  const auto has = [](const char* phrase, const char* line) {
    return Phrase::from(phrase)->find(PlainLine::from(line)).has_value();
  };
  CHECK(has("bon nr", "BON-NR.: 7"));
  CHECK(has("rückgabe", "RUCKGABE"));
  CHECK(has("total", "ＴＯＴＡＬ"));
  CHECK(has("straße", "STRASSE 7"));
  CHECK(has("合计", "合计金额28"));
  CHECK(has("receipt #", "Receipt # 7"));
  CHECK(!has("receipt #", "Receipt 7"));
  CHECK(!has("total", "subtotal"));
  CHECK(!has("total", "total1"));
  CHECK(has("=copy", "*** Copy ***"));
  CHECK(!has("=copy", "Copy paper"));
  CHECK(!Phrase::from("***"));
}

TEST_CASE("dates in text") {
  TimeFormats formats{{"%d.%m.%Y", "%d.%m.%y", "%d%o %B %Y"}, {"%H:%M"}, {}};
  for (const char* month : {"january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
                            "november", "december"}) {
    formats.months.emplace_back(month);
  }
  const auto date = [&](const std::string& text) {
    const auto found = find_date(text, formats);
    return found ? text_of(found->date()) : std::string("-");
  };
  CHECK(date("Datum: 24.11.2026 08:15") == "2026-11-24");
  CHECK(date("24.11.26") == "2026-11-24");
  CHECK(date("1st Sept. 2026") == "2026-09-01");
  CHECK(date("31.02.2026 01.03.2026") == "2026-03-01");
  CHECK(date("124.11.2026") == "-");
  CHECK(date("24.11.20261") == "-");
  CHECK(date("24.13.2026") == "-");
  CHECK(find_time("at 24:00, 8:15", 0, formats) == 8 * 3600 + 15 * 60);
  CHECK(!find_time("08:1", 0, formats));
}

TEST_CASE("profiles: all that are shipped load, and are named where they are wrong") {
  std::size_t count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(GREENTILL_SOURCE_DIR "/config/escpos")) {
    CAPTURE(entry.path().string());
    CHECK_NOTHROW(Profile::load(entry.path().string(), ""));
    ++count;
  }
  CHECK(count == 27);
  const auto wrong = [](const std::string& text) -> std::string {
    try {
      Profile::parse(text, "own.toml");
    } catch (const std::runtime_error& error) {
      return error.what();
    }
    return "nothing";
  };
  const std::string item = "[[item]]\npattern = \"{name} {amount}\"\n";
  const std::string rest = "[time]\ndates = [\"%Y-%m-%d\"]\ntimes = [\"%H:%M\"]\n[words]\ntotal = [\"total\"]\n";
  CHECK(wrong("[numbers]\n" + item + rest) == "nothing");
  CHECK(wrong("colour = 1\n[numbers]\n" + item + rest) == "own.toml:1:10: key 'colour' is not known here");
  CHECK(wrong("[numbers]\ndecimal_mark = \";\"\n") == "own.toml:2:16: key 'numbers.decimal_mark' must be \".\" or \",\"");
  CHECK(wrong("[text]\nencoding = \"klingon\"\n") == "own.toml:2:12: key 'text.encoding' names no encoding that ICU has");
  CHECK(wrong("[text]\ntables = { 300 = \"ibm-437\" }\n") ==
        "own.toml:2:18: key 'text.tables.300' must be the number of a code table, 0 to 255");
  for (const std::string code : {"euro", "eur", "E", "€"}) {
    CHECK(wrong("currency = \"" + code + "\"\n") ==
          "own.toml:1:12: key 'currency' must be a code of ISO 4217: three capital letters, such as EUR");
  }
  CHECK(wrong("receipt_numbers = \"daily\"\n") == "own.toml:1:19: key 'receipt_numbers' must be \"restart\" or \"unique\"");
  CHECK(wrong("[numbers]\n[time]\ndates = [\"%Q\"]\n") ==
        "own.toml:3:9: key 'time.dates' '%Q' has a field that is none of %Y %y %m %d %H %I %M %S %p %B %A %o");
  CHECK(wrong("[numbers]\n[time]\ndates = []\ntimes = []\nmonths = [\"May\"]\n") ==
        "own.toml:5:10: key 'time.months' must hold twelve");
  CHECK(wrong("[numbers]\n[[item]]\npattern = \"{name}\"\n[time]\ndates = []\ntimes = []\n") ==
        "own.toml:3:11: key 'item[0].pattern' lacks {amount}");
  CHECK(wrong("[numbers]\n[[item]]\npattern = \"{name} {amount}\"\njoins = \"x\"\n[time]\ndates = []\ntimes = []\n") ==
        "own.toml:4:9: key 'item[0].joins' must be \"\", \"name-above\", \"item-above\" or \"item-below\"");
  CHECK(wrong("[numbers]\n" + item + "[time]\ndates = []\ntimes = []\n[words]\ntotal = [\"**\"]\n") ==
        "own.toml:8:9: key 'words.total' has '**', which holds neither letters nor digits");
  CHECK(wrong("zone = \"Mars/Base\"\n").find("there is no time zone 'Mars/Base'") != std::string::npos);
}

}  // namespace
}  // namespace greentill::escpos
