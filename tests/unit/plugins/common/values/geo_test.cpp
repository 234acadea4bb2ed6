// SPDX-License-Identifier: Apache-2.0
#include "plugins/common/values/geo.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <numbers>
#include <random>

namespace greentill::plugin {
namespace {

/// The angle between two points as that between two vectors: another formula than the one under test, as good near the poles and
/// the antipodes, worse for points close together.
double angle_m(double latitude1, double longitude1, double latitude2, double longitude2) {
  const auto vector = [](double latitude, double longitude) {
    const double a = latitude * std::numbers::pi / 180;
    const double b = longitude * std::numbers::pi / 180;
    return std::array{std::cos(a) * std::cos(b), std::cos(a) * std::sin(b), std::sin(a)};
  };
  const auto p = vector(latitude1, longitude1);
  const auto q = vector(latitude2, longitude2);
  const std::array cross{p[1] * q[2] - p[2] * q[1], p[2] * q[0] - p[0] * q[2], p[0] * q[1] - p[1] * q[0]};
  const double sine = std::hypot(cross[0], cross[1], cross[2]);
  return 6'371'008.8 * std::atan2(sine, p[0] * q[0] + p[1] * q[1] + p[2] * q[2]);
}

TEST_CASE("geo: the great circle is the one that another formula finds") {
  CHECK(great_circle_m({60.17, 24.94}, {60.17, 24.94}) == 0);
  CHECK(great_circle_m({0, 0}, {0, 180}) == 20'015'114);
  CHECK(great_circle_m({90, 0}, {-90, 77}) == 20'015'114);
  CHECK(great_circle_m({0, 0}, {1, 0}) == 111'195);
  CHECK(great_circle_m({40, 179.999}, {40, -179.999}) == static_cast<std::int64_t>(angle_m(40, 179.999, 40, -179.999)));
  std::mt19937 random(4711);  // NOLINT: the same places every time
  std::uniform_real_distribution<double> latitude(-90, 90);
  std::uniform_real_distribution<double> longitude(-180, 180);
  std::uniform_real_distribution<double> near(-0.05, 0.05);
  for (int i = 0; i < 2000; ++i) {
    const double a = latitude(random) * 0.99;
    const double b = longitude(random) * 0.99;
    const double c = i % 2 == 0 ? a + near(random) : latitude(random);
    const double d = i % 2 == 0 ? b + near(random) : longitude(random);
    CAPTURE(a);
    CAPTURE(b);
    CAPTURE(c);
    CAPTURE(d);
    CHECK(std::abs(static_cast<double>(great_circle_m({a, b}, {c, d})) + 0.5 - angle_m(a, b, c, d)) <= 0.51);
    CHECK(great_circle_mm({a, b}, {c, d}) / 1000 == great_circle_m({a, b}, {c, d}));
  }
}

TEST_CASE("geo: between places that are known to a cell it is the least, never more, and 0 where the cells touch") {
  const Coordinates exact{41.907993, -87.631501};
  CHECK(great_circle_m({41.93, -87.67, 0.005}, exact) == 3355);
  CHECK(great_circle_m(exact, {41.93, -87.67, 0.005}) == 3355);
  CHECK(great_circle_m({41.93, -87.67, 0.005}, {41.94, -87.66, 0.005}) == 0);
  CHECK(great_circle_m({40, 179.995, 0.005}, {40, -179.995, 0.005}) == 0);
  CHECK(great_circle_m({-89.9, 10, 0.5}, {-89.9, -170, 0.5}) == 0);  // the pole is in both
  std::mt19937 random(4711);                                         // NOLINT: the same places every time
  std::uniform_real_distribution<double> latitude(-80, 80);
  std::uniform_real_distribution<double> longitude(-180, 180);
  std::uniform_real_distribution<double> near(-0.05, 0.05);
  std::uniform_real_distribution<double> part(-1, 1);
  for (int i = 0; i < 2000; ++i) {
    const Coordinates a{latitude(random), longitude(random), 0.005};
    const Coordinates b{a.latitude + near(random), a.longitude + near(random), 0.005};
    const std::int64_t least = great_circle_m(a, b);
    // Wherever in the cells the ends were.
    for (int k = 0; k < 20; ++k) {
      const auto within = [&](const Coordinates& c) {
        return Coordinates{c.latitude + part(random) * c.within, c.longitude + part(random) * c.within};
      };
      CHECK(great_circle_m(within(a), within(b)) >= least);
    }
  }
}

TEST_CASE("geo: a place is as exact as its numbers are written") {
  CHECK(decimals_of("41.93") == 2);
  CHECK(decimals_of("-87") == 0);
  CHECK(decimals_of("5.") == 0);
  CHECK(decimals_of("4.193e1") == 2);
  CHECK(decimals_of("4.193E+01") == 2);
  CHECK(decimals_of("5e-3") == 3);
  CHECK(decimals_of("1e99") == 0);
  CHECK(decimals_of("") == 0);
  CHECK(decimals_of("." + std::string(500, '1')) == 20);
  CHECK(parse_place("41.93", "-87.67")->within == doctest::Approx(0.005));
  CHECK(parse_place("41.9", "-87.67")->within == doctest::Approx(0.005));
  CHECK(parse_place("42", "-88")->within == doctest::Approx(0.5));
  CHECK(!parse_place("0", "0.000"));
  CHECK(parse_place("0", "6.5"));
  CHECK(!parse_place("91", "0"));
  CHECK(!parse_place("41.93", ""));
}

TEST_CASE("geo: degrees are plain numbers on the globe") {
  CHECK(parse_degrees("-118.46710503101347", 180) == -118.46710503101347);
  CHECK(parse_degrees("90", 90) == 90.0);
  for (const char* text : {"", "90.1", "-91", "north", "1,5", " 1", "1 ", "nan", "inf", "+1"}) {
    CAPTURE(std::string(text));
    CHECK(!parse_degrees(text, 90));
  }
}

}  // namespace
}  // namespace greentill::plugin
