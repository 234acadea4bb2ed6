// SPDX-License-Identifier: Apache-2.0
// What a connection is, by its first bytes. A page in a browser reaches the printer's port as any till does, and a printer prints
// whatever it is sent, header lines included: what a page wrote there would be read as a receipt. But a page does not choose the
// first bytes of its connection; its browser does. It begins with an HTTP request, a TLS or SSL hello, or a STUN message (WebRTC
// over TCP), none of which a till sends. WebSocket and HTTP/2 begin with an HTTP request too.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "daemon/base/bytes.hpp"

namespace greentill::relay {

/// What the bytes that came so far are. Only `undecided` and `word` may change with further bytes.
enum class Opening : std::uint8_t {
  undecided,  ///< may become a till's or a browser's: hold them back
  /// As above, and nothing yet but line ends and a word that no common method begins with, or one or two bytes that are no text.
  /// It may be a command, such as a label printer's ~HS, whose answer the till waits for before it sends more.
  word,
  printing,  ///< a till's
  http,
  tls,
  stun,
};

/// So many bytes that are no text may be all that a till says before it waits.
inline constexpr std::size_t kShortestBinary = 2;

/// A connection is decided once so many bytes have come.
inline constexpr std::size_t kLongestOpening = 1024;

/// Judges the first bytes of a connection, all that have come. They are a till's as soon as no browser can have begun so: with
/// the first control byte, the first line's end, or its third word. Cost: that of kLongestOpening bytes at most. Threads: pure.
[[nodiscard]] Opening judge_opening(ByteView bytes);

/// "HTTP", "TLS", "STUN"; of the others an empty text. Lifetime: static.
[[nodiscard]] std::string_view name_of(Opening opening);

}  // namespace greentill::relay
