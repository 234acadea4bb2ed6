// SPDX-License-Identifier: Apache-2.0
// greentill-lock-sim: a fleet's locks against a dock. docs/dock.md, "Trying a dock".
#include <CLI/CLI.hpp>

#include <cstdio>

#include "tools/lock-sim/fleet.hpp"

namespace greentill::lock_sim {
namespace {

void describe(CLI::App& app, FleetOptions& options, std::int64_t& patience) {
  app.add_option("--flash", options.folder, "Folder of the locks' flash, which is made where it is missing")->required();
  app.add_option("--dock", options.line.dock,
                 "Where the dock listens: a socket's path, or HOST:PORT; without, the locks only ride");
  app.add_option("--locks", options.locks, "How many")->capture_default_str()->check(CLI::Range(1, 100'000));
  app.add_option("--rides", options.rides, "Of each lock in each round")->capture_default_str();
  app.add_option("--rounds", options.rounds, "Of riding and docking")->capture_default_str()->check(CLI::Range(1, 1'000'000));
  app.add_option("--lines", options.line.lines, "Locks at the dock at once")->capture_default_str()->check(CLI::Range(1, 1'000));
  app.add_option("--prefix", options.prefix, "Of the locks' names")->capture_default_str();
  app.add_option("--seed", options.seed, "Of all that is drawn")->capture_default_str();
  app.add_option("--trips", options.trips, "CSV of a city's trips, to draw distances and durations from");
  app.add_option("--hours", options.hours, "Over which the rides are spread, up to now")
      ->capture_default_str()
      ->check(CLI::Range(1, 10'000));
  app.add_option("--cut", options.cut_within, "Each lock's power fails once a round, in one of so many operations of its flash");
  app.add_option("--cut-docked", options.line.cut_within, "Likewise while it is at the dock");
  app.add_option("--list", options.list, "Write the locks' ids and keys there, as a dock reads them");
  CLI::Option* key =
      app.add_option("--programme-key", options.programme_key, "PEM of the key that signs the service's times and receipts");
  app.add_option("--programme-certificate", options.programme_certificate, "PEM of its certificate")->needs(key);
  app.add_flag("--only-licensed-docks", options.only_licensed_docks,
               "Locks that are made now let no other acknowledge their rides");
  app.add_flag("--settled", options.line.settled, "A lock leaves when the service has settled its rides");
  app.add_flag("--stay", options.line.never, "The locks stay at the dock until --patience is over");
  app.add_option("--patience", patience, "Seconds to wait while no lock leaves")->capture_default_str();
}

int run(int argc, char** argv) {
  CLI::App app("Simulates a fleet's locks against a dock.", "greentill-lock-sim");
  FleetOptions options;
  std::int64_t patience = options.line.patience.count();
  describe(app, options, patience);
  CLI11_PARSE(app, argc, argv);
  options.line.patience = std::chrono::seconds(patience);
  auto fleet = Fleet::make(options);
  const Status done = fleet ? (*fleet)->run() : Status(Failure{fleet.error()});
  if (fleet) {
    const Sum sum = (*fleet)->sum();
    const auto number = [](std::uint64_t value) { return static_cast<unsigned long long>(value); };
    std::printf(
        "{\"locks\":%llu,\"rides\":%llu,\"acknowledged\":%llu,\"settled\":%llu,\"refused\":%llu,\"power_cuts\":%llu,\"metres\":%"
        "llu}\n",
        number(sum.locks), number(sum.rides), number(sum.acknowledged), number(sum.settled), number(sum.refused),
        number(sum.power_cuts), number(sum.metres));
  }
  if (!done) std::fprintf(stderr, "greentill-lock-sim: %s\n", done.error().message.c_str());
  return done ? 0 : 1;
}

}  // namespace
}  // namespace greentill::lock_sim

// An exception that comes this far is a bug of ours, and ends the program as one.
int main(int argc, char** argv) { return greentill::lock_sim::run(argc, argv); }  // NOLINT(bugprone-exception-escape)
