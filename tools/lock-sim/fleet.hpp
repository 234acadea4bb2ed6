// SPDX-License-Identifier: Apache-2.0
// A fleet of simulated locks: made, ridden, and brought to a dock. Threads: one.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "tools/lock-sim/lines.hpp"
#include "tools/lock-sim/sim_lock.hpp"

namespace greentill::lock_sim {

struct FleetOptions {
  std::string folder;
  std::string prefix = "bike-";
  std::size_t locks = 10;
  std::size_t rides = 3;   ///< of each lock in each round
  std::size_t rounds = 1;  ///< of riding and docking
  std::uint64_t seed = 1;
  std::string programme_key;          ///< PEM; empty: a key of the simulation's own
  std::string programme_certificate;  ///< PEM; empty: one of that key
  std::string trips;                  ///< a file; empty: what was measured
  std::string list;                   ///< where the locks' ids and keys are written, as a dock reads them; empty: nowhere
  std::int64_t hours = 24;            ///< over which the rides are spread, up to now
  std::uint32_t cut_within =
      0;  ///< operations of its flash in which each lock's power fails once a round, while riding; 0: never
  bool only_licensed_docks = false;  ///< acknowledge the rides of locks that are made now
  LineOptions line;                  ///< no dock: they do not leave
};

struct Sum {
  std::uint64_t locks = 0;
  std::uint64_t rides = 0;
  std::uint64_t acknowledged = 0;
  std::uint64_t settled = 0;
  std::uint64_t refused = 0;
  std::uint64_t power_cuts = 0;
  std::uint64_t metres = 0;
};

class Fleet {
 public:
  static Result<std::unique_ptr<Fleet>> make(const FleetOptions& options);
  Status run();
  [[nodiscard]] Sum sum() const;

 private:
  explicit Fleet(const FleetOptions& options) : options_(options), trips_(options.seed) {}
  Status prepare();
  Status write_list();
  Status ride(std::size_t round);

  const FleetOptions options_;
  std::unique_ptr<Programme> programme_;
  Trips trips_;
  std::vector<std::unique_ptr<SimLock>> locks_;
};

}  // namespace greentill::lock_sim
