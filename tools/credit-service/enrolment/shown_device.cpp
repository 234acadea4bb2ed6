// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/enrolment/shown_device.hpp"

#include <algorithm>

#include "daemon/base/moment.hpp"
#include "tools/credit-service/registry/json.hpp"

namespace greentill::credit {
namespace {

/// Why the key's device is told nothing; empty: it is.
std::string against(const DeviceKey& key, const Device& device, const crypto::Certificate& shown, std::int64_t now) {
  if (device.state == Device::State::retired || device.state == Device::State::revoked) {
    return "the device is " + std::string(to_words(device.state));
  }
  if (key.revoked_at) return "its key was revoked on " + utc_text(*key.revoked_at);
  if (key.successor) return "its key was replaced by another one, which alone is told anything";
  if (shown.not_after() < now) return "its certificate expired on " + utc_text(shown.not_after()) + "; it is renewed first";
  if (shown.not_before() > now) return "its certificate is valid only from " + utc_text(shown.not_before()) + " on";
  return {};
}

}  // namespace

Result<ShownDevice> device_that_shows(KeyReader& reader, const crypto::Certificate& shown, std::int64_t now) {
  const auto key = reader.key_of(shown.thumbprint());
  if (!key) return Failure{key.error()};
  if (!*key) return ShownDevice{{}, "the registry does not have its certificate"};
  auto device = reader.device((*key)->device);
  if (!device) return Failure{device.error()};
  if (!*device) return ShownDevice{{}, "the registry has no such device"};
  std::string why = against(**key, **device, shown, now);
  return ShownDevice{std::move(**device), std::move(why)};
}

Result<bool> serves_locks(KeyReader& reader, const Device& device) {
  if (device.assignments.empty()) return false;
  const auto of_locks = reader.roots_of_locks();
  if (!of_locks) return Failure{of_locks.error()};
  return std::ranges::any_of(device.assignments.back().roots, [&](const AssignedRoot& root) {
    return !root.reversals_only && std::ranges::find(*of_locks, root.number) != of_locks->end();
  });
}

}  // namespace greentill::credit
