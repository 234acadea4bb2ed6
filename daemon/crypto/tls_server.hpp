// SPDX-License-Identifier: Apache-2.0
// The server's side of TLS 1.2 and 1.3, for a server that judges its clients itself: whatever certificate a client shows is taken
// as a proof that it has the key, also an expired one or a stranger's, and nothing else is concluded from it here.
// Threads: a context is shared; a stream belongs to one thread.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "daemon/base/error.hpp"
#include "daemon/crypto/certificate.hpp"

struct ssl_ctx_st;
struct ssl_st;

namespace greentill::crypto {

/// Who a TLS server is.
struct TlsServerIdentity {
  std::string_view certificate;          ///< PEM, its issuers' behind it
  std::string_view key;                  ///< PEM, unencrypted
  std::vector<Certificate> authorities;  ///< named to clients, which choose a certificate by them
};

/// Such a server: nothing is resumed or renegotiated, so that a client's certificate is asked for at each connection; a client
/// may have none.
class TlsServerContext {
 public:
  /// invalid where certificate or key cannot be used. The identity is needed during this call alone.
  static Result<TlsServerContext> make(const TlsServerIdentity& identity);

 private:
  friend class TlsServerStream;
  explicit TlsServerContext(std::shared_ptr<ssl_ctx_st> context) : context_(std::move(context)) {}
  std::shared_ptr<ssl_ctx_st> context_;
};

/// One connection, with a deadline for all that happens in it.
class TlsServerStream {
 public:
  using Clock = std::chrono::steady_clock;
  /// Shakes hands. The socket is made non-blocking; it stays the caller's, and open. unavailable, with the cause, where the
  /// client breaks off, speaks no TLS or is too slow.
  static Result<std::unique_ptr<TlsServerStream>> accept(const TlsServerContext& context, int socket, Clock::time_point deadline);
  ~TlsServerStream();
  TlsServerStream(const TlsServerStream&) = delete;
  TlsServerStream& operator=(const TlsServerStream&) = delete;

  /// How many bytes were read, at least one; 0 at the end, at the deadline and after a failure.
  [[nodiscard]] std::size_t read(MutableBytes into);
  /// Whether all bytes were written.
  [[nodiscard]] bool write(std::string_view bytes);
  /// Says that nothing more comes.
  void close();
  /// The client's certificate; nothing where it showed none, or one whose key is not on P-256.
  [[nodiscard]] std::optional<Certificate> peer() const;

 private:
  TlsServerStream(ssl_st* connection, int socket, Clock::time_point deadline)
      : connection_(connection), socket_(socket), deadline_(deadline) {}
  /// Waits for what OpenSSL wants after `result`; false where that is the end.
  bool wait(int result);

  ssl_st* connection_;
  int socket_;
  Clock::time_point deadline_;
  bool broken_ = false;
};

}  // namespace greentill::crypto
