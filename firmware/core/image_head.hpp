// SPDX-License-Identifier: Apache-2.0
// What an image says of itself, in words 7 to 10 of its vector table, which a Cortex-M4 does not use. docs/lock-update.md, "The
// image". Threads: pure functions.
#pragma once

#include <optional>

#include "firmware/core/little_endian.hpp"

namespace greentill::firmware {

struct ImageHead {
  static constexpr std::uint32_t kAt = 28;             ///< in the image
  static constexpr std::uint32_t kMagic = 0x494c5447;  ///< "GTLI"
  static constexpr std::size_t kBytes = 16;
  std::uint32_t version = 0;
  std::uint32_t address = 0;  ///< where it is linked to
  std::uint32_t board = 0;
};

/// Of the bytes at kAt; nothing where no image has them.
[[nodiscard]] inline std::optional<ImageHead> parse_head(ByteView bytes) {
  ByteReader in(bytes);
  if (in.get<std::uint32_t>() != ImageHead::kMagic) return std::nullopt;
  ImageHead head;
  head.version = in.get<std::uint32_t>();
  head.address = in.get<std::uint32_t>();
  head.board = in.get<std::uint32_t>();
  if (!in.ok()) return std::nullopt;
  return head;
}

}  // namespace greentill::firmware
