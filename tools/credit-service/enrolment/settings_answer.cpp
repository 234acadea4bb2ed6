// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/enrolment/settings_answer.hpp"

#include "tools/credit-service/enrolment/shown_device.hpp"

namespace greentill::credit {
Result<SettingsAnswer> answer_settings(RegistryReader& reader, Registry& registry, const crypto::Certificate& shown,
                                       std::uint64_t had, std::int64_t now, ByteView programme_key, const claim::Hasher& hasher) {
  using Kind = SettingsAnswer::Kind;
  const auto who = device_that_shows(reader, shown, now);
  if (!who) return Failure{who.error()};
  if (!who->against.empty()) return SettingsAnswer{Kind::refused, who->against, {}};
  auto settings = registry.write_settings(who->device.id, programme_key, hasher);
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
