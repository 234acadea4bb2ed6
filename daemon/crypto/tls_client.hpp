// SPDX-License-Identifier: Apache-2.0
// The client's side of one TLS 1.2 or 1.3 connection, with a deadline for all that happens on it. Dates of certificates are not
// judged here: a device's clock may be wrong by years, and whoever calls learns the server's time only from its answer.
// Threads: one; looking up a host's name takes as long as the system's resolver waits.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "daemon/base/error.hpp"
#include "daemon/crypto/secret.hpp"

namespace greentill::crypto {

/// Views need to live for the call alone.
struct TlsClientOptions {
  std::string host;  ///< an IPv6 address without its brackets; the server's certificate must name it
  std::string port;
  /// PEM: who may vouch for the server. Empty: whoever answers is taken, and is nobody yet (RFC 7030, 4.1.1): nothing secret may
  /// be sent, and nothing believed that comes.
  std::string_view anchors = {};
  std::string_view certificate = {};  ///< PEM: ours, its issuers behind it; empty: none is shown
  std::string_view key = {};          ///< PEM: its key
};

class TlsClientStream {
 public:
  using Clock = std::chrono::steady_clock;
  /// Connects and shakes hands. unavailable where nothing answers, or the line breaks off; denied where the server's certificate
  /// is not vouched for by the anchors or names another host; invalid where our own files cannot be used. Ends within 50 ms, with
  /// unavailable, once `cancelled` is set.
  static Result<std::unique_ptr<TlsClientStream>> connect(const TlsClientOptions& options, Clock::time_point deadline,
                                                          const std::atomic<bool>& cancelled);
  virtual ~TlsClientStream() = default;

  virtual Status write(std::string_view bytes) = 0;
  /// How many bytes came; 0 where the server said that nothing more does. unavailable where the line broke off instead.
  virtual Result<std::size_t> read(MutableBytes into) = 0;
  /// From when to when all certificates of the server's path are valid, Unix seconds, both inclusive. Without anchors: the
  /// server's own certificate alone.
  [[nodiscard]] virtual std::int64_t not_before() const = 0;
  [[nodiscard]] virtual std::int64_t not_after() const = 0;
};

}  // namespace greentill::crypto
