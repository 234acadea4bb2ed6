// SPDX-License-Identifier: Apache-2.0
// The local HTTP API: docs/api.md for people, docs/openapi.yaml for programs. It has threads of its own (reactor.hpp), which call
// only the desk and the reader.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "daemon/api/api_token.hpp"
#include "daemon/api/desk.hpp"
#include "daemon/base/error.hpp"
#include "daemon/base/ports.hpp"
#include "daemon/outbox/outbox.hpp"

namespace greentill::api {

/// How the API is reached, and by whom.
struct Options {
  std::string host = "127.0.0.1";
  std::uint16_t port = 8480;                 ///< 0: any free one
  ApiToken token;                            ///< needed for writing, and for reading off the loopback interface; never empty
  std::vector<std::string> allowed_hosts;    ///< values of the Host header besides the loopback names at our port
  std::vector<std::string> allowed_origins;  ///< values of the Origin header that a browser may call from
  std::size_t max_body_bytes = 8u << 20;     ///< of a request's body, whatever its form
  std::size_t threads = 64;                  ///< how many requests may be answered at once
  int socket = -1;                           ///< listens at host and port already, and is taken over; -1: none does
  std::string claim_link;  ///< the customer's QR link, in which "{secret}" and "{claim}" are filled in; empty: no link
};

/// The running API. Threads: start and destroy from one thread; port() from any.
class Server {
 public:
  /// Binds the address and begins to answer; both are done when this returns. `options` is copied. `desk`, `clock` and `log` must
  /// outlive the server. The server owns `reader` and uses it for one request at a time; its outbox must outlive the server.
  /// invalid where the token is empty, io where the address cannot be bound or the system gives no thread.
  static Result<std::unique_ptr<Server>> start(const Options& options, Desk& desk, std::unique_ptr<outbox::Reader> reader,
                                               Clock& clock, Log& log);
  /// Stops listening, closes idle connections and waits for the requests under way.
  virtual ~Server() = default;
  /// The port it listens on; where 0 was asked for, the one that the system chose.
  [[nodiscard]] virtual std::uint16_t port() const = 0;
  /// The socket that it listens on, which stays the server's.
  [[nodiscard]] virtual int socket() const = 0;
};

}  // namespace greentill::api
