// SPDX-License-Identifier: Apache-2.0
// Distances on the ground. Threads: pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace greentill::plugin {

/// In degrees: latitude -90 to 90, longitude -180 to 180.
struct Coordinates {
  double latitude = 0;
  double longitude = 0;
};

/// A number of degrees as text has it, at most `most` to either side of 0. Nothing where it is no plain number or beyond that.
std::optional<double> parse_degrees(std::string_view text, double most);

/// Along a great circle of a sphere of 6,371,008.8 m (the IUGG's mean radius), rounded down.
std::int64_t great_circle_m(const Coordinates& from, const Coordinates& to);
/// The same in millimetres: a track's length is the sum of its steps, and a sum of integers is the same on every machine.
std::int64_t great_circle_mm(const Coordinates& from, const Coordinates& to);

}  // namespace greentill::plugin
