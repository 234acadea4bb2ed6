// SPDX-License-Identifier: Apache-2.0
// Asks a service for the time where no time server keeps this machine's clock, so that certificates are not judged, and claims
// not stamped, by a wrong one. docs/identity.md, "Time". Threads: a TimeKeeper has one of its own; ask_time() blocks.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "daemon/base/corrected_clock.hpp"
#include "daemon/base/error.hpp"
#include "daemon/base/ports.hpp"
#include "daemon/crypto/certificate.hpp"
#include "daemon/enrol/est_place.hpp"
#include "daemon/enrol/keeper.hpp"
#include "daemon/enrol/signers.hpp"

namespace greentill::enrol {

/// What a question for the time needs. References must outlive it.
struct TimeMeans {
  EstServer server;
  Signers& signers;
  std::function<crypto::Certificate()> own;  ///< the device's certificate in use
  Random& random;
};

/// Asks once: Unix seconds as of the return, at most half of the way there and back wrong. unavailable where nobody answers, or
/// so late that the answer says little; not_found where the service tells nobody the time; denied where it is not signed by who
/// may, or for another question; invalid where it is no time, or one before this program was made.
Result<std::int64_t> ask_time(const TimeMeans& means, std::chrono::milliseconds limit, const std::atomic<bool>& cancelled);

class TimeKeeper : public Keeper {
 public:
  struct Options {
    TimeMeans means;
    CorrectedClock& clock;
    const EstPlace& place;  ///< where `means.server` is; must outlive it
    /// Called once, from the keeper's thread: the clock is kept, or was corrected, or the first try to do so came to nothing.
    std::function<void()> first_try_over;
    /// Called from the keeper's thread when the clock was moved by more than some seconds.
    std::function<void()> moved;
    std::chrono::milliseconds first_limit{5'000};  ///< of the first try, for which others wait
    /// After a good answer; a clock that nobody keeps drifts by seconds a day.
    std::chrono::milliseconds ask_again{std::chrono::hours(24)};
    std::chrono::milliseconds floor{2'000};  ///< between tries that fail; doubled to ten minutes
  };
  static std::unique_ptr<TimeKeeper> start(Options options, Log& log);
  // words(): what a person is to know of the clock, as a sentence; empty where nothing is.
};

}  // namespace greentill::enrol
