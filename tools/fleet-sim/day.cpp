// SPDX-License-Identifier: Apache-2.0
#include "tools/fleet-sim/day.hpp"

#include <algorithm>
#include <charconv>
#include <numeric>

#include "daemon/base/file.hpp"

namespace greentill::fleet_sim {
namespace {

// Rentals of Capital Bikeshare (Washington, D.C.) on all working days of 2011 and 2012, by hour: the sums of "cnt" in hour.csv of
// the UCI data set Bike Sharing (H. Fanaee-T, 2013; CC BY 4.0).
constexpr Hours kTrips{18246, 8177,  4229,  2323,   2552,   12332,  50840,  144144, 236595, 119793, 67142, 78482,
                       99808, 98818, 91419, 100263, 146268, 262120, 245129, 173504, 124360, 92771,  68918, 44177};
// Sales of The Bread Basket, a bakery in Edinburgh, 2016-10-30 to 2017-04-09, by hour: the transactions of BreadBasket_DMS.csv.
constexpr Hours kSales{0, 1, 0, 0, 0, 0, 0, 16, 375, 1007, 1267, 1445, 1347, 1163, 1130, 924, 583, 160, 52, 34, 15, 2, 7, 3};

constexpr std::string_view kHead = "hour,trips,sales";

Hours summed(const Hours& hours) {
  Hours sums{};
  std::partial_sum(hours.begin(), hours.end(), sums.begin());
  for (double& sum : sums) sum /= sums.back();
  return sums;
}

std::string_view take_line(std::string_view& text) {
  const std::size_t end = std::min(text.find('\n'), text.size());
  std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

/// Takes a number that ends with `end`, or at the text's end where that is 0.
bool take_number(std::string_view& text, char end, double& out) {
  const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (error != std::errc{} || !(out >= 0) || out > 1e12) return false;
  text.remove_prefix(static_cast<std::size_t>(rest - text.data()));
  if (end == 0) return text.empty();
  if (!text.starts_with(end)) return false;
  text.remove_prefix(1);
  return true;
}

}  // namespace

Day::Day() : Day(kTrips, kSales) {}

Day::Day(const Hours& trips, const Hours& sales) : trips_(summed(trips)), sales_(summed(sales)) {}

Result<Day> Day::parse(std::string_view csv) {
  if (take_line(csv) != kHead) return fail(ErrorCode::invalid, "line 1: it is not " + std::string(kHead));
  Hours trips{};
  Hours sales{};
  for (std::size_t hour = 0; hour < trips.size(); ++hour) {
    std::string_view line = take_line(csv);
    double named = 0;
    if (!take_number(line, ',', named) || named != static_cast<double>(hour) || !take_number(line, ',', trips[hour]) ||
        !take_number(line, 0, sales[hour])) {
      return fail(ErrorCode::invalid, "line " + std::to_string(hour + 2) + ": it is not the hour " + std::to_string(hour) +
                                          ", its trips and its sales, as in " + std::to_string(hour) + ",120,35");
    }
  }
  if (!csv.empty()) return fail(ErrorCode::invalid, "line 26: a day has 24 hours");
  const auto none = [](const Hours& hours) { return std::ranges::all_of(hours, [](double one) { return one == 0; }); };
  if (none(trips) || none(sales)) return fail(ErrorCode::invalid, "a column has nothing but 0");
  return Day(trips, sales);
}

Result<Day> Day::load(const std::string& path) {
  const auto text = read_file(path, 1u << 16);
  if (!text) return Failure{text.error()};
  auto day = parse(*text);
  if (!day) return Failure{day.error().with_context(path)};
  return day;
}

double Day::draw(Kind kind, std::mt19937_64& random) const {
  std::uniform_real_distribution<double> even(0, 1);
  const Hours& sums = until(kind);
  const auto hour = std::ranges::upper_bound(sums, even(random));
  const auto number = std::min<std::ptrdiff_t>(hour - sums.begin(), 23);
  return (static_cast<double>(number) + even(random)) * (kDaySeconds / 24);
}

double Day::peak(Kind kind) const {
  const Hours& sums = until(kind);
  double most = sums.front();
  for (std::size_t hour = 1; hour < sums.size(); ++hour) most = std::max(most, sums[hour] - sums[hour - 1]);
  return 24 * most;
}

std::uint32_t draw_count(double mean, std::mt19937_64& random) {
  if (mean <= 0) return 0;
  return std::poisson_distribution<std::uint32_t>(mean)(random);
}

}  // namespace greentill::fleet_sim
