// SPDX-License-Identifier: Apache-2.0
// The file by which a lock's settings go from who signs them to a technician or a dock. docs/dock-link.md, "Settings".
// Threads: pure functions.
#pragma once

#include <string>
#include <string_view>
#include <type_traits>

#include "daemon/base/error.hpp"
#include "firmware/core/lock.hpp"

namespace greentill::firmware {

struct LockSettings {
  std::string lock;  ///< its id
  SignedSettings settings;
};

/// TOML, with the signature in hex.
[[nodiscard]] std::string lock_settings_text(const LockSettings& settings);
/// invalid, with line and key, where it is none or something in it is out of range.
Result<LockSettings> parse_lock_settings(std::string_view text, const std::string& name);

/// The content of the request that hands them to a lock, behind the session.
[[nodiscard]] Bytes<76> settings_request(const SignedSettings& settings);

/// The least and the most that a lock takes.
struct LockSettingRange {
  const char* key;  ///< as the file, and with hyphens an option, spells it
  std::uint16_t least, most;
  std::uint16_t (*get)(const Settings& settings);
  void (*set)(Settings& settings, std::int64_t value);  ///< requires: within the range
};
template <auto Field>
constexpr LockSettingRange lock_setting(const char* key, std::uint16_t least, std::uint16_t most) {
  using Value = std::remove_cvref_t<decltype(Settings{}.*Field)>;
  return {key, least, most, [](const Settings& settings) { return std::uint16_t{settings.*Field}; },
          [](Settings& settings, std::int64_t value) { settings.*Field = static_cast<Value>(value); }};
}
inline constexpr LockSettingRange kLockSettings[] = {
    lock_setting<&Settings::circumference_mm>("circumference_mm", 900, 2'400),
    lock_setting<&Settings::top_speed_cm_s>("top_speed_cm_s", 100, 1'667),
    lock_setting<&Settings::debounce_ms>("debounce_ms", 0, 50),
    lock_setting<&Settings::left_open_s>("left_open_s", 60, 65'535),
    lock_setting<&Settings::pause_s>("pause_s", 0, 65'535),
};
/// That one, which is true or false; a file without it says false.
inline constexpr const char* kOnlyLicensedDocks = "only_licensed_docks";

}  // namespace greentill::firmware
