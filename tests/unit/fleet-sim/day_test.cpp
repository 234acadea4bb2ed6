// SPDX-License-Identifier: Apache-2.0
#include "tools/fleet-sim/day.hpp"

#include <doctest/doctest.h>

#include <array>

namespace greentill::fleet_sim::day_test {
namespace {

std::string hours(const std::string& at_eight, const std::string& head = "hour,trips,sales\n", int count = 24) {
  std::string csv = head;
  for (int hour = 0; hour < count; ++hour) csv += std::to_string(hour) + "," + (hour == 8 ? at_eight : "1,1") + "\n";
  return csv;
}

std::array<int, 24> drawn(const Day& day, Kind kind, int count) {
  std::mt19937_64 random(7);
  std::array<int, 24> found{};
  for (int i = 0; i < count; ++i) {
    const double second = day.draw(kind, random);
    REQUIRE(second >= 0);
    REQUIRE(second < kDaySeconds);
    ++found[static_cast<std::size_t>(second / 3600)];
  }
  return found;
}

TEST_CASE("acts are drawn as often as their hours say") {
  const Day day = Day::parse(hours("27,0")).value();
  const auto trips = drawn(day, Kind::dock, 50'000);
  CHECK(trips[8] > 26'500);  // 27 of 50
  CHECK(trips[8] < 27'500);
  CHECK(trips[20] > 800);
  const auto sales = drawn(day, Kind::till, 10'000);
  CHECK(sales[8] == 0);
  CHECK(day.peak(Kind::dock) == doctest::Approx(24 * 27.0 / 50));
  CHECK(day.peak(Kind::till) == doctest::Approx(24.0 / 23));
}

TEST_CASE("the embedded day has the peaks of its sources") {
  const Day day;
  CHECK(day.peak(Kind::dock) == doctest::Approx(24 * 262120.0 / 2292410).epsilon(1e-6));
  const auto trips = drawn(day, Kind::dock, 20'000);
  CHECK(trips[17] > trips[12]);
  CHECK(trips[8] > trips[12]);
  CHECK(trips[3] < 60);
  const auto sales = drawn(day, Kind::till, 20'000);
  CHECK(sales[11] > sales[16]);
  CHECK(sales[2] == 0);
}

TEST_CASE("what is no day is told by its line") {
  const auto wrong = [](const std::string& csv) { return Day::parse(csv).error().message; };
  CHECK(wrong("hour,rides\n") == "line 1: it is not hour,trips,sales");
  CHECK(wrong(hours("-1,1")).starts_with("line 10: it is not the hour 8"));
  CHECK(wrong(hours("1,x")).starts_with("line 10:"));
  CHECK(wrong(hours("1,1,1")).starts_with("line 10:"));
  CHECK(wrong(hours("nan,1")).starts_with("line 10:"));
  CHECK(wrong(hours("1e300,1")).starts_with("line 10:"));
  CHECK(wrong(hours("1,1", "hour,trips,sales\n", 20)).starts_with("line 22:"));
  CHECK(wrong(hours("1,1") + "24,1,1\n") == "line 26: a day has 24 hours");
  std::string none = "hour,trips,sales\r\n";
  for (int hour = 0; hour < 24; ++hour) none += std::to_string(hour) + ",0,1\r\n";
  CHECK(wrong(none) == "a column has nothing but 0");
  CHECK(Day::load("/nowhere/day.csv").error().code == ErrorCode::not_found);
}

TEST_CASE("counts have the mean that was asked for") {
  std::mt19937_64 random(3);
  double sum = 0;
  for (int i = 0; i < 20'000; ++i) sum += draw_count(3.5, random);
  CHECK(sum / 20'000 == doctest::Approx(3.5).epsilon(0.02));
  CHECK(draw_count(0, random) == 0);
}

}  // namespace
}  // namespace greentill::fleet_sim::day_test
