// SPDX-License-Identifier: Apache-2.0
// What of the daemon's is kept up to date by a service, where an enrolment says whom to ask. Threads: start() of whoever is one
// and stop() by one thread, while no other calls; the rest from any.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "daemon/app/config.hpp"
#include "daemon/app/own_identity.hpp"
#include "daemon/base/ports.hpp"
#include "daemon/identity/slots.hpp"

namespace greentill::app {

/// `Keeper`: the enrol::Keeper that asks. Its thread uses the whole object: whoever is one calls stop() first thing when it is
/// destroyed.
template <typename Keeper>
class OwnKeeper {
 public:
  OwnKeeper(const OwnKeeper&) = delete;
  OwnKeeper& operator=(const OwnKeeper&) = delete;
  void stop() { keeper_.reset(); }
  /// Asks now.
  void look_now() {
    if (keeper_) keeper_->look_now();
  }
  /// Why what is asked for could not be had or put to use; empty where it was, or nobody is asked.
  [[nodiscard]] std::string words() const { return keeper_ ? keeper_->words() : std::string(); }

 protected:
  /// All must outlive it.
  OwnKeeper(const Config& config, OwnIdentity& own, Clock& clock, Random& random, Log& log)
      : config_(config), own_(own), clock_(clock), random_(random), log_(log) {}
  ~OwnKeeper() = default;

  /// Where to ask; null where no enrolment says so. With it there are slots_.
  [[nodiscard]] enrol::EstPlace* place() {
    if (!config_.enrolment || own_.place() == nullptr) return nullptr;
    if (!slots_) slots_.emplace(config_.enrolment->folder);
    return own_.place();
  }

  const Config& config_;
  OwnIdentity& own_;
  Clock& clock_;
  Random& random_;
  Log& log_;
  std::optional<identity::Slots> slots_;
  std::unique_ptr<Keeper> keeper_;
};

}  // namespace greentill::app
