// SPDX-License-Identifier: Apache-2.0
// What this device shows to locks that want licensed docks: its licence, and a signature of its key. Threads: start() and stop()
// by one, while no other calls; answer() from any.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "daemon/app/own_keeper.hpp"
#include "daemon/detect/questions.hpp"
#include "daemon/enrol/licence.hpp"
#include "daemon/identity/identity.hpp"

namespace greentill::app {

class OwnLicence : public OwnKeeper<enrol::LicenceKeeper> {
 public:
  /// All must outlive it.
  OwnLicence(const Config& config, OwnIdentity& own, Clock& clock, Random& random, Log& log)
      : OwnKeeper(config, own, clock, random, log) {}
  ~OwnLicence() { stop(); }

  /// Gets a licence and keeps it young from now on, where an enrolment says whom to ask. `put_off`: as of
  /// enrol::LicenceKeeper::Options.
  void start(std::function<std::string()> put_off);
  /// `hash`: claim::acknowledgement_hash() in hex. The licence's message, and behind it the key's 64 bytes.
  [[nodiscard]] detect::Reply answer(const std::string& hash);

 private:
  [[nodiscard]] Result<claim::Signature> sign(const Digest& acknowledgement, const Digest& key_hash);

  std::mutex mutex_;                                 // of what follows
  std::unique_ptr<identity::DeviceIdentity> signs_;  ///< the key once more: the engine's is the engine's
};

}  // namespace greentill::app
