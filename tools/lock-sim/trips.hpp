// SPDX-License-Identifier: Apache-2.0
// How far and how long people ride: drawn from trips of a file, or from quantiles of Helsinki's city bikes on a day in May 2021.
// Threads: one a Trips.
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "daemon/base/error.hpp"

namespace greentill::lock_sim {

struct Trip {
  std::uint32_t metres = 0;
  std::uint32_t seconds = 0;
};

class Trips {
 public:
  explicit Trips(std::uint64_t seed) : random_(seed) {}
  /// Takes trips from a file as the cities publish them: CSV with the columns "Covered distance (m)" and "Duration (sec.)".
  Status load(const std::string& path);
  [[nodiscard]] Trip draw();

 private:
  std::vector<Trip> loaded_;
  std::mt19937_64 random_;
};

}  // namespace greentill::lock_sim
