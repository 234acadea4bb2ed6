// SPDX-License-Identifier: Apache-2.0
#include "firmware/core/lock_state.hpp"

#include "firmware/core/little_endian.hpp"

namespace greentill::firmware {

Bytes<kStateBytes> encode_state(const LockState& state) {
  Bytes<kStateBytes> bytes{};
  ByteWriter out(bytes);
  out.put(state.boots).put(state.last_counter).put(state.last_link);
  out.put(state.acknowledged).put(state.settled).put(state.refused);
  out.put(std::uint32_t{state.riding ? 1u : 0u}).put(state.time);
  const Settings& settings = state.settings;
  out.put(settings.circumference_mm).put(settings.top_speed_cm_s);
  out.put(settings.debounce_ms).put(flags_of(settings)).put(settings.left_open_s);
  const RideCount& ride = state.ride;
  out.put(ride.seconds).put(ride.pulses).put(ride.rejected_pulses).put(ride.pauses).put(ride.paused_seconds);
  out.put(settings.pause_s).put(state.settings_number);
  return bytes;
}

LockState decode_state(const Bytes<kStateBytes>& bytes) {
  ByteReader in(bytes);
  LockState state;
  state.boots = in.get<std::uint32_t>();
  state.last_counter = in.get<std::uint32_t>();
  state.last_link = in.get_signed();
  state.acknowledged = in.get<std::uint32_t>();
  state.settled = in.get<std::uint32_t>();
  state.refused = in.get<std::uint32_t>();
  state.riding = in.get<std::uint32_t>() != 0;
  state.time = in.get_signed();
  Settings& settings = state.settings;
  settings.circumference_mm = in.get<std::uint16_t>();
  settings.top_speed_cm_s = in.get<std::uint16_t>();
  settings.debounce_ms = in.get<std::uint8_t>();
  settings.only_licensed_docks = in.get<std::uint8_t>() != 0;
  settings.left_open_s = in.get<std::uint16_t>();
  RideCount& ride = state.ride;
  for (std::uint32_t* const field : {&ride.seconds, &ride.pulses, &ride.rejected_pulses, &ride.pauses, &ride.paused_seconds}) {
    *field = in.get<std::uint32_t>();
  }
  settings.pause_s = in.get<std::uint16_t>();
  state.settings_number = in.get<std::uint16_t>();
  return state;
}

}  // namespace greentill::firmware
