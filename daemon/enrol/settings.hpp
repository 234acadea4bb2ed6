// SPDX-License-Identifier: Apache-2.0
// Fetches the device's settings from the service that enrolled it: a signed bundle, over TLS on which the device shows its
// certificate. docs/identity.md, "Settings". Threads: a SettingsKeeper has one of its own; fetch_settings() blocks.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "daemon/base/error.hpp"
#include "daemon/base/ports.hpp"
#include "daemon/claim/bundle.hpp"
#include "daemon/crypto/secret.hpp"
#include "daemon/enrol/est_client.hpp"
#include "daemon/enrol/est_place.hpp"
#include "daemon/enrol/keeper.hpp"
#include "daemon/enrol/signers.hpp"
#include "daemon/identity/settings.hpp"
#include "daemon/identity/slots.hpp"

namespace greentill::enrol {

/// What fetching needs. References must outlive it.
struct SettingsMeans {
  EstServer server;  ///< as EstServer::beside_est() gives it
  const identity::Slots& slots;
  const identity::Vault& vault;
  Clock& clock;
};

struct FetchedSettings {
  identity::Settings settings;
  crypto::Secret text;          ///< what they were read from: the settings file
  std::int64_t holds_from = 0;  ///< Unix seconds
};

/// The settings in a bundle for that device, whose signature was checked. denied where it is another device's; invalid where they
/// cannot be read, or their number is not the bundle's.
Result<FetchedSettings> settings_of(const claim::Bundle& bundle, std::string_view device);

/// Settings with a higher number than `had`; nothing where the service has none. unavailable where it cannot be asked now;
/// not_found where it gives none to anybody; denied where it refuses this device, or they are not signed by who may, another
/// device's, or past their end; invalid where they cannot be read.
Result<std::optional<FetchedSettings>> fetch_settings(const SettingsMeans& means, std::uint64_t had,
                                                      std::chrono::milliseconds limit, const std::atomic<bool>& cancelled);

class SettingsKeeper : public Keeper {
 public:
  struct Options {
    SettingsMeans means;
    Random& random;
    std::function<std::uint64_t()> number;                    ///< of those in use
    std::function<std::string()> put_off;                     ///< why nothing is asked for now, as a sentence; empty: it is
    EstPlace& place;                                          ///< where `means.server` is; must outlive it
    std::function<Status(FetchedSettings)> adopt;             ///< puts them to use; after an error the former ones still are
    std::chrono::milliseconds every{std::chrono::hours(24)};  ///< between two questions, and up to a twelfth more
    std::chrono::milliseconds floor{60'000};                  ///< between tries that fail; doubled to six hours
  };
  /// Asks at once, and again from time to time. `log` must outlive it.
  static std::unique_ptr<SettingsKeeper> start(Options options, Log& log);
};

}  // namespace greentill::enrol
