// SPDX-License-Identifier: Apache-2.0
// The length of a route, point by point: of the points themselves none is kept but the last and those of begin and end.
// Threads: one thread.
#pragma once

#include <cstdint>
#include <optional>

#include "plugins/common/values/geo.hpp"

namespace greentill::mds {

class Track {
 public:
  void add(std::int64_t time_ms, const plugin::Coordinates& place);

  /// In whole metres, rounded down: the steps together, where the points came in the order of their times. Nothing where they did
  /// not, since the steps between them are then none that were ridden, or where there are fewer than two.
  [[nodiscard]] std::optional<std::int64_t> length_m() const;
  /// The great circle from the earliest point to the latest; nothing where there are fewer than two.
  [[nodiscard]] std::optional<std::int64_t> between_ends_m() const;

 private:
  struct Point {
    std::int64_t time_ms;
    plugin::Coordinates place;
  };
  std::optional<Point> first_;  // in time
  std::optional<Point> last_;   // in time
  std::optional<Point> previous_;
  std::uint64_t points_ = 0;
  std::int64_t length_mm_ = 0;
  bool in_order_ = true;
};

}  // namespace greentill::mds
