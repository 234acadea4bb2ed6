// SPDX-License-Identifier: Apache-2.0
// The boot part: which of two images a lock starts. It checks what it starts against the record's SHA-256, starts a new one once,
// and goes back to the former where that one did not confirm itself. It verifies no signature: the image that took a new one in
// did (Updater), before the record said "ready". docs/lock-update.md. Threads: one.
#pragma once

#include <optional>

#include "firmware/core/boot_record.hpp"
#include "firmware/core/image_head.hpp"

namespace greentill::firmware {

/// Nothing where no image begins so.
[[nodiscard]] std::optional<ImageHead> read_head(Flash& slot);

/// Of the first `size` bytes of a slot; nothing where they cannot be read, or the slot is smaller.
[[nodiscard]] std::optional<Digest> digest_of(Flash& slot, std::uint32_t size, Sha256& sha);

struct BootPorts {
  BootRecord& record;
  std::array<Flash*, kSlots> slots;
  Sha256& sha;
};

/// To be called once after each reset, before any image runs. Returns the slot to start; nothing where neither holds an image
/// that is whole. Requires: the reason of this reset.
[[nodiscard]] std::optional<std::uint8_t> choose_image(const BootPorts& ports, ResetReason reason);

}  // namespace greentill::firmware
