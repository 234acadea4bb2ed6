// SPDX-License-Identifier: Apache-2.0
#include <cstdio>
#include <string>
#include <string_view>

#include "daemon/app/config.hpp"
#include "daemon/app/daemon.hpp"
#include "daemon/base/stderr_log.hpp"
#include "daemon/crypto/secret.hpp"
#include "greentill/version.hpp"

namespace {

// Runs before the constructors of shared libraries, in which OpenSSL begins to allocate.
[[gnu::section(".preinit_array"), gnu::used]] void (*const kFirstOfAll)() = greentill::crypto::wipe_what_openssl_frees;

constexpr int kUsage = 2;
constexpr int kBadConfiguration = 3;
constexpr int kCannotStart = 4;

int print_usage(std::FILE* to, int code) {
  std::fputs(
      "usage: greentilld [--config FILE] | --version\n\nFILE is /etc/greentill/greentill.toml by default.\n"
      "exit codes: 0 stopped by a signal, 2 usage, 3 configuration, 4 cannot start\n",
      to);
  return code;
}

}  // namespace

int main(int argc, char** argv) {
  std::string path = "/etc/greentill/greentill.toml";
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (argument == "--version") {
      std::printf("greentilld %s\n", greentill::kVersion);
      return 0;
    }
    if (argument == "--help") return print_usage(stdout, 0);
    if (argument != "--config" || i + 1 == argc) return print_usage(stderr, kUsage);
    path = argv[++i];
  }

  greentill::StderrLog log(greentill::LogLevel::info);
  const auto give_up = [&log](int code, const greentill::Error& error) {
    log.complain("greentilld", error.message);
    return code;
  };
  const auto config = greentill::app::load_config(path, greentill::app::find_installation());
  if (!config) return give_up(kBadConfiguration, config.error());
  log.set_least(config->log_level);
  const auto daemon = greentill::app::Daemon::start(*config, log);
  if (!daemon) return give_up(kCannotStart, daemon.error());
  log.write(greentill::LogLevel::info, "daemon",
            "greentilld " + std::string(greentill::kVersion) + " listens on port " + std::to_string((*daemon)->api_port()));
  (*daemon)->wait();
  return 0;
}
