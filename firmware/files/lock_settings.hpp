// SPDX-License-Identifier: Apache-2.0
// The file by which a lock's settings go from who signs them to a technician or a dock. docs/dock-link.md, "Settings".
// Threads: pure functions.
#pragma once

#include <string>
#include <string_view>

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
  std::uint16_t Settings::*field;
  std::uint16_t least, most;
};
inline constexpr LockSettingRange kLockSettings[] = {
    {"circumference_mm", &Settings::circumference_mm, 900, 2'400},
    {"top_speed_cm_s", &Settings::top_speed_cm_s, 100, 1'667},
    {"debounce_ms", &Settings::debounce_ms, 0, 50},
    {"left_open_s", &Settings::left_open_s, 60, 65'535},
    {"pause_s", &Settings::pause_s, 0, 65'535},
};

}  // namespace greentill::firmware
