// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/authority/revoked.hpp"

#include <map>

namespace greentill::credit {
namespace {

using Why = crypto::RevokedCertificate::Reason;

struct Ended {
  Why reason = Why::privilege_withdrawn;
  std::int64_t at = 0;
};

/// When the key that took another's place was certified first.
std::int64_t begin_of(const std::map<Digest, const DeviceKey*>& keys, const Digest& hash, std::int64_t now) {
  const auto found = keys.find(hash);
  std::int64_t first = now;
  if (found == keys.end()) return first;
  for (const IssuedCertificate& one : found->second->certificates) first = std::min(first, one.not_before);
  return first;
}

std::optional<Ended> verdict_of(const DeviceKey& key, const Device& device, const std::map<Digest, const DeviceKey*>& keys,
                                std::int64_t now) {
  if (key.revoked_at) return Ended{Why::key_compromise, *key.revoked_at};
  if (device.state == Device::State::revoked) return Ended{Why::privilege_withdrawn, device.revoked_since.value_or(now)};
  if (key.successor) return Ended{Why::superseded, begin_of(keys, *key.successor, now)};
  if (device.state == Device::State::retired) return Ended{Why::cessation_of_operation, device.retired_at.value_or(now)};
  return std::nullopt;
}

}  // namespace

Result<std::vector<crypto::RevokedCertificate>> revoked_by_registry(RegistryReader& registry, std::int64_t now) {
  const auto devices = registry.devices();
  const auto all = registry.keys("");
  if (!devices) return Failure{devices.error()};
  if (!all) return Failure{all.error()};
  std::map<std::string, const Device*> by_id;
  for (const Device& one : *devices) by_id[one.id] = &one;
  std::map<Digest, const DeviceKey*> by_hash;
  for (const DeviceKey& one : *all) by_hash[one.hash] = &one;
  std::vector<crypto::RevokedCertificate> revoked;
  for (const DeviceKey& key : *all) {
    const auto device = by_id.find(key.device);
    if (device == by_id.end()) continue;
    const auto verdict = verdict_of(key, *device->second, by_hash, now);
    if (!verdict) continue;
    for (const IssuedCertificate& one : key.certificates) {
      if (one.not_after < now) continue;
      auto certificate = crypto::Certificate::leaf_from(one.pem);
      if (!certificate) return Failure{certificate.error().with_context("a certificate of device " + key.device)};
      revoked.push_back({std::move(*certificate), std::min(verdict->at, now), verdict->reason});
    }
  }
  return revoked;
}

}  // namespace greentill::credit
