// SPDX-License-Identifier: Apache-2.0
// The device's settings as the daemon holds them: loaded from their file, and put in place of the former ones while it runs,
// where the registry has newer ones. Threads: load(), start() and stop() by one, while no other calls; the rest from any.
#pragma once

#include <atomic>
#include <filesystem>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "daemon/app/own_keeper.hpp"
#include "daemon/base/error.hpp"
#include "daemon/base/ports.hpp"
#include "daemon/engine/engine.hpp"
#include "daemon/enrol/settings.hpp"
#include "daemon/identity/settings.hpp"
#include "daemon/outbox/outbox.hpp"

namespace greentill::app {

class OwnSettings : public OwnKeeper<enrol::SettingsKeeper> {
 public:
  /// All must outlive it.
  OwnSettings(const Config& config, OwnIdentity& own, Clock& clock, Random& random, Log& log)
      : OwnKeeper(config, own, clock, random, log) {}
  ~OwnSettings() { stop(); }

  /// Reads the file. Errors of identity::load_settings(); invalid where they are another device's.
  Status load();
  /// Takes no older settings than the device had, and remembers newer ones. conflict where the file's are older.
  Status keep_number(outbox::Reader& reader, outbox::Writer& writer);
  /// Those in use. Lifetime: this object's, also once others are.
  [[nodiscard]] const identity::Settings& get() const { return *in_use_.load(); }

  /// Asks the registry for newer ones from time to time, where an enrolment says whom to ask. `put_off`: as of
  /// enrol::SettingsKeeper::Options; `broker_named` hears which broker newer ones name, empty: none. All must outlive stop().
  Status start(engine::Engine& engine, std::function<std::string()> put_off,
               std::function<void(const std::string&)> broker_named);

 private:
  Status adopt(engine::Engine& engine, enrol::FetchedSettings fetched);

  std::list<identity::Settings> all_;  ///< since the start: who made a claim of former ones may still look at them
  std::atomic<const identity::Settings*> in_use_{nullptr};
  std::function<void(const std::string&)> broker_named_;
};

}  // namespace greentill::app
