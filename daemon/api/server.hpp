// SPDX-License-Identifier: Apache-2.0
// The local HTTP API: docs/api.md for people, docs/openapi.yaml for programs. cpp-httplib keeps its own threads and only calls
// the desk and the reader.
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

struct Options {
  std::string host = "127.0.0.1";
  std::uint16_t port = 8480;                 ///< 0: any free one
  ApiToken token;                            ///< for writing; never empty
  std::vector<std::string> allowed_hosts;    ///< Host header values besides the loopback names at our port
  std::vector<std::string> allowed_origins;  ///< Origin header values that may call from a browser
  std::size_t max_body_bytes = 8u << 20;
  std::size_t threads = 64;  ///< requests answered at once
  std::string claim_link;    ///< template of the customer's QR link: "{secret}" and "{claim}" are filled in; empty: no link
};

class Server {
 public:
  /// Binds and starts to listen; the port is bound when this returns. All references must outlive the server.
  /// `reader` is used under a lock by one request at a time.
  static Result<std::unique_ptr<Server>> start(const Options& options, Desk& desk, std::unique_ptr<outbox::Reader> reader,
                                               Clock& clock, Log& log);
  /// Stops listening and waits for the requests under way.
  virtual ~Server() = default;
  [[nodiscard]] virtual std::uint16_t port() const = 0;
};

}  // namespace greentill::api
