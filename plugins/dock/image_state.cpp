// SPDX-License-Identifier: Apache-2.0
#include "plugins/dock/image_state.hpp"

#include "firmware/core/little_endian.hpp"
#include "firmware/core/ports.hpp"

namespace greentill::dock {

using firmware::ResetReason;

bool ImageState::has_failed(std::uint32_t wanted) const {
  // By itself ends a trial that no dock said hello to in time, as on a bike that was ridden off just then.
  const auto why = static_cast<ResetReason>(reason);
  const bool hardly_its_own = why == ResetReason::power_on || why == ResetReason::brown_out || why == ResetReason::software;
  return tried == wanted && !is_on_trial() && ended == Ended::not_confirmed && !hardly_its_own;
}

std::optional<ImageState> parse_image_state(ByteView content) {
  firmware::ByteReader in(content);
  ImageState state;
  static_cast<void>(in.get<std::uint8_t>());  // the slot that runs
  state.version = in.get<std::uint32_t>();
  state.other = in.get<std::uint8_t>();
  state.floor = in.get<std::uint32_t>();
  state.tried = in.get<std::uint32_t>();
  const auto ended = in.get<std::uint8_t>();
  state.reason = in.get<std::uint8_t>();
  state.board = in.get<std::uint32_t>();
  if (!in.done() || ended > static_cast<std::uint8_t>(ImageState::Ended::damaged)) return std::nullopt;
  state.ended = static_cast<ImageState::Ended>(ended);
  return state;
}

}  // namespace greentill::dock
