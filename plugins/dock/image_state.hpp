// SPDX-License-Identifier: Apache-2.0
// What a lock says of its images (docs/dock-link.md, "An update"). Nobody signs it. Threads: pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "daemon/base/bytes.hpp"

namespace greentill::dock {

/// The piece of an image that a request may carry, in bytes.
inline constexpr std::size_t kImagePiece = 376;

struct ImageState {
  enum class Ended : std::uint8_t { none_yet, confirmed, not_confirmed, damaged };
  static constexpr std::uint8_t kReady = 2;
  static constexpr std::uint8_t kTrying = 3;

  std::uint32_t version = 0;      ///< of the image that runs
  std::uint8_t other = 0;         ///< what the other slot holds; kTrying: the one that runs is on trial
  std::uint32_t floor = 0;        ///< an image must be above it
  std::uint32_t tried = 0;        ///< the version that was tried last,
  Ended ended = Ended::none_yet;  ///< what that came to,
  std::uint8_t reason = 0;        ///< and why the lock started when it found out, as reset_words() has it
  std::uint32_t board = 0;

  [[nodiscard]] bool is_on_trial() const { return other == kTrying; }
  /// An image is there, and begins when no ride is under way.
  [[nodiscard]] bool is_ready() const { return other == kReady; }
  /// Whether what was tried last went wrong.
  [[nodiscard]] bool has_ended() const { return ended == Ended::not_confirmed || ended == Ended::damaged; }
  /// Whether that version was tried, and is not to be tried again by a dock: by a fault or the watchdog. Where the power failed,
  /// the flash faded or nobody said hello it is tried again, until the lock has enough of it.
  [[nodiscard]] bool has_failed(std::uint32_t version) const;
};

/// Nothing where the content is not of its form.
[[nodiscard]] std::optional<ImageState> parse_image_state(ByteView content);

}  // namespace greentill::dock
