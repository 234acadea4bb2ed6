// SPDX-License-Identifier: Apache-2.0
// The operator's authorities as the daemon holds them: followed by others while it runs, where their root says so. Threads:
// start() and stop() by one, while no other calls; the rest from any.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "daemon/app/config.hpp"
#include "daemon/app/own_identity.hpp"
#include "daemon/base/error.hpp"
#include "daemon/base/ports.hpp"
#include "daemon/enrol/anchors.hpp"

namespace greentill::app {

class OwnAuthorities {
 public:
  /// All must outlive it.
  OwnAuthorities(const Config& config, OwnIdentity& own, Clock& clock, Random& random, Log& log)
      : config_(config), own_(own), clock_(clock), random_(random), log_(log) {}

  /// Asks for others from time to time, where an enrolment says whom to ask. `put_off`: as of enrol::AnchorsKeeper::Options;
  /// `followed` is called on another thread once others are in use. Both must live until stop().
  void start(std::function<std::string()> put_off, std::function<void()> followed);
  void stop() { keeper_.reset(); }
  /// Asks now.
  void look_now() {
    if (keeper_) keeper_->look_now();
  }
  /// Why others could not be followed; empty where they were, or there are none.
  [[nodiscard]] std::string words() const { return keeper_ ? keeper_->words() : std::string(); }

 private:
  [[nodiscard]] Status try_them(const std::filesystem::path& authorities) const;

  const Config& config_;
  OwnIdentity& own_;
  Clock& clock_;
  Random& random_;
  Log& log_;
  std::optional<identity::Slots> slots_;
  std::unique_ptr<enrol::AnchorsKeeper> keeper_;  // last member: its thread uses the others
};

}  // namespace greentill::app
