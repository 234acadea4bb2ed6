// SPDX-License-Identifier: Apache-2.0
// Distances on the ground. Threads: pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace greentill::plugin {

/// A place in degrees: latitude -90 to 90, longitude -180 to 180, each known to within `within` degrees to either side.
/// Publishers of rides often round places on purpose.
struct Coordinates {
  double latitude = 0;
  double longitude = 0;
  double within = 0;
};

/// A number of degrees, at most `most` to either side of 0. Nothing where the text is no plain number or beyond that.
std::optional<double> parse_degrees(std::string_view text, double most);
/// How many decimal places a number is written with: 2 for "41.93", 0 for "42", 3 for "4.1930e1".
unsigned decimals_of(std::string_view number);
/// Half a unit of the last of so many decimal places: a number written with two places is known to within 0.005.
double half_of_decimal(unsigned decimals);
/// A place from its two numbers as written. It is as exact as the longer of the two, since writers leave out zeros at a number's
/// end, and whoever rounds a place rounds both numbers. Nothing where one is no number of degrees, and for 0, 0, which is written
/// for an unknown place.
std::optional<Coordinates> parse_place(std::string_view latitude, std::string_view longitude);

/// The least distance in metres that two places can have, given how exactly they are known: between the nearest edges of their
/// cells, 0 where these touch. Along a great circle of a sphere of 6,371,008.8 m (the IUGG's mean radius), rounded down.
std::int64_t great_circle_m(const Coordinates& from, const Coordinates& to);
/// As great_circle_m(), in millimetres. A track's length is the sum of its steps, and a sum of integers is the same on every
/// machine.
std::int64_t great_circle_mm(const Coordinates& from, const Coordinates& to);

}  // namespace greentill::plugin
