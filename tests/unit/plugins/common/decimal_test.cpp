// SPDX-License-Identifier: Apache-2.0
#include "plugins/common/decimal.hpp"

#include <doctest/doctest.h>

#include <limits>
#include <string>

namespace greentill::plugin {
namespace {

Decimal decimal(std::string_view text) {
  CAPTURE(text);
  const auto parsed = Decimal::parse(text);
  REQUIRE(parsed);
  return *parsed;
}

std::optional<std::int64_t> cents(std::string_view text) { return decimal(text).in_units(2); }

TEST_CASE("decimal: amounts become minor units exactly, with half a unit rounded away from zero") {
  CHECK(cents("3.80000000000000000000000000") == 380);
  CHECK(cents("2.92307692307692326400000000") == 292);
  CHECK(cents("7.07692307692307737600000000") == 708);
  CHECK(cents("0.001") == 0);
  CHECK(cents("0.005") == 1);
  CHECK(cents("-0.005") == -1);
  CHECK(cents("0.00499999999999999999999999999999999999") == 0);
  CHECK(cents("-0.00499999999999999999999999999999999999") == 0);
  CHECK(cents("1.005") == 101);  // a double holds 1.00499999999999989...
  CHECK(cents("-107") == -10700);
  CHECK(cents("+13") == 1300);
  CHECK(cents("0") == 0);
  CHECK(cents("-0.0") == 0);
  CHECK(decimal("1234.5").in_units(0) == 1235);
  CHECK(decimal("1.2345").in_units(3) == 1235);
}

TEST_CASE("decimal: what fits 64 bits is exact to the last unit, and nothing beyond is made up") {
  CHECK(cents("92233720368547758.07") == std::numeric_limits<std::int64_t>::max());
  CHECK(cents("92233720368547758.074") == std::numeric_limits<std::int64_t>::max());
  CHECK(cents("92233720368547758.075") == std::nullopt);
  CHECK(cents("-92233720368547758.08") == std::numeric_limits<std::int64_t>::min());
  CHECK(cents("-92233720368547758.09") == std::nullopt);
  CHECK(cents("99999999999999999999999999999999999999") == std::nullopt);
  CHECK(decimal("0." + std::string(37, '0') + "1").in_units(38) == 1);
  CHECK(decimal("1").in_units(38) == std::nullopt);
}

TEST_CASE("decimal: where a unit must not be rounded, zeros at the end do no harm") {
  CHECK(decimal("12.3400").exactly_in_units(2) == 1234);
  CHECK(decimal("12.345").exactly_in_units(2) == std::nullopt);
  CHECK(decimal("12.345").exactly_in_units(3) == 12345);
  CHECK(decimal("1000.00").exactly_in_units(0) == 1000);
}

TEST_CASE("decimal: a text that is no plain decimal is none") {
  for (const char* text :
       {"", "-", "+", ".", "1.", ".5", "1,5", "1e2", "1E2", " 1", "1 ", "--1", "1.2.3", "0x10", "NaN", "1_0", "1'0"}) {
    CAPTURE(text);
    CHECK(!Decimal::parse(text));
  }
}

TEST_CASE("decimal: digits count without the zeros around them, and 38 of them are the most") {
  CHECK(Decimal::parse(std::string(38, '9')));
  CHECK(!Decimal::parse(std::string(39, '9')));
  CHECK(Decimal::parse("000" + std::string(38, '9') + ".000"));
  CHECK(!Decimal::parse("0." + std::string(38, '0') + "1"));
  CHECK(Decimal::parse("0." + std::string(4000, '0')));
  CHECK(decimal("1.50") == decimal("01.5"));
  CHECK(decimal("-0") == decimal("0.00"));
  CHECK(decimal("4.0000").is_whole());
  CHECK(!decimal("4.01").is_whole());
}

TEST_CASE("decimal: a sum is exact, so that thirds that a till wrote out give the whole again") {
  const auto third = decimal("3.33333333333333333333333333");
  const auto sum = third.plus(third)->plus(decimal("3.33333333333333333333333334"));
  REQUIRE(sum);
  CHECK(*sum == decimal("10"));
  CHECK(decimal("2.923076923076923264").plus(decimal("7.076923076923077376"))->in_units(2) == 1000);
  CHECK(decimal("0.1").plus(decimal("0.2")) == decimal("0.3"));
  CHECK(decimal("-5").plus(decimal("5.00"))->sign() == 0);
  CHECK(decimal("5").plus(decimal("-5.01"))->sign() == -1);
}

TEST_CASE("decimal: a sum of more than 38 digits is none") {
  const auto most = decimal(std::string(38, '9'));
  CHECK(!most.plus(decimal("1")));
  CHECK(!most.plus(decimal("0.1")));
  CHECK(most.plus(decimal("-1")));
}

TEST_CASE("decimal: the minor unit is the currency's") {
  CHECK(minor_places("EUR") == 2);
  CHECK(minor_places("JPY") == 0);
  CHECK(minor_places("KWD") == 3);
  CHECK(minor_places("CLF") == 4);
  CHECK(!minor_places("eur"));
  CHECK(!minor_places("EURO"));
  CHECK(!minor_places(""));
}

TEST_CASE("decimal: rounded down, never up, on either side of zero") {
  const auto down = [](std::string_view text, unsigned places) { return Decimal::parse(text)->in_units_down(places); };
  CHECK(down("29.4999", 3) == 29'499);
  CHECK(down("29.9999999", 0) == 29);
  CHECK(down("7", 3) == 7'000);
  CHECK(down("-0.0001", 3) == -1);
  CHECK(down("-2.5", 0) == -3);
  CHECK(down("-2", 0) == -2);
  CHECK(down("9223372036854775807.9", 0) == INT64_MAX);
  CHECK(!down("9223372036854775808", 0));
  CHECK(Decimal::parse("2965.1")->plus(Decimal::parse("2935.6")->negated())->in_units_down(3) == 29'500);
  CHECK(Decimal::parse("0")->negated().sign() == 0);
}

}  // namespace
}  // namespace greentill::plugin
