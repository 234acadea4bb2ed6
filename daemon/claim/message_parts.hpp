// SPDX-License-Identifier: Apache-2.0
// What all signed messages have in common: COSE's numbers and the way from a protected header to what is signed. Private to
// daemon/claim.
#pragma once

#include "daemon/claim/codec.hpp"
#include "daemon/claim/crypto.hpp"
#include "daemon/claim/message.hpp"

namespace greentill::claim {

constexpr std::uint64_t kCwtTag = 61;        // RFC 8392, 6
constexpr std::uint64_t kCoseSign1Tag = 18;  // RFC 9052, 4.2
constexpr std::int64_t kAlgorithm = 1;
constexpr std::int64_t kKeyId = 4;
constexpr std::int64_t kType = 16;        // RFC 9596
constexpr std::int64_t kThumbprint = 34;  // x5t, RFC 9360
constexpr std::int64_t kEs256 = -7;
constexpr std::int64_t kSha256 = -16;

/// Writes the header's first parameter, of all messages the same, and the last, where there is one.
inline void write_algorithm(CborWriter& writer) {
  writer.integer(kAlgorithm);
  writer.integer(kEs256);
}
inline void write_type(CborWriter& writer, MessageType type) {
  writer.integer(kType);
  writer.unsigned_integer(static_cast<std::uint64_t>(type));
}
inline void write_thumbprint(CborWriter& writer, const Digest& thumbprint) {
  writer.integer(kThumbprint);
  writer.array(2);
  writer.integer(kSha256);
  writer.bytes(thumbprint);
}

/// Each reads what the writer of the same name writes, and names what is wrong with it.
void read_algorithm(Decoder& io, Decoder::Map& map);
void read_type(Decoder& io, Decoder::Map& map, MessageType expected);
void read_thumbprint(Decoder& io, Decoder::Map& map, Digest& thumbprint);

/// SHA-256 of the Sig_structure ["Signature1", protected, h'', payload] (RFC 9052, 4.4). Requires: a header of at most 64 bytes.
[[nodiscard]] Digest digest_to_sign(const Hasher& hasher, ByteView header, ByteView payload);

/// Reads the protected header, which is a byte string inside a message, with `read`, which takes a Decoder. Fault offsets count
/// from the message's first byte.
template <typename F>
Result<Done, Fault> parse_header(ByteView message, ByteView header, F read) {
  const auto shifted = [offset = static_cast<std::size_t>(header.data() - message.data())](Fault fault) {
    fault.offset += offset;
    return Failure{fault};
  };
  if (const auto checked = check_item(header); !checked) return shifted(checked.error());
  Decoder io(header);
  read(io);
  if (!io.ok()) return shifted(io.fault());
  return Done{};
}

}  // namespace greentill::claim
