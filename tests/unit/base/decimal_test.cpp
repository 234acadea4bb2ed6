// SPDX-License-Identifier: Apache-2.0
#include "daemon/base/decimal.hpp"

#include <doctest/doctest.h>

#include <limits>
#include <string>

namespace greentill {
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
  CHECK(decimal("12.3400").in_units(2, Rounding::exact) == 1234);
  CHECK(decimal("12.345").in_units(2, Rounding::exact) == std::nullopt);
  CHECK(decimal("12.345").in_units(3, Rounding::exact) == 12345);
  CHECK(decimal("1000.00").in_units(0, Rounding::exact) == 1000);
}

TEST_CASE("decimal: a text that is no plain decimal is none") {
  for (const char* text :
       {"", "-", "+", ".", "1.", ".5", "1,5", "1e2", "1E2", " 1", "1 ", "--1", "1.2.3", "0x10", "NaN", "1_0", "1'0"}) {
    CAPTURE(text);
    CHECK(!Decimal::parse(text));
  }
  for (const char* text : {"", "-1", "+1", "1.", "\xD9\xA1"}) CHECK(!Decimal::parse_unsigned(text));
  CHECK(Decimal::parse_unsigned("007.50") == decimal("7.5"));
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
  CHECK(!most.plus(most));  // which 128 bits do not hold either
  CHECK(!most.negated().plus(most.negated()));
  CHECK(most.plus(decimal("-1")));
}

TEST_CASE("decimal: rounded down, never up, on either side of zero") {
  const auto down = [](std::string_view text, unsigned places) { return Decimal::parse(text)->in_units(places, Rounding::down); };
  CHECK(down("29.4999", 3) == 29'499);
  CHECK(down("29.9999999", 0) == 29);
  CHECK(down("7", 3) == 7'000);
  CHECK(down("-0.0001", 3) == -1);
  CHECK(down("-2.5", 0) == -3);
  CHECK(down("-2", 0) == -2);
  CHECK(down("9223372036854775807.9", 0) == INT64_MAX);
  CHECK(!down("9223372036854775808", 0));
  CHECK(Decimal::parse("2965.1")->plus(Decimal::parse("2935.6")->negated())->in_units(3, Rounding::down) == 29'500);
  CHECK(Decimal::parse("0")->negated().sign() == 0);
}

TEST_CASE("decimal: any number of places, rounded as asked or refused") {
  struct {
    const char* text;
    unsigned places;
    std::int64_t value;
  } const cases[] = {{"0", 6, 0},
                     {"0.16272", 6, 162720},
                     {"148.61", 9, 148610000000},
                     {"007.5", 1, 75},
                     {"1", 18, 1000000000000000000},
                     {"5.98000", 2, 598},
                     {"9.223372036854775807", 18, INT64_MAX}};
  for (const auto& one : cases) {
    CAPTURE(one.text);
    for (const Rounding rounding : {Rounding::down, Rounding::up, Rounding::nearest, Rounding::exact}) {
      CHECK(decimal(one.text).in_units(one.places, rounding) == one.value);
    }
  }
  CHECK(decimal("0.0000019").in_units(6, Rounding::down) == 1);
  CHECK(decimal("0.0000011").in_units(6, Rounding::up) == 2);
  CHECK(decimal("0.0000010000001").in_units(6, Rounding::up) == 2);
  CHECK(decimal("-2.5").in_units(0, Rounding::up) == -2);
  CHECK(!decimal("0.0000011").in_units(6, Rounding::exact));
  CHECK(!decimal("9223372036854775807.5").in_units(0, Rounding::up));
  CHECK(!decimal("9223372036854.775808").in_units(6, Rounding::exact));
}

TEST_CASE("decimal: products are exact, and none where they have more than 38 digits") {
  const auto product = [](const char* a, const char* b) {
    const auto both = decimal(a).times(decimal(b));
    return both ? both->in_units(0, Rounding::down) : std::nullopt;
  };
  CHECK(product("1.2", "1000") == 1200);
  CHECK(product("2.9999", "1") == 2);
  CHECK(product("0.29", "100") == 29);  // 28.999999999999996 in binary floating point
  CHECK(product("2043.7", "1.609344") == 3289);
  CHECK(product("999999999999999999", "9.2") == 9'199'999'999'999'999'990);
  CHECK(!product("999999999999999999", "9.3"));
  CHECK(!product("999999999999999999", "999999999999999999"));
  CHECK(product("0.00000000000000001", "0.00000000000000001") == 0);
  const std::string small = "0." + std::string(24, '0') + "1";
  CHECK(!decimal(small).times(decimal(small)));
  CHECK(!decimal(std::string(38, '9')).times(decimal("17")));
}

}  // namespace
}  // namespace greentill
