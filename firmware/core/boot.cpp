// SPDX-License-Identifier: Apache-2.0
#include "firmware/core/boot.hpp"

#include <algorithm>

namespace greentill::firmware {
namespace {

bool is_whole(const BootPorts& ports, const BootState& state, std::uint8_t slot) {
  const ImageInfo& image = state.images[slot];
  return image.size != 0 && digest_of(*ports.slots[slot], image.size, ports.sha) == image.sha256;
}

/// A lock from factory: what was programmed into slot 0, to its end, is good.
std::optional<std::uint8_t> take_first(const BootPorts& ports) {
  Flash& slot = *ports.slots[0];
  const auto head = read_head(slot);
  const std::uint32_t size = slot.sector_size() * slot.sector_count();
  const auto digest = head ? digest_of(slot, size, ports.sha) : std::nullopt;
  if (!digest) return std::nullopt;
  BootState state;
  state.floor = head->version;
  state.images[0] = {head->version, size, *digest};
  // Where it is not kept, the next start finds the same.
  static_cast<void>(ports.record.keep(state));
  return std::uint8_t{0};
}

/// What the trial came to, before the former image is started again.
BootState after_trial(BootState state, TrialEnd ended, ResetReason reason) {
  const std::uint32_t version = state.other_image().version;
  const bool again = state.tried == version && state.ended != TrialEnd::confirmed;
  // An image is hardly to blame where the power went or the flash faded: but it may be, and then it is not tried for ever.
  const bool by_power = reason == ResetReason::power_on || reason == ResetReason::brown_out;
  const bool its_own = ended == TrialEnd::not_confirmed && !by_power;
  const std::uint32_t weight = its_own ? BootState::kOwnFailure : 1;
  state.failures = again ? std::min<std::uint32_t>(state.failures + weight, BootState::kMostFailures) : weight;
  state.tried = version;
  state.ended = ended;
  state.reason = reason;
  state.other = OtherSlot::nothing;
  return state;
}

}  // namespace

std::optional<ImageHead> read_head(Flash& slot) {
  Bytes<ImageHead::kBytes> bytes{};
  if (!slot.read(ImageHead::kAt, bytes)) return std::nullopt;
  return parse_head(bytes);
}

std::optional<Digest> digest_of(Flash& slot, std::uint32_t size, Sha256& sha) {
  if (size > slot.sector_size() * slot.sector_count()) return std::nullopt;
  sha.begin();
  for (std::uint32_t at = 0; at < size;) {
    Bytes<128> piece{};
    const MutableBytes part = MutableBytes(piece).first(std::min<std::size_t>(piece.size(), size - at));
    if (!slot.read(at, part)) return std::nullopt;
    sha.add(part);
    at += static_cast<std::uint32_t>(part.size());
  }
  return sha.finish();
}

std::optional<std::uint8_t> choose_image(const BootPorts& ports, ResetReason reason) {
  if (!ports.record.load()) return take_first(ports);
  BootState state = ports.record.state();
  const std::uint8_t other = state.other_slot();
  if (state.other == OtherSlot::trying) {
    state = after_trial(state, TrialEnd::not_confirmed, reason);
    static_cast<void>(ports.record.keep(state));
  } else if (state.other == OtherSlot::ready) {
    const bool whole = is_whole(ports, state, other);
    BootState next = state;
    if (whole) {
      next.other = OtherSlot::trying;
    } else {
      next = after_trial(state, TrialEnd::damaged, reason);
    }
    // It is tried only where it is written down that it was: else it would be tried for ever.
    if (ports.record.keep(next) && whole) return other;
  }
  if (is_whole(ports, state, state.good)) return state.good;
  if (state.other != OtherSlot::former || !is_whole(ports, state, other)) return std::nullopt;
  // The good image rotted, and the one before is still there. The floor stays.
  state.tried = state.images[state.good].version;
  state.ended = TrialEnd::damaged;
  state.reason = reason;
  state.good = other;
  state.other = OtherSlot::nothing;
  static_cast<void>(ports.record.keep(state));
  return other;
}

}  // namespace greentill::firmware
