// SPDX-License-Identifier: Apache-2.0
// The operator's authorities as the daemon holds them: followed by others while it runs, where their root says so. Threads:
// start() and stop() by one, while no other calls; the rest from any.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "daemon/app/own_keeper.hpp"
#include "daemon/base/error.hpp"
#include "daemon/base/ports.hpp"
#include "daemon/enrol/anchors.hpp"

namespace greentill::app {

class OwnAuthorities : public OwnKeeper<enrol::AnchorsKeeper> {
 public:
  /// All must outlive it.
  OwnAuthorities(const Config& config, OwnIdentity& own, Clock& clock, Random& random, Log& log)
      : OwnKeeper(config, own, clock, random, log) {}
  ~OwnAuthorities() { stop(); }

  /// Asks for others from time to time, where an enrolment says whom to ask. `put_off`: as of enrol::AnchorsKeeper::Options;
  /// `followed` is called on another thread once others are in use. Both must live until stop().
  void start(std::function<std::string()> put_off, std::function<void()> followed);

 private:
  [[nodiscard]] Status try_them(const std::filesystem::path& authorities) const;
};

}  // namespace greentill::app
