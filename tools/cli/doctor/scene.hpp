// SPDX-License-Identifier: Apache-2.0
// What the checks of greentill doctor look at, found once: the configuration, who asks, the running daemon. Threads: one.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "daemon/app/config.hpp"
#include "daemon/base/ports.hpp"
#include "tools/cli/client/daemon_client.hpp"
#include "tools/cli/client/endpoint.hpp"
#include "tools/cli/doctor/check.hpp"

namespace greentill::doctor {

/// A certificate's life, Unix seconds, for whoever judges the clock by it.
struct Dated {
  std::string whose;  ///< "the broker's certificate"
  std::int64_t not_before = 0;
  std::int64_t not_after = 0;
};

struct Scene {
  std::filesystem::path config_file;
  cli::EndpointOptions endpoint_options;
  const Clock& clock;
  std::chrono::milliseconds patience{10'000};  ///< for each thing that is waited for
  std::filesystem::path proc = "/proc";
  std::filesystem::path sys = "/sys";

  app::Installation installation = {};
  std::optional<app::Config> config = {};  ///< none where it is wrong, or cannot be read
  /// The daemon's user, as far as it is known, and whether whoever asks may read all that the daemon may.
  std::string user = {};
  bool may_all = true;

  // What checks leave for those behind them.
  std::unique_ptr<cli::DaemonClient> daemon = {};
  bool has_token = false;
  std::optional<Json> status = {};              ///< /v1/status, of a daemon that answers; as it is now at last
  std::optional<std::int64_t> other_time = {};  ///< what the operator's EST server says that it is, Unix seconds
  std::vector<Dated> certificates = {};

  /// What to type in order to be let see what `user` sees; empty where whoever asks may see it all.
  [[nodiscard]] std::string as_daemon() const {
    return may_all || user.empty() ? std::string() : "run it as the daemon's user: sudo -u " + user + " greentill doctor";
  }
  /// The state's folder: the configuration's, or the default one.
  [[nodiscard]] std::filesystem::path state() const { return config ? config->state_folder : "/var/lib/greentill"; }
};

// The checks, in the order in which they are made. Each adds what it found.
void check_configuration(Scene& scene, Checks& into);
void check_disk(Scene& scene, Checks& into);
void check_identity_files(Scene& scene, Checks& into);
void check_slots(Scene& scene, Checks& into);
void check_daemon(Scene& scene, Checks& into);
void check_store(Scene& scene, Checks& into);
void check_line(Scene& scene, Checks& into);
void check_est_server(Scene& scene, Checks& into);
void check_delivery(Scene& scene, Checks& into);
void check_renewal(Scene& scene, Checks& into);
void check_sources(Scene& scene, Checks& into);
void check_relay(Scene& scene, Checks& into);
/// Last, since what others found tells of the clock; it stands first in the list all the same.
void check_clock(Scene& scene, Checks& into);

}  // namespace greentill::doctor
