// SPDX-License-Identifier: Apache-2.0
// greentill-fleet-sim: a fleet of devices against a broker and a service. docs/fleet-sim.md.
#include <mosquitto.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>

#include "tools/fleet-sim/folder.hpp"
#include "tools/fleet-sim/simulation.hpp"

namespace greentill::fleet_sim {
namespace {

void describe_make(CLI::App& app, std::string& folder, NewFleet& fleet) {
  app.add_option("FOLDER", folder, "Where the fleet is made")->required();
  app.add_option("--devices", fleet.devices, "How many")->capture_default_str()->check(CLI::Range(1, 1'000'000));
  app.add_option("--merchants", fleet.merchants, "Whose they are, in turn")->capture_default_str()->check(CLI::Range(1, 100'000));
  app.add_option("--docks", fleet.docks, "Which share are docks of shared bikes; the others are tills")
      ->capture_default_str()
      ->check(CLI::Range(0.0, 1.0));
  app.add_option("--authority", fleet.authority, "PEM of the certificate by which the devices' are issued")->required();
  app.add_option("--authority-key", fleet.authority_key, "PEM of its key")->required();
  app.add_option("--days", fleet.days, "For which the certificates are valid")->capture_default_str()->check(CLI::Range(1, 3650));
}

struct Seconds {
  double receipt_timeout = 30;
  double backoff_least = 1;
  double backoff_most = 300;
  double gather = 0;
};

void describe_run(CLI::App& app, RunOptions& options, Seconds& seconds) {
  app.add_option("FOLDER", options.folder, "The fleet")->required();
  app.add_option("--broker", options.broker, "mqtts://HOST:PORT")->required();
  app.add_option("--authorities", options.authorities, "PEM of those that vouch for broker and service")->required();
  app.add_option("--receipt-certificates", options.receipts, "PEM of the certificates that sign receipts")->required();
  app.add_option("--methodologies", options.methodologies, "Folder of the methodologies")->required();
  app.add_option("--trips", options.trips, "CSV of a city's trips, to draw rides from");
  app.add_option("--hours", options.hours, "CSV of the day: hour,trips,sales");
  app.add_option("--seed", options.seed, "Of all that is drawn, but for keys and ids")->capture_default_str();
  app.add_option("--claims", options.claims, "Of each device in the day, on average")->capture_default_str();
  app.add_option("--day", options.day_s, "Seconds in which the day is played")
      ->capture_default_str()
      ->check(CLI::Range(1, 86'400));
  app.add_option("--offline", options.offline, "Which share of the devices has no line for a while")->capture_default_str();
  app.add_option("--offline-hours", options.offline_hours, "Of the day, how long that is on average")->capture_default_str();
  app.add_option("--losses", options.losses, "How often a line breaks off in the day, on average")->capture_default_str();
  app.add_option("--customers", options.customers, "Of how many the accounts of rides are; 0: rides are nobody's")
      ->capture_default_str();
  app.add_option("--rest", options.rest_s, "Seconds of silence before the day and behind it")->capture_default_str();
  app.add_option("--patience", options.patience_s, "Seconds to wait while nothing moves")->capture_default_str();
  app.add_option("--handshakes", options.at_once, "Lines that shake hands at once")
      ->capture_default_str()
      ->check(CLI::Range(1, 100));
  app.add_option("--sessions", options.sessions,
                 "At most so many devices at once, one after another, each until its claims are receipted");
  app.add_option("--receipt-timeout", seconds.receipt_timeout, "Seconds until claims are sent again")->capture_default_str();
  app.add_option("--backoff-min", seconds.backoff_least, "Seconds: the least back-off")->capture_default_str();
  app.add_option("--backoff-max", seconds.backoff_most, "Seconds: the most")->capture_default_str();
  app.add_option("--gather", seconds.gather, "Seconds for which claims are gathered behind a batch; the daemon does not")
      ->capture_default_str();
  app.add_option("--keep-alive", options.manner.keep_alive_s, "Seconds")->capture_default_str();
}

std::chrono::milliseconds in_ms(double seconds) { return std::chrono::milliseconds(static_cast<std::int64_t>(seconds * 1000)); }

int told(const Status& done) {
  if (done) return 0;
  std::fprintf(stderr, "greentill-fleet-sim: %s\n", done.error().message.c_str());
  return 1;
}

int main_of(int argc, char** argv) {
  CLI::App app("Simulates a fleet of devices against a broker and a credit service.", "greentill-fleet-sim");
  app.require_subcommand(1);
  std::string folder;
  NewFleet fleet;
  RunOptions options;
  Seconds seconds;
  CLI::App* make = app.add_subcommand("make", "Makes keys, certificates, and what the registry is filled from");
  describe_make(*make, folder, fleet);
  CLI::App* play = app.add_subcommand("run", "Plays a day");
  describe_run(*play, options, seconds);
  CLI11_PARSE(app, argc, argv);
  if (make->parsed()) return told(Folder(folder).make(fleet));
  options.manner.receipt_timeout = in_ms(seconds.receipt_timeout);
  options.manner.backoff_least = in_ms(seconds.backoff_least);
  options.manner.backoff_most = in_ms(seconds.backoff_most);
  options.manner.gather = in_ms(seconds.gather);
  std::signal(SIGPIPE, SIG_IGN);
  mosquitto_lib_init();
  Figures figures;
  const Status played = run(options, figures);
  std::printf("%s\n", figures.json().c_str());
  mosquitto_lib_cleanup();
  return told(played);
}

}  // namespace
}  // namespace greentill::fleet_sim

// An exception that comes this far is a bug of ours, and ends the program as one.
int main(int argc, char** argv) { return greentill::fleet_sim::main_of(argc, argv); }  // NOLINT(bugprone-exception-escape)
