// SPDX-License-Identifier: Apache-2.0
// The device's own identity and secrets as the daemon holds them: loaded from files or out of sealed ones, handed to the library
// that reads a key by its path, and renewed where an enrolment is configured. Threads: load(), start_renewal() and stop() by one,
// while no other calls; the rest from any.
#pragma once

#include <atomic>
#include <filesystem>
#include <functional>
#include <list>
#include <memory>
#include <optional>

#include "daemon/api/desk.hpp"
#include "daemon/app/config.hpp"
#include "daemon/base/error.hpp"
#include "daemon/base/ports.hpp"
#include "daemon/enrol/est_place.hpp"
#include "daemon/enrol/renewal.hpp"
#include "daemon/identity/identity.hpp"
#include "daemon/identity/slots.hpp"

namespace greentill::app {

class OwnIdentity {
 public:
  /// Loads key and certificate. What lies there in plain while there is a wrapping key is sealed first; where that fails, the log
  /// says so and the plain file is used. Errors of identity::Vault::open() and identity::DeviceIdentity::load(). All must outlive
  /// it.
  static Result<std::unique_ptr<OwnIdentity>> load(const Config& config, Clock& clock, Random& random, Log& log);
  ~OwnIdentity() { stop(); }
  OwnIdentity(const OwnIdentity&) = delete;
  OwnIdentity& operator=(const OwnIdentity&) = delete;

  /// The one in use. Lifetime: this object's, also once there is another one.
  [[nodiscard]] identity::DeviceIdentity& device() { return *device_.load(); }
  [[nodiscard]] const identity::DeviceIdentity& device() const { return *device_.load(); }
  /// The identity before a rekey; null where there was none, or it is not kept any more.
  [[nodiscard]] identity::DeviceIdentity* former() { return former_.get(); }
  /// Whether this key signed the message, or the one before.
  [[nodiscard]] bool has_signed(const claim::Message& message);
  [[nodiscard]] const identity::Vault& vault() const { return vault_; }
  /// Where the service is; null without an enrolment.
  [[nodiscard]] enrol::EstPlace* place() { return place_ ? &*place_ : nullptr; }
  /// Where a library that wants a path reads the key in plain: its file, or a file in memory. Lifetime: this object's.
  [[nodiscard]] std::filesystem::path key_path() const { return memory_ ? memory_->path() : config_.key; }

  /// What goes on with the identity while it changes. All are called on another thread, and must live until stop().
  struct Course {
    std::function<std::int64_t()> now;                        ///< the best known time
    std::function<void(const crypto::Certificate&)> renewed;  ///< hears of each new certificate, of whatever key
    std::function<std::string()> put_off;                     ///< as in enrol::Renewer::Options
    std::function<std::string()> broker;                      ///< the one in use, as a URI
    std::function<Status(claim::Signer&)> sign_by;            ///< has all that comes signed by another key
    std::function<void()> rekeyed;                            ///< key() and certificate are others
  };
  /// Begins to renew and to rekey, where an enrolment is configured.
  Status start_renewal(Course course);
  void stop();
  /// Whether the broker in use can be reached under these authorities (PEM), with the certificate in use: errors of
  /// probe::try_certificate(). Only after start_renewal().
  [[nodiscard]] Status try_broker(const std::filesystem::path& authorities) const;
  /// Looks now whether a command has changed the key.
  void look_now() const {
    if (renewer_) renewer_->look_now();
  }
  /// None where nothing renews it.
  [[nodiscard]] std::optional<api::DaemonStatus::Renewal> renewal() const;

 private:
  OwnIdentity(const Config& config, Clock& clock, Random& random, Log& log)
      : config_(config), clock_(clock), random_(random), log_(log) {}
  Status load();
  void load_former();
  [[nodiscard]] Status load_memory(std::optional<identity::MemoryFile>& into) const;
  Result<crypto::Certificate> take_up();
  void seal(const std::filesystem::path& file, std::string_view name);
  [[nodiscard]] Status try_certificate(const std::filesystem::path& certificate, const std::filesystem::path& key) const;
  [[nodiscard]] Status try_identity(const std::filesystem::path& authorities, const std::filesystem::path& certificate,
                                    const std::filesystem::path& key) const;
  [[nodiscard]] Status try_key(const std::filesystem::path& certificate, const crypto::Secret& key) const;

  const Config& config_;
  Clock& clock_;
  Random& random_;
  Log& log_;
  identity::Vault vault_;
  std::list<std::unique_ptr<identity::DeviceIdentity>> all_;  // since the start: whoever signs by a former one may still do so
  std::atomic<identity::DeviceIdentity*> device_{nullptr};
  std::unique_ptr<identity::DeviceIdentity> former_;
  std::optional<identity::MemoryFile> memory_;
  std::optional<identity::Slots> slots_;
  std::optional<enrol::EstPlace> place_;
  std::atomic<bool> stopping_{false};
  Course course_;
  std::unique_ptr<enrol::Renewer> renewer_;  // last member: its thread uses the others
};

}  // namespace greentill::app
