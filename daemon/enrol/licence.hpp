// SPDX-License-Identifier: Apache-2.0
// Gets and keeps this device's licence, by which locks know it as a dock (docs/identity.md, "A dock's licence"): from the
// service that enrolled it, over TLS on which the device shows its certificate. Threads: a LicenceKeeper has one of its own;
// fetch_licence() blocks.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "daemon/base/error.hpp"
#include "daemon/base/ports.hpp"
#include "daemon/enrol/settings.hpp"

namespace greentill::enrol {

struct Licence {
  std::vector<std::uint8_t> message;  ///< as it was signed
  std::int64_t issued_at = 0;         ///< Unix seconds
  std::int64_t expires_at = 0;        ///< likewise
  Digest key_hash{};                  ///< of the device's key
};

/// A licence's message for the device and key of `own`; who signed it is not looked at. invalid where it is none; denied where it
/// is another device's, or for another key.
Result<Licence> read_licence(std::string_view message, const crypto::Certificate& own);

/// A new one, which a known signer signed. unavailable where the service cannot be asked now; not_found where it gives none to
/// anybody; denied where it refuses this device, or nobody who may signed it; errors of read_licence().
Result<Licence> fetch_licence(const SettingsMeans& means, std::chrono::milliseconds limit, const std::atomic<bool>& cancelled);

class LicenceKeeper : public Keeper {
 public:
  struct Options {
    SettingsMeans means;
    Random& random;
    const EstPlace& place;                                   ///< where `means.server` is; must outlive it
    std::function<std::string()> put_off;                    ///< as of SettingsKeeper::Options
    std::chrono::milliseconds every{std::chrono::hours(1)};  ///< between two looks whether half of it is over, and it is due
    std::chrono::milliseconds floor{60'000};                 ///< as of SettingsKeeper::Options
  };
  /// Looks at once, and again from time to time. `log` must outlive it.
  static std::unique_ptr<LicenceKeeper> start(Options options, Log& log);
  /// The one that is kept for the identity in use, also where it is over: that a lock judges. unavailable, with the reason, where
  /// there is none (yet). Threads: safe from any thread.
  [[nodiscard]] virtual Result<Licence> get() = 0;
};

}  // namespace greentill::enrol
