// SPDX-License-Identifier: Apache-2.0
#include "plugins/common/values/units.hpp"

#include <doctest/doctest.h>

#include <string>

namespace greentill::plugin {
namespace {

std::int64_t line(const char* amount, std::string_view unit) {
  return line_quantity_milli(*Decimal::parse(amount), unit).value();
}

TEST_CASE("units: weights in whatever unit are kilograms") {
  for (const char* unit : {"kg", "KG", "KGM", "kilo", "公斤", " kg. "}) CHECK(line("1.5", unit) == 1500);
  for (const char* unit : {"lb", "LB", "lbs", "Lbs.", "LBR", "pound"}) CHECK(line("1.5", unit) == 680);
  for (const char* unit : {"oz", "ONZ", "ounces"}) CHECK(line("16", unit) == 453);
  for (const char* unit : {"g", "G", "gr", "GRM", "克"}) CHECK(line("250", unit) == 250);
  CHECK(line("15", "dag") == 150);
  CHECK(line("2", "hg") == 200);
  CHECK(line("2", "斤") == 1000);
  CHECK(line("1", "STI") == 6350);
  CHECK(line("0.02", "TNE") == 20'000);
}

TEST_CASE("units: volumes are litres, and what is counted is pieces") {
  for (const char* unit : {"l", "L", "Liter", "LTR"}) CHECK(line("1.5", unit) == 1500);
  for (const char* unit : {"ml", "MLT"}) CHECK(line("330", unit) == 330);
  CHECK(line("33", "cl") == 330);
  CHECK(line("1", "GLL") == 3785);
  for (const char* unit :
       {"EA", "each", "C62", "H87", "pc", "PCS", "PCE", "Stk", "Stk.", "Stück", "STÜCK", "pz", "ud", "个", "개"}) {
    CAPTURE(unit);
    CHECK(line("3", unit) == 3000);
  }
}

TEST_CASE("units: of a unit that is not known, or can mean two things, nothing is counted") {
  for (const char* unit : {"", "box", "BX", "pair", "gal", "fl oz", "m", "M2", "ZZ", "kg g", "k", "HUR", "kilo gram"}) {
    CAPTURE(unit);
    CHECK_FALSE(unit_of(unit));
    CHECK(line("2", unit) == 0);
  }
}

TEST_CASE("units: energy is watt hours, and no line's quantity") {
  for (const auto& [unit, size] : {std::pair{"kWh", "1000"}, {"KWH", "1000"}, {"Wh", "1"}, {"WHR", "1"}, {"MWH", "1000000"}}) {
    const auto known = unit_of(unit);
    REQUIRE(known);
    CHECK(known->measure == Measure::energy);
    CHECK(known->size == *Decimal::parse(size));
    CHECK(line("2", unit) == 0);
  }
}

TEST_CASE("units: what comes back is as much as was sold, and what does not fit is nothing") {
  CHECK(line("-1.6", "lb") == -line("1.6", "lb"));
  CHECK(line("1.6", "lb") == 725);  // 725.7: no more than was weighed
  CHECK_FALSE(line_quantity_milli(*Decimal::parse("9223372036854775807"), "kg"));
  CHECK_FALSE(line_quantity_milli(*Decimal::parse("99999999999999999999999999999999999999"), "lb"));
}

}  // namespace
}  // namespace greentill::plugin
