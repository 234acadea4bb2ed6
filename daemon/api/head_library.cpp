// SPDX-License-Identifier: Apache-2.0
#include "daemon/api/head_library.hpp"

#include <fcntl.h>
#include <httplib.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <exception>
#include <utility>

namespace greentill::api {
namespace {

/// Handed from answer() to the handlers by thread: the library gives its handlers nothing of the caller's.
struct Served {
  Exchange* exchange = nullptr;
  bool was_asked = false;  ///< the exchange, for the answer
  bool closes = false;
};
thread_local Served served;

/// Gives the library the head to read and nothing behind it, and takes its answer.
class HeadStream final : public httplib::Stream {
 public:
  explicit HeadStream(Exchange& exchange) : exchange_(exchange), rest_(exchange.head()) {}

  [[nodiscard]] bool is_readable() const override { return true; }
  [[nodiscard]] bool is_writable() const override { return true; }
  ssize_t read(char* into, size_t size) override {
    const std::size_t count = rest_.copy(into, size);
    rest_.remove_prefix(count);
    return static_cast<ssize_t>(count);
  }
  ssize_t write(const char* bytes, size_t size) override {
    return exchange_.write({bytes, size}) ? static_cast<ssize_t>(size) : -1;
  }
  void get_remote_ip_and_port(std::string& ip, int&) const override { ip = exchange_.peer(); }
  void get_local_ip_and_port(std::string&, int&) const override {}
  [[nodiscard]] socket_t socket() const override { return exchange_.socket(); }

 private:
  Exchange& exchange_;
  std::string_view rest_;
};

}  // namespace

class HeadLibrary::Behind final : public httplib::Server {
 public:
  Behind();
  Result<Listening> bind(const std::string& host, std::uint16_t port);
  Result<Listening> bound(Descriptor socket);
  bool answer(Exchange& exchange, bool last);
};

HeadLibrary::Behind::Behind() {
  set_tcp_nodelay(true);  // accepted sockets inherit it from the listening one
  set_pre_routing_handler([](const httplib::Request& request, httplib::Response& response) {
    served.was_asked = true;
    served.exchange->answer(request, response);
    return HandlerResponse::Handled;
  });
  set_exception_handler([](const httplib::Request&, httplib::Response& response, const std::exception_ptr&) {
    response.status = 500;
    served.exchange->fail(response);
  });
  set_error_handler([](const httplib::Request&, httplib::Response& response) {
    if (!served.was_asked) served.exchange->fail(response);
  });
  set_post_routing_handler([](const httplib::Request& request, httplib::Response& response) {
    served.exchange->finish(request, response);
    response.headers.erase("Keep-Alive");
    response.headers.erase("Accept-Ranges");
    served.closes = response.headers.erase("Connection") > 0;
    if (served.closes) response.set_header("Connection", "close");
  });
}

Result<Listening> HeadLibrary::Behind::bind(const std::string& host, std::uint16_t port) {
  set_socket_options([](socket_t socket) {
    const int yes = 1;  // the library's default, SO_REUSEPORT, would let other programs share the port
    ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  });
  errno = 0;
  const int at = port == 0 ? bind_to_any_port(host) : bind_to_port(host, port) ? port : -1;
  if (at < 0) {
    const std::string why = errno != 0 ? std::strerror(errno) : "not an address of this machine";
    return fail(ErrorCode::io, "cannot listen on " + host + ':' + std::to_string(port) + ": " + why);
  }
  // It stays the library's as well, which never closes it: without a socket it breaks off what is sent piece by piece.
  Listening listening{Descriptor(svr_sock_), static_cast<std::uint16_t>(at)};
  if (::fcntl(listening.socket.get(), F_SETFD, FD_CLOEXEC) != 0) {
    return fail(ErrorCode::io, std::string("cannot listen: ") + std::strerror(errno));
  }
  return listening;
}

Result<Listening> HeadLibrary::Behind::bound(Descriptor socket) {
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;
  if (::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&storage), &size) != 0) {
    return fail(ErrorCode::io, std::string("the socket that was kept cannot be used: ") + std::strerror(errno));
  }
  const in_port_t port = storage.ss_family == AF_INET6 ? reinterpret_cast<const sockaddr_in6*>(&storage)->sin6_port
                                                       : reinterpret_cast<const sockaddr_in*>(&storage)->sin_port;
  svr_sock_ = socket.get();
  return Listening{std::move(socket), ntohs(port)};
}

bool HeadLibrary::Behind::answer(Exchange& exchange, bool last) {
  served = {&exchange};
  HeadStream stream(exchange);
  bool closed = false;
  const bool answered = process_request(stream, last, closed, nullptr);
  return answered && !closed && !served.closes;
}

HeadLibrary::HeadLibrary() : behind_(std::make_unique<Behind>()) {}
HeadLibrary::~HeadLibrary() = default;
Result<Listening> HeadLibrary::bind(const std::string& host, std::uint16_t port) { return behind_->bind(host, port); }

Result<Listening> HeadLibrary::bound(Descriptor socket) { return behind_->bound(std::move(socket)); }
bool HeadLibrary::answer(Exchange& exchange, bool last) { return behind_->answer(exchange, last); }

}  // namespace greentill::api
