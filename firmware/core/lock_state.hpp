// SPDX-License-Identifier: Apache-2.0
// What a lock remembers besides its rides and its identity: counters, settings, and the ride under way. The journal keeps it
// whole, in each of its sectors anew, so that a sector can be erased without a look at what else it holds. docs/lock-journal.md,
// "State".
#pragma once

#include "daemon/base/bytes.hpp"

namespace greentill::firmware {

/// What has been counted of one ride.
struct RideCount {
  std::uint32_t seconds = 0;  ///< since it was unlocked
  std::uint32_t pulses = 0;
  std::uint32_t rejected_pulses = 0;
  std::uint32_t pauses = 0;
  std::uint32_t paused_seconds = 0;
};

/// What the operator sets.
struct Settings {
  std::uint16_t circumference_mm = 2100;
  std::uint16_t top_speed_cm_s = 1500;  ///< a pulse that would need more is not the wheel's
  std::uint8_t debounce_ms = 5;
  bool only_licensed_docks = false;  ///< may acknowledge rides: docs/dock-link.md, "Licensed docks"
  std::uint16_t left_open_s = 1800;  ///< unlocked and without a pulse for so long: the ride is over
  std::uint16_t pause_s = 600;       ///< closed for longer than that: the ride is over; 0: as soon as it is closed
};

/// As they are written: bit 0, only licensed docks; the others are 0.
[[nodiscard]] constexpr std::uint8_t flags_of(const Settings& settings) { return settings.only_licensed_docks ? 1 : 0; }

struct LockState {
  std::uint32_t boots = 0;
  std::uint32_t last_counter = 0;  ///< of the rides signed
  std::int64_t last_link = 0;      ///< claim::ride_link() of that ride's payload
  std::uint32_t acknowledged = 0;  ///< a dock has kept every ride up to it
  std::uint32_t settled = 0;       ///< the service needs no ride up to it again
  std::uint32_t refused = 0;       ///< rides that were not kept, for want of room
  std::int64_t time = 0;           ///< the lock's clock when this was written
  Settings settings;
  std::uint16_t settings_number = 0;  ///< of the settings that were taken last; 0: those from factory
  bool riding = false;
  RideCount ride;  ///< of the ride under way
};

inline constexpr std::size_t kStateBytes = 72;

[[nodiscard]] Bytes<kStateBytes> encode_state(const LockState& state);
/// Requires: `bytes` have a sound checksum around them, so that they are what encode_state() wrote.
[[nodiscard]] LockState decode_state(const Bytes<kStateBytes>& bytes);

}  // namespace greentill::firmware
