// SPDX-License-Identifier: Apache-2.0
// The time as this daemon takes it: the system's where a time server keeps it, else a service's signed one where an enrolment
// says whom to ask. Threads: start() and stop() by one, while no other calls; the rest from any.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "daemon/app/config.hpp"
#include "daemon/app/own_identity.hpp"
#include "daemon/base/corrected_clock.hpp"
#include "daemon/base/system.hpp"
#include "daemon/enrol/signers.hpp"
#include "daemon/enrol/time_keeper.hpp"

namespace greentill::app {

class OwnTime {
 public:
  OwnTime();
  ~OwnTime() { stop(); }
  OwnTime(const OwnTime&) = delete;
  OwnTime& operator=(const OwnTime&) = delete;

  [[nodiscard]] CorrectedClock& clock() { return clock_; }
  /// What a person is to know of it; empty where nothing is.
  [[nodiscard]] std::string words() const { return keeper_ ? keeper_->words() : std::string(); }
  /// By how many seconds the system's clock is ahead of the signed time, where it is corrected by more than ten minutes.
  [[nodiscard]] std::optional<std::int64_t> ahead() const;
  /// Something says that the clock is wrong.
  void doubt() {
    if (keeper_) keeper_->look_now();
  }
  /// `first_try_over` and `moved`: as of enrol::TimeKeeper::Options, but that `first_try_over` is called within this call where
  /// nobody can be asked. The others must outlive it.
  Status start(const Config& config, OwnIdentity& own, Random& random, Log& log, std::function<void()> first_try_over,
               std::function<void()> moved);
  void stop() { keeper_.reset(); }

 private:
  SystemClock system_;
  CorrectedClock clock_;
  std::optional<identity::Slots> slots_;
  std::optional<enrol::Signers> signers_;
  std::unique_ptr<enrol::TimeKeeper> keeper_;
};

}  // namespace greentill::app
