// SPDX-License-Identifier: Apache-2.0
// Follows the operator's authorities: asks the EST server for them (RFC 7030, 4.1.3) and goes on with others where the root that
// was confirmed at enrolment vouches for these. docs/identity.md, "Other authorities". Threads: an AnchorsKeeper has one of its
// own; follow_anchors() blocks.
#pragma once

#include <atomic>
#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "daemon/base/error.hpp"
#include "daemon/base/ports.hpp"
#include "daemon/enrol/est_client.hpp"
#include "daemon/enrol/est_place.hpp"
#include "daemon/enrol/keeper.hpp"
#include "daemon/identity/slots.hpp"

namespace greentill::enrol {

/// What following needs. References must outlive it.
struct AnchorsMeans {
  EstServer server;
  const identity::Slots& slots;
  Clock& clock;
  /// Whether the device can go on with the authorities in that file of PEM: ok; denied where it cannot; unavailable where that
  /// cannot be told now.
  std::function<Status(const std::filesystem::path& authorities)> try_them;
};

/// Asks once; true where others are in use from now on. unavailable where the server cannot be asked now; denied where it offers
/// some that nobody who may vouches for, or that do not do. After any error those before are in use.
Result<bool> follow_anchors(const AnchorsMeans& means, std::chrono::milliseconds limit, const std::atomic<bool>& cancelled);

class AnchorsKeeper : public Keeper {
 public:
  struct Options {
    AnchorsMeans means;
    Random& random;
    const EstPlace& place;                                     ///< where `means.server` is; must outlive it
    std::function<std::string()> put_off;                      ///< why nothing is asked for now, as a sentence; empty: it is
    std::function<void()> followed;                            ///< others are in use
    std::chrono::milliseconds every{std::chrono::hours(24)};   ///< between two questions, and up to a twelfth more
    std::chrono::milliseconds floor{std::chrono::minutes(1)};  ///< between tries that fail; doubled to six hours
  };
  /// Asks at once, and again from time to time. `log` must outlive it.
  static std::unique_ptr<AnchorsKeeper> start(Options options, Log& log);
};

}  // namespace greentill::enrol
