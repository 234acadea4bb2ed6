// SPDX-License-Identifier: Apache-2.0
#include "tools/cli/enrol/enrol.hpp"

#include <pwd.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>

#include "daemon/app/config.hpp"
#include "daemon/base/system.hpp"
#include "daemon/enrol/enrolment.hpp"
#include "daemon/enrol/rekey.hpp"
#include "tools/cli/enrol/offline.hpp"
#include "tools/cli/enrol/prompt.hpp"
#include "tools/cli/enrol/settings.hpp"
#include "tools/cli/enrol/technician.hpp"

namespace greentill::cli {
namespace {

/// What the configuration says where the options do not.
struct Place {
  std::string server;
  std::filesystem::path folder;
  std::string wrapping_key;
  std::filesystem::path settings;  ///< where the daemon reads them
};

Result<Place> find_place(const std::filesystem::path& config_file, const EnrolOptions& options) {
  if (!options.folder.empty()) {
    return Place{options.server, options.folder, options.wrapping_key, std::filesystem::path(options.folder) / "settings.toml"};
  }
  const auto config = app::load_config(config_file, app::find_installation());
  if (!config) return Failure{config.error()};
  if (!config->enrolment) {
    return fail(ErrorCode::not_found, config_file.string() +
                                          ": has no table [enrolment], which names the server; add it, or name "
                                          "--folder and --server");
  }
  const std::string server = enrol::EstPlace(config->enrolment->server, identity::Slots(config->enrolment->folder)).get().shown;
  return Place{options.server.empty() ? server : options.server, config->enrolment->folder, config->wrapping_key,
               config->settings};
}

/// Whoever root makes files for could not read them.
Status check_user(const std::filesystem::path& folder) {
  if (::geteuid() != 0) return Done{};
  struct stat state {};
  std::filesystem::path there = folder;
  while (::stat(there.c_str(), &state) != 0 && there.has_relative_path()) there = there.parent_path();
  const passwd* owner = state.st_uid == 0 ? nullptr : ::getpwuid(state.st_uid);
  if (owner == nullptr) return Done{};
  const std::string name = owner->pw_name;
  return fail(ErrorCode::conflict, there.string() + ": is the user " + name +
                                       "'s, who could not read what root writes there; run this as " + name + ": runuser -u " +
                                       name + " -- greentill enrol");
}

Result<enrol::EnrolmentOptions> read_options(const Place& place, const EnrolOptions& options) {
  enrol::EnrolmentOptions read;
  const auto url = asked(place.server, options, "address of the operator's server (https://…)", "--server");
  if (!url) return Failure{url.error()};
  auto server = enrol::EstServer::parse(*url);
  if (!server) return Failure{server.error()};
  read.server = std::move(*server);
  read.patience = std::chrono::seconds(options.patience_s);
  if (options.rekey) return read;  // the certificate says which device it is
  auto device = asked_device(options);
  if (!device) return Failure{device.error()};
  read.device = std::move(*device);
  return read;
}

}  // namespace

ExitCode enrol_device(const std::filesystem::path& config, const EnrolOptions& options, const Output& output) {
  // The key and the code are in this process's memory.
  constexpr rlimit kNoCore{0, 0};
  ::setrlimit(RLIMIT_CORE, &kNoCore);
  const auto refuse = [&output](const Error& error) {
    return output.fail(exit_code_of(error.code), error.message + next_step(error.code));
  };
  const auto place = find_place(config, options);
  if (!place) return output.fail(ExitCode::bad_file, place.error().message);
  if (Status user = check_user(place->folder); !user) return refuse(user.error());
  const auto vault = identity::Vault::open(place->wrapping_key);
  if (!vault) return refuse(vault.error());
  const identity::Slots slots(place->folder);
  SystemClock clock;
  SystemRandom random;
  Technician technician(options, output);
  const std::atomic<bool> never{false};
  const enrol::Means means{slots, *vault, clock, random, technician, never};
  if (!options.answer.empty()) return take_answer(options, means, place->settings, technician, output);
  if (!options.request.empty() || options.request_qr) return write_request(options, means, technician, output);
  const auto read = read_options(*place, options);
  if (!read) return output.fail(ExitCode::usage, read.error().message);
  const auto enrolled = options.rekey ? enrol::rekey(*read, means) : enrol::enrol(*read, means);
  if (!enrolled) return refuse(enrolled.error());
  const enrol::SettingsMeans asks{read->server.beside_est(), slots, *vault, clock};
  if (Status there = fetch_settings_to(place->settings, *read, asks, technician, random); !there) return refuse(there.error());
  tell_enrolled(*enrolled, slots, technician.steps(), output);
  return ExitCode::ok;
}

}  // namespace greentill::cli
