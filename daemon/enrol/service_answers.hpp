// SPDX-License-Identifier: Apache-2.0
// Fetches what the service signs for others than this device, for whoever has no network: a time for a lock, a lock's receipt.
// Whom a message is for verifies it; here only its shape is looked at. docs/enrolment.md has the addresses. Threads: it has one
// of its own.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "daemon/base/error.hpp"
#include "daemon/base/ports.hpp"
#include "daemon/enrol/est_client.hpp"
#include "daemon/enrol/est_place.hpp"
#include "daemon/identity/slots.hpp"

namespace greentill::enrol {

class ServiceAnswers {
 public:
  /// The signed message. not_found: the service has nothing to say to this. unavailable: it cannot be asked now. unsupported:
  /// there is no such question, or the service answers none of its kind. denied, invalid: what answers is not the service, or
  /// is broken.
  using Answer = Result<std::vector<std::uint8_t>>;

  struct Options {
    const EstPlace& place;  ///< where the service is; must outlive it
    identity::Slots slots;
    const Clock& clock;
    /// Why nothing is asked for now, as a sentence; empty: it is, and the line's use is counted.
    std::function<std::string()> put_off;
    std::int64_t at_once = 64;                ///< questions at once,
    std::chrono::milliseconds each{1'000};    ///< and one in this time in the long run
    std::chrono::milliseconds limit{20'000};  ///< for one
  };
  static std::unique_ptr<ServiceAnswers> start(Options options);
  /// Answers what waits with unavailable, and ends what is under way, as TimeKeeper does.
  virtual ~ServiceAnswers() = default;
  /// Asks and returns at once; `done` is called exactly once, within this call or from the thread. `kind` is "time", with 32
  /// digits of a nonce in hex as its argument, or "locks", with a lock's id. Threads: safe from any thread.
  virtual void ask(const std::string& kind, const std::string& argument, std::function<void(Answer)> done) = 0;
};

}  // namespace greentill::enrol
