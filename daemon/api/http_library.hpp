// SPDX-License-Identifier: Apache-2.0
// cpp-httplib 0.11.4, and the one place that reaches behind its public interface: for Server::process_request(), which parses a
// head, calls the handlers and writes an answer. The public way there, listen_after_bind() with a TaskQueue, will not do:
//  - A task is a whole connection. It holds a thread until it ends, wakes it ninety times a second while nothing comes, and loses
//    what was sent ahead of an answer.
//  - Nothing bounds a head as a whole, in bytes or in time, nor the time of a body or of an answer.
//  - Range is matched by std::regex before any handler is asked, which recurses for each byte: 8 KiB of it overflow a stack.
//  - A malformed chunk ends a body without a fault or is passed over, and a header line with a bare LF is passed over.
//  - The accept loop ends for good where the system is short of descriptors or memory, and lets children inherit connections.
// So connections are the reactor's, a head is framing's before the library reads it, and bodies are read by the handler, which
// set_pre_routing_handler asks for everything: the library's routes, whose patterns are regular expressions, and its readers,
// which match the headers of a multipart body's parts by one, are never come to. Private to daemon/api.
#pragma once

#include <httplib.h>

#include <string>

#include "daemon/api/connection.hpp"
#include "daemon/base/error.hpp"

namespace greentill::api {

/// What answers the requests. A "Connection: close" in an answer ends the connection. Threads: called from many at once.
class RequestHandler {
 public:
  virtual ~RequestHandler() = default;
  /// The body is still to be read, from the connection.
  virtual void answer(const httplib::Request& request, httplib::Response& response, Connection& connection) = 0;
  /// The last word on every answer's headers.
  virtual void finish(const httplib::Request& request, httplib::Response& response) = 0;
};

/// A listening socket, and the port it has.
struct Bound {
  int socket = -1;
  std::uint16_t port = 0;
};

class HttpLibrary final : private httplib::Server {
 public:
  explicit HttpLibrary(RequestHandler& handler);

  /// port 0: any free one. The socket is the caller's.
  Result<Bound> bind(const std::string& host, std::uint16_t port);
  /// Requires: a whole head.
  Arrival answer(Connection& connection);
};

}  // namespace greentill::api
