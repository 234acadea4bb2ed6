// SPDX-License-Identifier: Apache-2.0
// Distances on the ground. Threads: pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace greentill::plugin {

/// In degrees: latitude -90 to 90, longitude -180 to 180, each known to within `within` to either side. Who publishes rides often
/// rounds their places on purpose.
struct Coordinates {
  double latitude = 0;
  double longitude = 0;
  double within = 0;
};

/// A number of degrees as text has it, at most `most` to either side of 0. Nothing where it is no plain number or beyond that.
std::optional<double> parse_degrees(std::string_view text, double most);
/// How many decimals a number is written with: 2 of "41.93", 0 of "42", 3 of "4.1930e1".
unsigned decimals_of(std::string_view number);
/// Half of the last of so many decimals: a number that is written with two is known to within 0.005.
double half_of_decimal(unsigned decimals);
/// A place as its two numbers are written. It is as exact as the longer of them, since writers leave zeros at a number's end out,
/// and whoever rounds a place rounds both. Nothing where one is no number of degrees, and of 0, 0, which stands for no place.
std::optional<Coordinates> parse_place(std::string_view latitude, std::string_view longitude);

/// Along a great circle of a sphere of 6,371,008.8 m (the IUGG's mean radius), rounded down: the least that there can be between
/// two places, whose cells of `within` to each side may touch. Taken between the edges that face one another.
std::int64_t great_circle_m(const Coordinates& from, const Coordinates& to);
/// The same in millimetres: a track's length is the sum of its steps, and a sum of integers is the same on every machine.
std::int64_t great_circle_mm(const Coordinates& from, const Coordinates& to);

}  // namespace greentill::plugin
