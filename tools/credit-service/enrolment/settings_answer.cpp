// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/enrolment/settings_answer.hpp"

#include "daemon/base/moment.hpp"
#include "tools/credit-service/registry/names.hpp"

namespace greentill::credit {
namespace {

/// Why the key's device is told nothing; empty: it is.
std::string against(const DeviceKey& key, const Device& device, const crypto::Certificate& shown, std::int64_t now) {
  if (device.state == Device::State::retired || device.state == Device::State::revoked) {
    return "the device is " + std::string(to_words(device.state));
  }
  if (key.revoked_at) return "its key was revoked on " + utc_text(*key.revoked_at);
  if (key.successor) return "its key was replaced by another one, which alone is told settings";
  if (shown.not_after() < now) return "its certificate expired on " + utc_text(shown.not_after()) + "; it is renewed first";
  if (shown.not_before() > now) return "its certificate is valid only from " + utc_text(shown.not_before()) + " on";
  return {};
}

}  // namespace

Result<SettingsAnswer> answer_settings(RegistryReader& reader, Registry& registry, const crypto::Certificate& shown,
                                       std::uint64_t had, std::int64_t now, ByteView programme_key, const claim::Hasher& hasher) {
  using Kind = SettingsAnswer::Kind;
  const auto key = reader.key_of(shown.thumbprint());
  if (!key) return Failure{key.error()};
  if (!*key) return SettingsAnswer{Kind::refused, "the registry does not have its certificate", {}};
  const auto device = reader.device((*key)->device);
  if (!device) return Failure{device.error()};
  if (!*device) return SettingsAnswer{Kind::refused, "the registry has no such device", {}};
  if (std::string why = against(**key, **device, shown, now); !why.empty())
    return SettingsAnswer{Kind::refused, std::move(why), {}};
  auto settings = registry.write_settings((*device)->id, programme_key, hasher);
  if (!settings) return Failure{settings.error()};
  if (settings->number < had) {
    return SettingsAnswer{Kind::refused,
                          "it has the settings number " + std::to_string(had) + ", and the registry's latest are number " +
                              std::to_string(settings->number) +
                              ": was the registry restored from a backup without its file of changes?",
                          {}};
  }
  if (settings->number == had) return SettingsAnswer{Kind::none, {}, {}};
  return SettingsAnswer{Kind::newer, {}, std::move(*settings)};
}

}  // namespace greentill::credit
