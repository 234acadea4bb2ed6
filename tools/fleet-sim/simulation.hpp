// SPDX-License-Identifier: Apache-2.0
// A fleet's day against a broker and a service: docs/fleet-sim.md. Threads: one.
#pragma once

#include <string>

#include "daemon/base/error.hpp"
#include "tools/fleet-sim/device.hpp"
#include "tools/fleet-sim/figures.hpp"

namespace greentill::fleet_sim {

struct RunOptions {
  std::string folder;
  std::string broker;         ///< "mqtts://host:port"
  std::string authorities;    ///< PEM file: who vouches for the broker and for the service
  std::string receipts;       ///< PEM file of the certificates that sign receipts
  std::string methodologies;  ///< folder
  std::string trips;          ///< CSV, as lock_sim::Trips::load(); empty: what was measured
  std::string hours;          ///< CSV, as Day::load(); empty: the embedded day
  std::uint64_t seed = 1;
  double claims = 10;                 ///< of each device in the day, on average
  std::int64_t day_s = 60;            ///< in how many seconds the day is played
  double offline = 0.05;              ///< which share of the devices has no line for a while
  double offline_hours = 2;           ///< of the day; how long that is, on average
  double losses = 0.2;                ///< how often a device's line breaks off in the day, on average
  std::uint32_t customers = 100'000;  ///< of how many the accounts of rides are
  std::int64_t rest_s = 0;            ///< for so long nothing happens once all are connected, and again at the day's end
  std::int64_t patience_s = 120;      ///< without anything moving
  std::size_t at_once = 64;           ///< lines that shake hands at once
  std::size_t sessions = 0;  ///< one after another: at most so many devices are connected at once, each until its claims are
                             ///< receipted; 0: all are connected all the time
  Manner manner;             ///< host and port are the broker's
};

/// Plays the day, and writes a line of JSON to standard output at each of its moments, which begins with its name and the seconds
/// since the start. unavailable, with how far it came, where nothing moves for patience_s; what was counted is in `figures` all
/// the same. conflict where the ledger has a chain otherwise than its device.
Status run(const RunOptions& options, Figures& figures);

}  // namespace greentill::fleet_sim
