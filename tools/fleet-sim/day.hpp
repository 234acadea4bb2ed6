// SPDX-License-Identifier: Apache-2.0
// When in a day people ride and buy: shares of each hour, embedded or from a file. docs/fleet-sim.md, "The day". Threads: one a
// Day.
#pragma once

#include <array>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>

#include "daemon/base/calendar.hpp"
#include "daemon/base/error.hpp"

namespace greentill::fleet_sim {

/// What a device is: a dock's claims are rides on shared bikes, a till's are receipts that were not printed.
enum class Kind : std::uint8_t { dock, till };

inline constexpr double kDaySeconds = kSecondsADay;

/// How many acts of a kind each hour has, relative to the others.
using Hours = std::array<double, 24>;

class Day {
 public:
  /// The embedded hours.
  Day();
  /// Reads CSV with the head "hour,trips,sales" and a line for each hour, in order: numbers that are not negative, not all of a
  /// column 0. invalid, naming the line, where it is anything else.
  static Result<Day> parse(std::string_view csv);
  /// As parse(), from a file.
  static Result<Day> load(const std::string& path);

  /// A second of the day, from 0 on and below kDaySeconds, as often as the hours say; evenly within an hour.
  [[nodiscard]] double draw(Kind kind, std::mt19937_64& random) const;
  /// The busiest hour's share of all of the day's acts, times 24: by how much it is above the mean.
  [[nodiscard]] double peak(Kind kind) const;

 private:
  Day(const Hours& trips, const Hours& sales);
  [[nodiscard]] const Hours& until(Kind kind) const { return kind == Kind::dock ? trips_ : sales_; }
  Hours trips_{};  // sums up to and including each hour; the last is 1
  Hours sales_{};
};

/// How many acts a device has in a day whose mean is that: Poisson's distribution.
[[nodiscard]] std::uint32_t draw_count(double mean, std::mt19937_64& random);

}  // namespace greentill::fleet_sim
