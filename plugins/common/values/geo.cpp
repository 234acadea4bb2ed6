// SPDX-License-Identifier: Apache-2.0
#include "plugins/common/values/geo.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <numbers>
#include <utility>

#include "daemon/base/text.hpp"

namespace greentill::plugin {
namespace {

/// The two latitudes of two cells that are nearest to each other. Where the cells share latitudes, it is the shared one farthest
/// from the equator, where meridians are closest together.
std::pair<double, double> nearest_latitudes(const Coordinates& a, const Coordinates& b) {
  const double south = std::max({a.latitude - a.within, b.latitude - b.within, -90.0});
  const double north = std::min({a.latitude + a.within, b.latitude + b.within, 90.0});
  if (south > north) return {south, north};
  const double shared = std::abs(south) > std::abs(north) ? south : north;
  return {shared, shared};
}

double great_circle(const Coordinates& from, const Coordinates& to) {
  constexpr double kRadius = 6'371'008.8;
  constexpr double kRadian = std::numbers::pi / 180;
  const auto [one, other] = nearest_latitudes(from, to);
  const double apart = std::abs(to.longitude - from.longitude);
  const double gap = std::max(0.0, std::min(apart, 360 - apart) - from.within - to.within);
  const double across = std::sin((one - other) * kRadian / 2);
  const double along = std::sin(gap * kRadian / 2);
  const double h = across * across + std::cos(one * kRadian) * std::cos(other * kRadian) * along * along;
  return 2 * kRadius * std::asin(std::sqrt(std::clamp(h, 0.0, 1.0)));
}

}  // namespace

std::optional<double> parse_degrees(std::string_view text, double most) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !(std::abs(value) <= most)) return std::nullopt;
  return value;
}

unsigned decimals_of(std::string_view number) {
  const std::size_t exponent = std::min(number.find_first_of("eE"), number.size());
  const std::size_t point = std::min(number.substr(0, exponent).find('.'), exponent);
  const auto written = static_cast<std::int64_t>(exponent - std::min(point + 1, exponent));
  std::string_view power = number.substr(std::min(exponent + 1, number.size()));
  if (power.starts_with('+')) power.remove_prefix(1);
  return static_cast<unsigned>(std::clamp<std::int64_t>(written - parse_integer<std::int32_t>(power).value_or(0), 0, 20));
}

double half_of_decimal(unsigned decimals) { return 0.5 * std::pow(10.0, -static_cast<double>(decimals)); }

std::optional<Coordinates> parse_place(std::string_view latitude, std::string_view longitude) {
  const auto north = parse_degrees(latitude, 90);
  const auto east = parse_degrees(longitude, 180);
  if (!north || !east || (*north == 0 && *east == 0)) return std::nullopt;
  return Coordinates{*north, *east, half_of_decimal(std::max(decimals_of(latitude), decimals_of(longitude)))};
}

std::int64_t great_circle_m(const Coordinates& from, const Coordinates& to) {
  return static_cast<std::int64_t>(great_circle(from, to));
}

std::int64_t great_circle_mm(const Coordinates& from, const Coordinates& to) {
  return static_cast<std::int64_t>(great_circle(from, to) * 1000);
}

}  // namespace greentill::plugin
