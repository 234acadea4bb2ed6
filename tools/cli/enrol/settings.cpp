// SPDX-License-Identifier: Apache-2.0
#include "tools/cli/enrol/settings.hpp"

#include <algorithm>
#include <chrono>
#include <thread>

#include "daemon/identity/settings.hpp"

namespace greentill::cli {
namespace {

/// 0 where there are none that this device can use.
std::uint64_t number_in(const std::filesystem::path& file, const std::string& device, const identity::Vault& vault) {
  const auto there = identity::load_settings(file, vault);
  return there && identity::check_settings_of(*there, device) ? there->number : 0;
}

Status write_settings(const std::filesystem::path& file, const enrol::FetchedSettings& settings, const identity::Vault& vault,
                      Technician& technician, Random& random) {
  Status written = vault.write(file, identity::kSettingsName, settings.text.view(), random);
  if (written) {
    technician.tell("the settings number " + std::to_string(settings.settings.number) + " are in " + file.string());
  }
  return written;
}

/// Fetches the settings where the service gives them, as long as patience lasts.
class SettingsErrand {
 public:
  SettingsErrand(const std::filesystem::path& file, const enrol::EnrolmentOptions& options, const enrol::SettingsMeans& means,
                 Technician& technician)
      : file_(file), options_(options), means_(means), technician_(technician) {}

  Status run(Random& random) {
    const std::uint64_t had = number_there();
    auto fetched = fetch(had);
    if (!fetched && fetched.error().code == ErrorCode::not_found) {
      if (had == 0) technician_.tell("this service gives no settings: put the file that the operator makes at " + file_.string());
      return Done{};
    }
    if (!fetched && had != 0) {
      technician_.tell("newer settings could not be asked for: " + fetched.error().message + "; greentilld asks again");
      return Done{};
    }
    if (!fetched) return Failure{fetched.error().with_context("the certificate is there, the settings are not yet")};
    if (!*fetched) return Done{};
    return write_settings(file_, **fetched, means_.vault, technician_, random);
  }

 private:
  [[nodiscard]] std::uint64_t number_there() const { return number_in(file_, options_.device, means_.vault); }

  Result<std::optional<enrol::FetchedSettings>> fetch(std::uint64_t had) {
    const auto until = std::chrono::steady_clock::now() + options_.patience;
    // Whoever stands at the device waits for the last of several answers: no long pauses here.
    for (std::chrono::milliseconds pause = options_.least_pause;; pause = std::min(pause * 2, 8 * options_.least_pause)) {
      auto fetched = enrol::fetch_settings(means_, had, options_.request_limit, never_);
      const bool again = !fetched && fetched.error().code == ErrorCode::unavailable;
      if (!again || std::chrono::steady_clock::now() + pause > until) return fetched;
      std::this_thread::sleep_for(pause);
    }
  }

  const std::filesystem::path& file_;
  const enrol::EnrolmentOptions& options_;
  const enrol::SettingsMeans& means_;
  Technician& technician_;
  const std::atomic<bool> never_{false};
};

}  // namespace

Status fetch_settings_to(const std::filesystem::path& file, const enrol::EnrolmentOptions& options,
                         const enrol::SettingsMeans& means, Technician& technician, Random& random) {
  return SettingsErrand(file, options, means, technician).run(random);
}

Status keep_settings(const std::filesystem::path& file, const enrol::FetchedSettings& settings, const identity::Vault& vault,
                     Technician& technician, Random& random) {
  if (number_in(file, settings.settings.device, vault) >= settings.settings.number) return Done{};
  return write_settings(file, settings, vault, technician, random);
}

}  // namespace greentill::cli
