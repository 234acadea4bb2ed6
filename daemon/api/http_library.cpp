// SPDX-License-Identifier: Apache-2.0
#include "daemon/api/http_library.hpp"

#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <exception>
#include <string_view>

#include "daemon/api/problem.hpp"

namespace greentill::api {
namespace {

// Handed from answer() to the handlers by thread: the library gives its handlers nothing of the caller's.
thread_local Connection* served = nullptr;
thread_local bool close_connection = false;

// Gives the library the head to read, and nothing behind it.
class HeadStream final : public httplib::Stream {
 public:
  explicit HeadStream(Connection& connection) : connection_(connection), rest_(connection.head().text) {}

  [[nodiscard]] bool is_readable() const override { return true; }
  [[nodiscard]] bool is_writable() const override { return true; }
  ssize_t read(char* into, size_t size) override {
    const std::size_t count = rest_.copy(into, size);
    rest_.remove_prefix(count);
    return static_cast<ssize_t>(count);
  }
  ssize_t write(const char* bytes, size_t size) override {
    return connection_.write({bytes, size}) ? static_cast<ssize_t>(size) : -1;
  }
  void get_remote_ip_and_port(std::string& ip, int&) const override { ip = connection_.peer(); }
  void get_local_ip_and_port(std::string&, int&) const override {}
  [[nodiscard]] socket_t socket() const override { return connection_.socket(); }

 private:
  Connection& connection_;
  std::string_view rest_;
};

}  // namespace

HttpLibrary::HttpLibrary(RequestHandler& handler) {
  set_tcp_nodelay(true);  // accepted sockets inherit it from the listening one
  set_pre_routing_handler([&handler](const httplib::Request& request, httplib::Response& response) {
    const int fault = served->head().fault_status;
    if (fault != 0) {
      refuse(response, from_status(fault));
    } else {
      handler.answer(request, response, *served);
    }
    return HandlerResponse::Handled;
  });
  set_exception_handler([](const httplib::Request&, httplib::Response& response, const std::exception_ptr&) {
    refuse(response, from_status(500));
  });
  set_error_handler([](const httplib::Request&, httplib::Response& response) {
    if (response.body.empty()) refuse(response, from_status(response.status));
  });
  set_post_routing_handler([&handler](const httplib::Request& request, httplib::Response& response) {
    handler.finish(request, response);
    response.headers.erase("Keep-Alive");
    response.headers.erase("Accept-Ranges");
    close_connection = response.headers.erase("Connection") > 0;
    if (close_connection) response.set_header("Connection", "close");
  });
}

Result<Bound> HttpLibrary::bind(const std::string& host, std::uint16_t port) {
  Bound bound;
  set_socket_options([&bound](socket_t socket) {
    const int yes = 1;  // the library's default, SO_REUSEPORT, would let other programs share the port
    ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    bound.socket = socket;  // the library tries one address after the other: the last socket is the one it keeps
  });
  errno = 0;
  const int at = port == 0 ? bind_to_any_port(host) : bind_to_port(host, port) ? port : -1;
  if (at < 0) {
    const std::string why = errno != 0 ? std::strerror(errno) : "not an address of this machine";
    return fail(ErrorCode::io, "cannot listen on " + host + ':' + std::to_string(port) + ": " + why);
  }
  bound.port = static_cast<std::uint16_t>(at);
  return bound;
}

Result<Bound> HttpLibrary::bound(int socket) {
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;
  if (::getsockname(socket, reinterpret_cast<sockaddr*>(&storage), &size) != 0) {
    return fail(ErrorCode::io, std::string("the socket that was kept cannot be used: ") + std::strerror(errno));
  }
  const in_port_t port = storage.ss_family == AF_INET6 ? reinterpret_cast<const sockaddr_in6*>(&storage)->sin6_port
                                                       : reinterpret_cast<const sockaddr_in*>(&storage)->sin_port;
  return Bound{socket, ntohs(port)};
}

Arrival HttpLibrary::answer(Connection& connection) {
  served = &connection;
  close_connection = false;
  HeadStream stream(connection);
  bool closed = false;
  const bool answered = process_request(stream, false, closed, nullptr);
  return connection.end_answer(answered && !closed && !close_connection);
}

}  // namespace greentill::api
