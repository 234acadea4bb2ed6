// SPDX-License-Identifier: Apache-2.0
// How much a TCP connection has carried, as the kernel counts it: also one that a library of this process holds and does not hand
// out. Threads: safe from any thread.
#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <optional>
#include <vector>

namespace greentill {

/// What a TCP connection has carried since it was begun: bytes of payload, what was sent again included, and segments.
struct Carried {
  std::uint64_t bytes_sent = 0;
  std::uint64_t bytes_received = 0;
  std::uint64_t segments_sent = 0;
  std::uint64_t segments_received = 0;
  std::uint64_t header = 0;  ///< bytes of IP and TCP on each segment
};

/// Nothing where the descriptor is no TCP socket.
[[nodiscard]] std::optional<Carried> carried_by(int descriptor);

/// The bytes that the connection has put on the line and taken from it since it was begun: payload, what was sent again, and the
/// headers of IP and TCP, without those of the line below. Nothing where the descriptor is no TCP socket.
[[nodiscard]] std::optional<std::uint64_t> carried_bytes(int descriptor);

/// A TCP connection of this process.
class OwnConnection {
 public:
  /// As carried_bytes(); nothing once it is closed, also where its descriptor is another's by now.
  [[nodiscard]] std::optional<std::uint64_t> carried() const;
  friend bool operator==(const OwnConnection& a, const OwnConnection& b);

 private:
  friend std::vector<OwnConnection> connections_to(std::uint16_t port);
  struct End {
    sockaddr_storage address{};
    socklen_t size = sizeof(sockaddr_storage);
  };
  static std::optional<OwnConnection> of(int descriptor);
  static bool same(const End& a, const End& b);
  [[nodiscard]] std::uint16_t peer_port() const;

  int descriptor_ = -1;
  End own_, peer_;
};

/// The connections of this process to that port of whatever host.
[[nodiscard]] std::vector<OwnConnection> connections_to(std::uint16_t port);

/// About what a message of so many bytes makes on a line over TLS, both ways: records, headers, and the answers of the other's
/// TCP.
[[nodiscard]] constexpr std::uint64_t reckoned_line_bytes(std::uint64_t bytes) {
  constexpr std::uint64_t kRecord = 16'384;
  constexpr std::uint64_t kRecordExtra = 22;
  constexpr std::uint64_t kSegment = 1'400;
  constexpr std::uint64_t kHeaders = 52;  // IPv4 and TCP with timestamps
  const std::uint64_t wrapped = bytes + kRecordExtra * (bytes / kRecord + 1);
  return wrapped + kHeaders * 2 * (wrapped / kSegment + 1);
}

}  // namespace greentill
