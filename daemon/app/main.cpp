// SPDX-License-Identifier: Apache-2.0
#include <malloc.h>

#include <CLI/CLI.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "daemon/app/config.hpp"
#include "daemon/app/daemon.hpp"
#include "daemon/base/service_manager.hpp"
#include "daemon/base/stderr_log.hpp"
#include "daemon/command_line/describe.hpp"
#include "daemon/crypto/secret.hpp"
#include "greentill/version.hpp"

namespace {

// Runs before the constructors of shared libraries, in which OpenSSL begins to allocate.
[[gnu::section(".preinit_array"), gnu::used]] void (*const kFirstOfAll)() = greentill::crypto::wipe_what_openssl_frees;

constexpr int kUsage = 2;
constexpr int kBadConfiguration = 3;
constexpr int kCannotStart = 4;
constexpr int kDamaged = 5;
constexpr int kHeaps = 4;

/// Reads the path of the configuration, or answers with the exit code where there is nothing else to do.
std::optional<int> read_command_line(int argc, char** argv, std::string& path) {
  // As it is started for good: without the library, whose memory would stay.
  if (argc == 1) return std::nullopt;
  if (argc == 3 && std::string_view(argv[1]) == "--config") {
    path = argv[2];
    return std::nullopt;
  }
  CLI::App app("Takes a merchant's transactions, and claims what spared carbon.", "greentilld");
  app.set_version_flag("--version", std::string("greentilld ") + greentill::kVersion);
  app.add_option("--config", path, "Configuration file")->type_name("FILE")->capture_default_str();
  app.footer(
      "Exit codes:\n  0  stopped by a signal\n  2  the command line is wrong\n  3  the configuration is wrong\n  4  it cannot "
      "start\n  5  its store is damaged: started again, it sets it aside and goes on\n");
  if (greentill::command_line::describe_if_asked(app, argc, argv)) return 0;
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : kUsage;
  }
  return std::nullopt;
}

}  // namespace

// An exception that comes this far is a bug of ours, and ends the program as one.
int main(int argc, char** argv) {  // NOLINT(bugprone-exception-escape)
  // Each heap keeps free pages of its own resident, and only a few threads work at once.
  ::mallopt(M_ARENA_MAX, kHeaps);
  auto manager = greentill::ServiceManager::from_environment();
  std::string path = "/etc/greentill/greentill.toml";
  if (const auto code = read_command_line(argc, argv, path)) return *code;

  greentill::StderrLog log(greentill::LogLevel::info);
  const auto give_up = [&log](int code, const greentill::Error& error) {
    log.complain("greentilld", error.message);
    return code;
  };
  const auto config = greentill::app::load_config(path, greentill::app::find_installation());
  if (!config) return give_up(kBadConfiguration, config.error());
  log.set_least(config->log_level);
  const auto daemon = greentill::app::Daemon::start(*config, log, manager);
  if (!daemon) {
    // A till that waits for a daemon which does not come would be worse off than one that is refused.
    manager.take("");
    return give_up(kCannotStart, daemon.error());
  }
  log.write(greentill::LogLevel::info, "daemon",
            "greentilld " + std::string(greentill::kVersion) + " listens on port " + std::to_string((*daemon)->api_port()));
  manager.ready();
  const greentill::Status ended = (*daemon)->wait();
  manager.stopping();
  return ended ? 0 : give_up(kDamaged, ended.error());
}
