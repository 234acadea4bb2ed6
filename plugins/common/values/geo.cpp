// SPDX-License-Identifier: Apache-2.0
#include "plugins/common/values/geo.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <numbers>

namespace greentill::plugin {
namespace {

double great_circle(const Coordinates& from, const Coordinates& to) {
  constexpr double kRadius = 6'371'008.8;
  constexpr double kRadian = std::numbers::pi / 180;
  const double across = std::sin((to.latitude - from.latitude) * kRadian / 2);
  const double along = std::sin((to.longitude - from.longitude) * kRadian / 2);
  const double h = across * across + std::cos(from.latitude * kRadian) * std::cos(to.latitude * kRadian) * along * along;
  return 2 * kRadius * std::asin(std::sqrt(std::min(1.0, h)));
}

}  // namespace

std::optional<double> parse_degrees(std::string_view text, double most) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !(std::abs(value) <= most)) return std::nullopt;
  return value;
}

std::int64_t great_circle_m(const Coordinates& from, const Coordinates& to) {
  return static_cast<std::int64_t>(great_circle(from, to));
}

std::int64_t great_circle_mm(const Coordinates& from, const Coordinates& to) {
  return static_cast<std::int64_t>(great_circle(from, to) * 1000);
}

}  // namespace greentill::plugin
