// SPDX-License-Identifier: Apache-2.0
// Frames between a lock and a dock, written and recognised: both ends use them. docs/dock-link.md has every byte. Threads: one a
// FrameReader.
#pragma once

#include <array>
#include <optional>

#include "daemon/base/bytes.hpp"
#include "firmware/core/cobs.hpp"

namespace greentill::firmware {

inline constexpr std::uint8_t kLinkVersion = 1;
inline constexpr std::uint8_t kAnswerBit = 0x80;
/// The longest content: a ride's message behind a result and a counter.
inline constexpr std::size_t kMostContent = 384;
inline constexpr std::size_t kMostFrame = cobs_bytes(3 + kMostContent + 4);

enum class Request : std::uint8_t {
  hello = 1,
  prove = 2,
  ask_time = 3,
  set_time = 4,
  list = 5,
  fetch = 6,
  acknowledge = 7,
  settle = 8,
  configure = 9,
  propose = 10,
  confirm = 11,
  commit = 12,
  image = 13,
  offer_image = 14,
  write_image = 15,
  finish_image = 16,
  ask_nonce = 17,
  acknowledge_licensed = 18,
};

/// The first byte of every answer's content.
enum class Answer : std::uint8_t {
  done = 0,
  not_there = 1,        ///< no such ride (any more)
  refused = 2,          ///< not signed by whom the lock believes, or for another; a wrong code; out of range
  not_kept = 3,         ///< the flash, the key or the entropy failed: try again
  other_session = 4,    ///< the lock, or its start, is another than that of the hello
  malformed = 5,        ///< not of the request's form
  unknown = 6,          ///< a request, or a version, that this lock does not know
  no_licence = 7,       ///< rides are acknowledged by licensed docks alone
  licence_refused = 8,  ///< the licence is not signed by whom the lock believes
  licence_over = 9,     ///< by the lock's clock
  proof_refused = 10,   ///< the licence's key did not sign this
  no_point = 11,        ///< the key is no point of the curve
};

struct Frame {
  std::uint8_t version = kLinkVersion;
  std::uint8_t kind = 0;    ///< a Request, with kAnswerBit in an answer
  std::uint8_t number = 0;  ///< the dock's of the exchange; the answer has it again
  ByteView content;
};

/// Writes a frame with the zero behind it, and returns how long it is; nothing where the content is too long.
[[nodiscard]] std::optional<std::size_t> encode_frame(const Frame& frame, MutableBytes out);

/// Finds frames in a stream that may begin, break off and go on anywhere.
class FrameReader {
 public:
  /// Takes the next byte; a frame, where it was the last of one with a sound checksum. Its content lives until the next call.
  [[nodiscard]] std::optional<Frame> take(std::uint8_t byte);
  /// Frames that were not sound, or too long.
  [[nodiscard]] std::uint32_t damaged() const { return damaged_; }

 private:
  [[nodiscard]] std::optional<Frame> frame(std::size_t size);

  std::array<std::uint8_t, kMostFrame> bytes_{};
  std::size_t size_ = 0;
  bool too_long_ = false;
  std::uint32_t damaged_ = 0;
};

}  // namespace greentill::firmware
