// SPDX-License-Identifier: Apache-2.0
// cpp-httplib 0.11.4 as both servers use it, the daemon's and the credit service's, and the one place where a server reaches
// behind its public interface: for Server::process_request(), which reads a head, calls the handlers and writes an answer, and
// for the socket that it bound. The public way there, listen_after_bind() with a TaskQueue, will not do:
//  - A task is a whole connection. It holds a thread until it ends, wakes that thread ninety times a second while nothing
//    comes, and loses requests that a client sends ahead of an answer.
//  - Range is matched by std::regex before any handler is asked, which recurses for each byte: 8 KiB of it overflow a stack.
//  - A malformed chunk ends a body without a fault or is passed over, and a header line with a bare LF is passed over.
//  - The accept loop ends for good where the system is short of descriptors or memory, and lets children inherit connections.
// So the servers have the connections, framing checks a head before the library reads it, and the servers read bodies:
// set_pre_routing_handler hands every request to them. The library's routes, whose patterns are regular expressions, and its
// readers, which match the headers of a multipart body's parts by one, are never reached. (Its client has a fault of that kind
// as well: tools/cli/client/bounded_http.hpp.)
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "daemon/base/descriptor.hpp"
#include "daemon/base/error.hpp"

namespace httplib {
struct Request;
struct Response;
}  // namespace httplib

namespace greentill::api {

/// One request, and where its answer goes. Threads: one.
class Exchange {
 public:
  virtual ~Exchange() = default;
  /// The head that the library reads: RequestHead::text.
  [[nodiscard]] virtual std::string_view head() const = 0;
  /// Takes bytes of the answer; false where the client takes no more.
  virtual bool write(std::string_view bytes) = 0;
  /// The client's address.
  [[nodiscard]] virtual const std::string& peer() const = 0;
  /// The connection's; -1: the library is to have none.
  [[nodiscard]] virtual int socket() const = 0;

  /// Writes the answer into `response`. No body has been read by the library.
  virtual void answer(const httplib::Request& request, httplib::Response& response) = 0;
  /// Writes why there is none: answer() threw, or the library did not come so far. `response` has the status.
  virtual void fail(httplib::Response& response) = 0;
  /// Called with every answer before it is sent; it may change the headers. "Connection: close" ends the connection.
  virtual void finish(const httplib::Request& request, httplib::Response& response) = 0;
};

/// A socket that listens, closed for children, and its port.
struct Listening {
  Descriptor socket;
  std::uint16_t port = 0;
};

/// Threads: answer() from many at once, with an exchange each.
class HeadLibrary {
 public:
  HeadLibrary();
  ~HeadLibrary();
  HeadLibrary(const HeadLibrary&) = delete;
  HeadLibrary& operator=(const HeadLibrary&) = delete;

  /// Binds the address and listens; port 0 takes any free one. io where that cannot be.
  Result<Listening> bind(const std::string& host, std::uint16_t port);
  /// The same of a socket that was bound before, as bind() does it. io where it cannot be used.
  Result<Listening> bound(Descriptor socket);
  /// Reads the head, has it answered and writes the answer. Whether the connection may go on; not where this is its `last`.
  [[nodiscard]] bool answer(Exchange& exchange, bool last);

 private:
  class Behind;
  const std::unique_ptr<Behind> behind_;
};

}  // namespace greentill::api
