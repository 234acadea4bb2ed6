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
  device_ = std::move(*device);
  load_former();
  if (!vault_.seals()) return Done{};
  const auto key = vault_.read(config_.key, identity::kDeviceKeyName);
  if (!key) return Failure{key.error()};
  auto memory = identity::MemoryFile::of(key->view());
  if (!memory) return Failure{memory.error()};
  memory_ = std::move(*memory);
  return Done{};
}

void OwnIdentity::load_former() {
  if (!config_.enrolment) return;
  const identity::Slots slots(config_.enrolment->folder);
  const auto spare = slots.spare();
  auto former = spare ? identity::DeviceIdentity::load(slots.key(*spare), slots.certificate(*spare), vault_)
                      : Result<std::unique_ptr<identity::DeviceIdentity>>(Failure{spare.error()});
  if (former && (*former)->device_id() == device_->device_id()) former_ = std::move(*former);
}

bool OwnIdentity::has_signed(const claim::Message& message) {
  return device_->has_signed(message) || (former_ && former_->has_signed(message));
}

void OwnIdentity::seal(const std::filesystem::path& file, std::string_view name) {
  const auto sealed = vault_.seal_in_place(file, name, random_);
  if (!sealed && sealed.error().code != ErrorCode::not_found) {
    log_.write(LogLevel::warning, "identity", "a secret stays in plain: " + sealed.error().message);
  } else if (sealed && *sealed) {
    log_.write(LogLevel::info, "identity", file.string() + ": sealed under the wrapping key '" + config_.wrapping_key + "'");
  }
}

Status OwnIdentity::try_certificate(const std::filesystem::path& certificate) const {
  if (!config_.uplink) return Done{};
  auto address = parse_broker_address(broker_());
  if (!address) return Failure{address.error()};
  const crypto::WipeFreed wiping;  // OpenSSL reads the key by its path
  return probe::try_certificate({std::move(*address), config_.uplink->authorities, certificate, key_path()}, kTrialLimit,
                                stopping_);
}

Status OwnIdentity::start_renewal(std::function<std::int64_t()> now, std::function<void(const crypto::Certificate&)> renewed,
                                  std::function<std::string()> put_off, std::function<std::string()> broker) {
  if (!place_) return Done{};
  renewed_ = std::move(renewed);
  broker_ = std::move(broker);
  const auto promoted = [this](const crypto::Certificate& by) {
    Status taken = device_->renewed(by);
    if (taken) renewed_(by);
    return taken;
  };
  enrol::RenewalMeans means{
      place_->get(), *slots_, vault_,
      clock_,        random_, [this](const std::filesystem::path& certificate) { return try_certificate(certificate); },
      promoted};
  renewer_ = enrol::Renewer::start(
      {std::move(means), *place_, config_.enrolment->retry_min, std::move(now), device_->certificate(), std::move(put_off)},
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
  return api::DaemonStatus::Renewal{status.due_from, status.renewed_at, status.tried_at, status.next_try_at,
                                    std::move(status.last_error)};
}

}  // namespace greentill::app
