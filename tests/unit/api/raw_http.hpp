// SPDX-License-Identifier: Apache-2.0
// Bytes to and from a loopback port, for requests that no HTTP library would send.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace greentill::test {

class RawConnection {
 public:
  /// Throws std::runtime_error where nobody listens.
  explicit RawConnection(std::uint16_t port);
  ~RawConnection();
  RawConnection(const RawConnection&) = delete;
  RawConnection& operator=(const RawConnection&) = delete;

  /// False where the peer is gone.
  bool send(std::string_view bytes);
  /// Nothing more will come from this side.
  void end_sending();
  /// One answer, headers and body by its Content-Length; whatever came where the peer ends before.
  std::string receive();
  /// All that comes until the peer ends the connection.
  std::string receive_all();
  /// Waits for the peer to end the connection; false where something else came.
  bool ended();
  /// Whether the peer has not ended it by now.
  [[nodiscard]] bool is_open() const;

 private:
  bool fill();

  int socket_;
  std::string received_;
};

/// A patience that no test is to come to the end of.
inline constexpr std::chrono::hours kNoEnd{1};

/// How long ago.
inline std::chrono::milliseconds since(std::chrono::steady_clock::time_point begin) {
  return std::chrono::ceil<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begin);
}

/// Sends one request on a connection of its own and returns the answer.
std::string exchange(std::uint16_t port, std::string_view request);

/// The status of an answer; 0 where it is none.
int status_of(std::string_view answer);
std::string body_of(std::string_view answer);
/// The value of a header, or empty.
std::string header_of(std::string_view answer, std::string_view name);

}  // namespace greentill::test
