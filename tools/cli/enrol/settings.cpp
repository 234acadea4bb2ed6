// SPDX-License-Identifier: Apache-2.0
#include "tools/cli/enrol/settings.hpp"

#include <algorithm>
#include <chrono>
#include <thread>

#include "daemon/identity/settings.hpp"

namespace greentill::cli {
namespace {

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
    const std::string number = std::to_string((*fetched)->settings.number);
    Status written = means_.vault.write(file_, identity::kSettingsName, (*fetched)->text.view(), random);
    if (written) technician_.tell("the settings number " + number + " are in " + file_.string());
    return written;
  }

 private:
  /// 0 where there are none that this device can use.
  [[nodiscard]] std::uint64_t number_there() const {
    const auto there = identity::load_settings(file_, means_.vault);
    return there && identity::check_settings_of(*there, options_.device) ? there->number : 0;
  }

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

}  // namespace greentill::cli
