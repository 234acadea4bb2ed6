// SPDX-License-Identifier: Apache-2.0
#include "daemon/app/own_identity.hpp"

#include <chrono>

#include "daemon/base/broker_address.hpp"
#include "daemon/crypto/secret.hpp"
#include "daemon/probe/broker_probe.hpp"

namespace greentill::app {
namespace {

constexpr std::chrono::milliseconds kTrialLimit = std::chrono::seconds(20);

}  // namespace

Result<std::unique_ptr<OwnIdentity>> OwnIdentity::load(const Config& config, Clock& clock, Random& random, Log& log) {
  std::unique_ptr<OwnIdentity> own(new OwnIdentity(config, clock, random, log));
  if (Status loaded = own->load(); !loaded) return Failure{loaded.error()};
  return own;
}

Status OwnIdentity::load() {
  if (config_.enrolment) {
    slots_.emplace(config_.enrolment->folder);
    place_.emplace(config_.enrolment->server, *slots_);
  }
  auto vault = identity::Vault::open(config_.wrapping_key);
  if (!vault) return Failure{vault.error()};
  vault_ = std::move(*vault);
  seal(config_.key, identity::kDeviceKeyName);
  seal(config_.settings, identity::kSettingsName);
  seal(config_.state_folder / "bearer.key", identity::kBearerKeyName);
  auto device = identity::DeviceIdentity::load(config_.key, config_.certificate, vault_);
  if (!device && config_.enrolment && device.error().code == ErrorCode::not_found) {
    return fail(ErrorCode::not_found, "this device is not enrolled yet (" + device.error().message +
                                          "); run greentill enrol as the user that greentilld runs as");
  }
  if (!device) return Failure{device.error()};
  device_ = all_.emplace_back(std::move(*device)).get();
  load_former();
  return load_memory(memory_);
}

Status OwnIdentity::load_memory(std::optional<identity::MemoryFile>& into) const {
  if (!vault_.seals()) return Done{};
  const auto key = vault_.read(config_.key, identity::kDeviceKeyName);
  if (!key) return Failure{key.error()};
  auto memory = identity::MemoryFile::of(key->view());
  if (!memory) return Failure{memory.error()};
  into = std::move(*memory);
  return Done{};
}

void OwnIdentity::load_former() {
  if (!config_.enrolment) return;
  const identity::Slots slots(config_.enrolment->folder);
  const auto spare = slots.spare();
  auto former = spare ? identity::DeviceIdentity::load(slots.key(*spare), slots.certificate(*spare), vault_)
                      : Result<std::unique_ptr<identity::DeviceIdentity>>(Failure{spare.error()});
  if (former && (*former)->device_id() == device().device_id()) former_ = std::move(*former);
}

bool OwnIdentity::has_signed(const claim::Message& message) {
  return device().has_signed(message) || (former_ && former_->has_signed(message));
}

void OwnIdentity::seal(const std::filesystem::path& file, std::string_view name) {
  const auto sealed = vault_.seal_in_place(file, name, random_);
  if (!sealed && sealed.error().code != ErrorCode::not_found) {
    log_.write(LogLevel::warning, "identity", "a secret stays in plain: " + sealed.error().message);
  } else if (sealed && *sealed) {
    log_.write(LogLevel::info, "identity", file.string() + ": sealed under the wrapping key '" + config_.wrapping_key + "'");
  }
}

Status OwnIdentity::try_identity(const std::filesystem::path& authorities, const std::filesystem::path& certificate,
                                 const std::filesystem::path& key) const {
  auto address = parse_broker_address(course_.broker());
  if (!address) return Failure{address.error()};
  const crypto::WipeFreed wiping;  // OpenSSL reads the key by its path
  return probe::try_certificate({std::move(*address), authorities, certificate, key}, kTrialLimit, stopping_);
}

Status OwnIdentity::try_certificate(const std::filesystem::path& certificate, const std::filesystem::path& key) const {
  return config_.uplink ? try_identity(config_.uplink->authorities, certificate, key) : Status(Done{});
}

Status OwnIdentity::try_broker(const std::filesystem::path& authorities) const {
  return config_.uplink ? try_identity(authorities, config_.certificate, key_path()) : Status(Done{});
}

Status OwnIdentity::try_key(const std::filesystem::path& certificate, const crypto::Secret& key) const {
  const auto memory = identity::MemoryFile::of(key.view());
  return memory ? try_certificate(certificate, memory->path()) : Status(Failure{memory.error()});
}

/// What was promoted in the folder. The engine goes on under it first: where that fails, this process goes on as before, and the
/// next start would begin the same chain.
Result<crypto::Certificate> OwnIdentity::take_up() {
  auto next = identity::DeviceIdentity::load(config_.key, config_.certificate, vault_);
  if (!next) return Failure{next.error()};
  if ((*next)->device_id() != device().device_id()) {
    return fail(ErrorCode::conflict, config_.certificate.string() + ": it is the device '" + (*next)->device_id() +
                                         "' now, and greentilld works for '" + device().device_id() + "'; start it anew");
  }
  std::optional<identity::MemoryFile> memory;
  if (Status loaded = load_memory(memory); !loaded) return Failure{loaded.error()};
  identity::DeviceIdentity& taken = **all_.emplace(all_.end(), std::move(*next));
  if (Status signs = course_.sign_by(taken.signer()); !signs) {
    all_.pop_back();
    return Failure{signs.error()};
  }
  device_ = &taken;
  // From here on it is in use, whatever else fails.
  if (const Status replaced = memory ? memory_->become(*memory) : Status(Done{}); !replaced) {
    log_.write(LogLevel::error, "identity", replaced.error().message + ": start greentilld anew, or no broker takes its key");
  }
  course_.renewed(taken.certificate());
  course_.rekeyed();
  return taken.certificate();
}

Status OwnIdentity::start_renewal(Course course) {
  if (!place_) return Done{};
  course_ = std::move(course);
  const auto promoted = [this](const crypto::Certificate& by) {
    Status taken = device().renewed(by);
    if (taken) course_.renewed(by);
    return taken;
  };
  enrol::RenewalMeans means{
      place_->get(), *slots_,
      vault_,        clock_,
      random_,       [this](const std::filesystem::path& certificate) { return try_certificate(certificate, key_path()); },
      promoted};
  enrol::RekeyMeans rekey{
      config_.enrolment->rekey_after,
      [this](const std::filesystem::path& certificate, const crypto::Secret& key) { return try_key(certificate, key); },
      [this] { return take_up(); }};
  renewer_ = enrol::Renewer::start({std::move(means), *place_, config_.enrolment->retry_min, course_.now, device().certificate(),
                                    course_.put_off, std::move(rekey)},
                                   log_);
  return Done{};
}

void OwnIdentity::stop() {
  stopping_ = true;
  renewer_.reset();
}

std::optional<api::DaemonStatus::Renewal> OwnIdentity::renewal() const {
  if (!renewer_) return std::nullopt;
  enrol::RenewalStatus status = renewer_->status();
  return api::DaemonStatus::Renewal{status.due_from, status.renewed_at,  status.rekey_from,           status.rekeyed_at,
                                    status.tried_at, status.next_try_at, std::move(status.last_error)};
}

}  // namespace greentill::app
