// SPDX-License-Identifier: Apache-2.0
// Gets the common bundle, which the programme signs for all devices: from the service that enrolled this one, or from whoever
// brought it. docs/identity.md, "Methodologies". Threads: a BundleKeeper has one of its own; fetch_common() and check_common()
// block.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "daemon/base/error.hpp"
#include "daemon/base/ports.hpp"
#include "daemon/enrol/settings.hpp"

namespace greentill::enrol {

struct CommonBundle {
  std::string message;  ///< as it was signed
  std::uint64_t number = 0;
  std::int64_t holds_from = 0;  ///< Unix seconds
  std::int64_t expires_at = 0;  ///< Unix seconds
  std::vector<std::uint8_t> content;
};

/// Reads a message's form; who signed it is not looked at. invalid where it is no bundle, denied where it is for one device.
Result<CommonBundle> read_common(std::string message);

/// A bundle that somebody brought: whether one who may has signed it, and it may still be adopted. Errors: as of
/// fetch_settings().
Result<CommonBundle> check_common(const SettingsMeans& means, std::string message, std::chrono::milliseconds limit,
                                  const std::atomic<bool>& cancelled);

/// The service's, where its number is another than `had`; nothing where it has none. Errors: likewise.
Result<std::optional<CommonBundle>> fetch_common(const SettingsMeans& means, std::uint64_t had, std::chrono::milliseconds limit,
                                                 const std::atomic<bool>& cancelled);

class BundleKeeper : public Keeper {
 public:
  struct Options {
    SettingsMeans means;
    Random& random;
    const EstPlace& place;                                    ///< where `means.server` is; must outlive it
    std::function<std::uint64_t()> number;                    ///< of the one in use; 0: none
    std::function<std::int64_t()> expires_at;                 ///< its end, Unix seconds
    std::function<std::string()> put_off;                     ///< as of SettingsKeeper::Options
    std::function<Status(CommonBundle)> adopt;                ///< puts it to use; after an error the former one still is
    std::function<void(std::uint64_t)> used;                  ///< so many bytes came for it
    std::chrono::milliseconds every{std::chrono::hours(24)};  ///< as of SettingsKeeper::Options
    std::chrono::milliseconds floor{60'000};                  ///< as of SettingsKeeper::Options
  };
  /// Asks at once, and again from time to time. `log` must outlive it.
  static std::unique_ptr<BundleKeeper> start(Options options, Log& log);
  /// A bundle came on another way; it is checked, and adopted where it is newer. Threads: safe from any thread.
  virtual void came(std::string message) = 0;
};

}  // namespace greentill::enrol
