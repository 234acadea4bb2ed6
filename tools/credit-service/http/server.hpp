// SPDX-License-Identifier: Apache-2.0
// HTTP over TLS for few and small requests: one a connection, everything bounded. cpp-httplib reads the head that the framing has
// let pass and writes the answer; connections, TLS and bodies are here.
//
// Threads: `kMostConnections`, each with one connection at a time; further ones wait in the kernel.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "daemon/base/ports.hpp"
#include "daemon/crypto/tls_server.hpp"
#include "tools/credit-service/http/messages.hpp"

namespace greentill::credit {

struct HttpOptions {
  std::string host;
  std::uint16_t port = 0;                      ///< 0: any free one
  crypto::TlsServerIdentity identity;          ///< used while start() runs
  std::chrono::milliseconds patience{20'000};  ///< for all of a connection
  std::size_t most_body_bytes = 16u << 10;     ///< a longer one is refused
  /// How a request that was not taken is told, by its status and what was wrong with it; empty: as text.
  std::function<HttpReply(int status, const std::string& why)> tell_fault = {};
};

/// An answering thread's stack.
inline constexpr std::size_t kStackBytes = 2u << 20;

inline constexpr std::size_t kMostConnections = 8;  ///< at once; each costs secure memory while it shakes hands

class HttpServer {
 public:
  using Answer = std::function<HttpReply(const HttpRequest&)>;
  /// Listens on return. `answer` is called from several threads; what it refers to must outlive the server. invalid where
  /// certificate or key cannot be used, io where the address cannot be bound.
  static Result<std::unique_ptr<HttpServer>> start(const HttpOptions& options, Answer answer);
  /// Ends within about a second: what is not answered by then is broken off, and whoever asked asks again.
  virtual ~HttpServer() = default;
  [[nodiscard]] virtual std::uint16_t port() const = 0;
};

}  // namespace greentill::credit
