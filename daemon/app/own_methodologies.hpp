// SPDX-License-Identifier: Apache-2.0
// The methodologies as the daemon measures by them: those of its folder, and what the programme has published, which it gets
// while it runs and keeps in the state folder. docs/identity.md, "Methodologies". Threads: load(), start() and stop() by one,
// while no other calls; the rest from any.
#pragma once

#include <atomic>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "daemon/app/own_keeper.hpp"
#include "daemon/base/error.hpp"
#include "daemon/base/ports.hpp"
#include "daemon/enrol/common_bundle.hpp"
#include "daemon/measure/library.hpp"

namespace greentill::app {

/// Where the programme's methodologies are kept.
[[nodiscard]] std::filesystem::path published_methodologies(const Config& config);

class OwnMethodologies : public OwnKeeper<enrol::BundleKeeper> {
 public:
  /// All must outlive it.
  OwnMethodologies(const Config& config, OwnIdentity& own, Clock& clock, Random& random, Log& log)
      : OwnKeeper(config, own, clock, random, log) {}
  ~OwnMethodologies() { stop(); }

  /// Reads the folder, and what was published. Errors of measure::Library::load() and check_preferred(). What is kept and cannot
  /// be read is told, and asked for anew.
  Status load();
  /// Requires: loaded. Lifetime: this object's; what it gives stays, also once others are in force.
  [[nodiscard]] const measure::Library& library() const { return *library_; }
  /// Of the publication in use; 0: none, the folder's alone.
  [[nodiscard]] std::uint64_t number() const { return number_; }

  /// Asks the service for newer ones from time to time, where an enrolment says whom to ask. `put_off` and `used`: as of
  /// enrol::BundleKeeper::Options. `in_force`: called from a thread of its own once others are. What they use must outlive
  /// stop().
  Status start(std::function<std::string()> put_off, std::function<void(std::uint64_t)> used, std::function<void()> in_force);
  /// The broker brought one.
  void came(std::string message) {
    if (keeper_) keeper_->came(std::move(message));
  }
  /// Whether the broker is to say what it keeps: there is none, or the service cannot be asked.
  [[nodiscard]] bool wants_kept() const { return keeper_ && (number_ == 0 || !keeper_->words().empty()); }
  /// What a person is to know: why there are no newer ones, that they were not confirmed for long.
  [[nodiscard]] std::vector<std::string> words() const;

 private:
  Status take_kept();
  Status adopt(enrol::CommonBundle bundle);

  std::optional<measure::Library> library_;
  std::atomic<std::uint64_t> number_{0};
  std::atomic<std::int64_t> expires_at_{0};
  std::function<void()> in_force_;
};

}  // namespace greentill::app
