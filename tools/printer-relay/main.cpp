// SPDX-License-Identifier: Apache-2.0
// greentill-printer-relay: between a till and its receipt printer. docs/escpos.md is the manual.
#include <CLI/CLI.hpp>
#include <memory>
#include <optional>

#include "daemon/base/service_manager.hpp"
#include "daemon/base/stderr_log.hpp"
#include "daemon/command_line/describe.hpp"
#include "greentill/version.hpp"
#include "tools/printer-relay/relay.hpp"

namespace greentill::relay {
namespace {

constexpr int kUsage = 2;
constexpr int kCannotStart = 4;

struct Arguments {
  std::string listen = "127.0.0.1:9100";
  std::string printer;
  std::vector<std::string> allow;
  std::string spool;
  std::uint64_t spool_mib = 64;
  std::uint64_t idle_s = 10;
  std::uint64_t connect_s = 5;
};

void describe(CLI::App& app, Arguments& arguments) {
  app.set_version_flag("--version", std::string("greentill-printer-relay ") + kVersion);
  app.add_option("--listen", arguments.listen, "Where the till prints to")->capture_default_str();
  app.add_option("--printer", arguments.printer, "The printer, host or host:port (9100)")->required();
  app.add_option("--allow", arguments.allow,
                 "Who may print, besides this machine: an address or a network such as 192.168.1.0/24; may be repeated");
  app.add_option("--spool", arguments.spool, "Folder for the copies; without it nothing is copied");
  app.add_option("--spool-limit", arguments.spool_mib, "MiB in that folder beyond which jobs are not copied")
      ->capture_default_str()
      ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1} << 20));
  app.add_option("--idle", arguments.idle_s, "Seconds without printing after which a job of an open connection is over")
      ->capture_default_str()
      ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{3600}));
  app.add_option("--connect-timeout", arguments.connect_s, "Seconds to wait for a printer that does not answer")
      ->capture_default_str()
      ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{120}));
  app.footer("Exit codes: 0 stopped by a signal, 2 the command line is wrong, 4 cannot start");
}

int run_relay(const Arguments& arguments) {
  const ServiceManager manager = ServiceManager::from_environment();
  StderrLog log(LogLevel::info);
  const auto give_up = [&log](int code, const std::string& why) {
    log.complain("greentill-printer-relay", why);
    return code;
  };
  const auto listen = Address::parse(arguments.listen);
  if (!listen) return give_up(kUsage, "--listen: " + listen.error().message);
  const auto printer = Address::parse(arguments.printer);
  if (!printer) return give_up(kUsage, "--printer: " + printer.error().message);
  Callers callers;
  for (const std::string& one : arguments.allow) {
    if (const Status allowed = callers.allow(one); !allowed) return give_up(kUsage, "--allow: " + allowed.error().message);
  }
  if (callers.none_listed() && !is_loopback(listen->host)) {
    return give_up(kUsage, "--listen " + listen->text() +
                               " is reached from the network, where all could print and so claim: list the tills with --allow");
  }
  std::unique_ptr<Spool> spool;
  if (!arguments.spool.empty()) {
    auto started = Spool::start({arguments.spool, arguments.spool_mib << 20}, log);
    if (!started) return give_up(kCannotStart, started.error().message);
    spool = std::move(*started);
  }
  RelayOptions options;
  options.listen = *listen;
  options.printer = *printer;
  options.callers = std::move(callers);
  options.idle = std::chrono::seconds(arguments.idle_s);
  options.connect_timeout = std::chrono::seconds(arguments.connect_s);
  auto relay = Relay::start(options, spool.get(), log);
  if (!relay) return give_up(kCannotStart, relay.error().message);
  log.write(LogLevel::info, "relay",
            "listens on port " + std::to_string((*relay)->port()) + " for the printer at " + options.printer.text());
  manager.ready();
  (*relay)->run();
  return 0;
}

int run(int argc, char** argv) {
  CLI::App app("Passes a till's print jobs on to the printer, and keeps a copy of each for the daemon.",
               "greentill-printer-relay");
  Arguments arguments;
  describe(app, arguments);
  if (command_line::describe_if_asked(app, argc, argv)) return 0;
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    app.exit(error);
    return error.get_exit_code() == 0 ? 0 : kUsage;
  }
  return run_relay(arguments);
}

}  // namespace
}  // namespace greentill::relay

// An exception that comes this far is a bug of ours, and ends the program as one.
int main(int argc, char** argv) { return greentill::relay::run(argc, argv); }  // NOLINT(bugprone-exception-escape)
