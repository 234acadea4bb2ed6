// SPDX-License-Identifier: Apache-2.0
// cpp-httplib 0.11.4, and the one place that reaches behind its public interface: for Server::process_request(), which parses a
// head, calls the handlers and writes an answer. The public way there, listen_after_bind() with a TaskQueue, will not do:
//  - A task is a whole connection. It holds a thread until it ends, wakes it ninety times a second while nothing comes, and loses
// A task is a whole connection. It holds a thread until the connection ends, wakes that thread ninety times a second while
// nothing comes, and loses requests that a client sends ahead of an answer.
//  - Range is matched by std::regex before any handler is asked, which recurses for each byte: 8 KiB of it overflow a stack.
//  - A malformed chunk ends a body without a fault or is passed over, and a header line with a bare LF is passed over.
//  - The accept loop ends for good where the system is short of descriptors or memory, and lets children inherit connections.
// So the reactor has the connections, framing checks a head before the library reads it, and the handler reads bodies:
// set_pre_routing_handler hands every request to it. The library's routes, whose patterns are regular expressions, and its
// readers, which match the headers of a multipart body's parts by one, are never reached. Private to daemon/api.
#pragma once

#include <httplib.h>

#include <string>

#include "daemon/api/connection.hpp"
#include "daemon/base/error.hpp"

namespace greentill::api {

/// Answers the requests. A "Connection: close" header in an answer ends the connection. Threads: called from many at once.
class RequestHandler {
 public:
  virtual ~RequestHandler() = default;
  /// Writes the answer into `response`. The body has not been read yet; the handler reads it from the connection.
  virtual void answer(const httplib::Request& request, httplib::Response& response, Connection& connection) = 0;
  /// Called with every answer before it is sent; it may change the headers.
  virtual void finish(const httplib::Request& request, httplib::Response& response) = 0;
};

/// A listening socket and its port.
struct Bound {
  int socket = -1;
  std::uint16_t port = 0;
};

class HttpLibrary final : private httplib::Server {
 public:
  explicit HttpLibrary(RequestHandler& handler);

  /// Binds the address and listens; port 0 takes any free one. The caller closes the socket.
  Result<Bound> bind(const std::string& host, std::uint16_t port);
  /// The same of a socket that was bound before, as bind() does it.
  static Result<Bound> bound(int socket);
  /// Answers the request whose head the connection holds. Requires: the head is whole.
  Arrival answer(Connection& connection);
};

}  // namespace greentill::api
