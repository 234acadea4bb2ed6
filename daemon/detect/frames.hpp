// SPDX-License-Identifier: Apache-2.0
// Length-prefixed frames over one end of a socket pair. Format: 4 bytes little-endian length, then as many bytes.
// Threads: one thread an end.
#pragma once

#include <chrono>
#include <optional>
#include <vector>

#include "daemon/base/bytes.hpp"
#include "daemon/base/error.hpp"

namespace greentill::detect {

/// A longer frame is an error: the peer is broken.
inline constexpr std::size_t kMaxFrameBytes = 4u << 20;

/// How long to wait; a negative time has no end.
using Timeout = std::chrono::milliseconds;
inline constexpr Timeout kForever{-1};

class FrameChannel {
 public:
  /// Takes the socket over and makes it non-blocking.
  explicit FrameChannel(int socket);
  ~FrameChannel();
  FrameChannel(const FrameChannel&) = delete;
  FrameChannel& operator=(const FrameChannel&) = delete;

  /// Sends the head and the body as one frame. Waits for room in the socket. unavailable: the peer is gone, or took too little in
  /// that time; then a part of the frame may be sent, and the channel is of no further use.
  Status send(ByteView head, ByteView body, Timeout timeout);
  Status send(ByteView frame, Timeout timeout) { return send(frame, {}, timeout); }

  /// The next frame, or nothing in that time. unavailable: the peer is gone. invalid: the peer sends what is no frame. Lifetime:
  /// until the next receive.
  Result<std::optional<ByteView>> receive(Timeout timeout);

  /// The descriptor to wait on for readability, together with others. A frame may be in the buffer already: call receive() with
  /// no time first.
  [[nodiscard]] int descriptor() const { return socket_; }

 private:
  Status send_all(ByteView bytes, std::chrono::steady_clock::time_point deadline, bool endless);
  Result<std::optional<ByteView>> buffered();
  Result<bool> read_more();

  int socket_;
  std::vector<std::uint8_t> buffer_;
  std::size_t begin_ = 0;  // of the bytes that were not handed out yet
  std::size_t end_ = 0;    // of the bytes that were read
};

/// Whether the descriptor becomes ready for poll(2)'s events in that time.
bool wait_for(int descriptor, short events, Timeout timeout);

}  // namespace greentill::detect
