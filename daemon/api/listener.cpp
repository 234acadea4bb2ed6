// SPDX-License-Identifier: Apache-2.0
#include "daemon/api/listener.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstring>
#include <exception>
#include <string_view>

namespace greentill::api {
namespace {

using namespace std::chrono_literals;

// Between a request's handlers and the loop around them: cpp-httplib hands no state from one to the other.
thread_local bool close_connection = false;
thread_local Connection* served = nullptr;

// RFC 9112, 3.2.2: of "GET http://host/path" the target's host counts, not the header's. The header must be there all the same,
// once.
void resolve_absolute_target(httplib::Request& request) {
  constexpr std::string_view kScheme = "http://";
  const std::string target = request.path;
  std::string scheme = target.substr(0, kScheme.size());
  std::transform(scheme.begin(), scheme.end(), scheme.begin(), [](unsigned char c) { return std::tolower(c); });
  if (scheme != kScheme || request.get_header_value_count("Host") != 1) return;
  const std::size_t path = std::min(target.find('/', kScheme.size()), target.size());
  request.headers.erase("Host");
  request.headers.emplace("Host", target.substr(kScheme.size(), path - kScheme.size()));
  request.path = path < target.size() ? target.substr(path) : "/";
}

}  // namespace

Listener::Listener(RequestHandler& handler, std::size_t threads, const std::string& post_path)
    : pool_(threads, [this](int socket) { serve(socket); }) {
  set_tcp_nodelay(true);
  set_socket_options([](socket_t socket) {
    const int yes = 1;
    ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  });
  set_pre_routing_handler([&handler](const httplib::Request& request, httplib::Response& response) {
    return handler.answer(request, response) ? HandlerResponse::Handled : HandlerResponse::Unhandled;
  });
  Post(post_path, [&handler](const httplib::Request& request, httplib::Response& response, const httplib::ContentReader& body) {
    if (!request.has_header("Transfer-Encoding")) return handler.answer_post(request, response, body);
    const auto read_chunks = [](const httplib::ContentReceiver& receive) { return served->read_chunks(receive); };
    handler.answer_post(request, response, httplib::ContentReader(read_chunks, nullptr));
  });
  set_exception_handler([&handler](const httplib::Request& request, httplib::Response& response, const std::exception_ptr&) {
    response.status = 500;
    response.body.clear();
    handler.explain(request, response);
  });
  set_error_handler([&handler](const httplib::Request& request, httplib::Response& response) {
    if (response.body.empty()) handler.explain(request, response);
  });
  set_post_routing_handler([&handler](const httplib::Request& request, httplib::Response& response) {
    handler.finish(request, response);
    response.headers.erase("Keep-Alive");
    response.headers.erase("Accept-Ranges");
    close_connection = response.headers.erase("Connection") > 0;
    if (close_connection) response.set_header("Connection", "close");
  });
}

Listener::~Listener() { stop(); }

Status Listener::bind(const std::string& host, std::uint16_t port) {
  errno = 0;
  const int bound = port == 0 ? bind_to_any_port(host) : bind_to_port(host, port) ? port : -1;
  if (bound < 0) {
    const std::string why = errno != 0 ? std::strerror(errno) : "not an address of this machine";
    return fail(ErrorCode::io, "cannot listen on " + host + ':' + std::to_string(port) + ": " + why);
  }
  port_ = static_cast<std::uint16_t>(bound);
  // The library's queue of five is full before this thread has woken: who finds it full tries again a second later.
  (void)::listen(svr_sock_, SOMAXCONN);
  if (pool_.give_way_event() < 0 || pool_.stop_event() < 0) {
    return fail(ErrorCode::io, "cannot make an event for the connections: out of file descriptors");
  }
  return Done{};
}

void Listener::start() {
  thread_ = std::thread([this] { accept_loop(); });
}

void Listener::stop() {
  if (stopping_.exchange(true)) return;
  const int socket = svr_sock_.exchange(INVALID_SOCKET);
  if (socket != INVALID_SOCKET) ::shutdown(socket, SHUT_RDWR);
  if (thread_.joinable()) thread_.join();
  pool_.stop();
  if (socket != INVALID_SOCKET) ::close(socket);
}

void Listener::accept_loop() {
  const int listening = svr_sock_;
  while (!stopping_) {
    const int socket = ::accept4(listening, nullptr, nullptr, SOCK_CLOEXEC);
    if (socket >= 0) {
      const int yes = 1;
      ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
      pool_.enqueue(socket);
    } else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
      std::this_thread::sleep_for(10ms);  // there is nothing to wait on: the connection stays in the queue until there is room
    }
  }
}

void Listener::serve(int socket) noexcept {
  Connection connection(socket, pool_);
  served = &connection;
  close_connection = false;
  try {
    bool newcomer = true;
    while (!stopping_ && connection.wait_for_request(newcomer) && serve_request(connection)) newcomer = false;
    if (close_connection) connection.linger();
  } catch (const std::exception&) {
    // Out of memory while an answer was written: this connection ends, the others go on.
  }
}

bool Listener::serve_request(Connection& connection) {
  close_connection = false;
  connection.begin_headers();
  bool closed = false;
  const bool answered = process_request(connection, false, closed, [&](httplib::Request& request) {
    connection.end_headers();
    pool_.settle();
    resolve_absolute_target(request);
    request.ranges.clear();
    request.headers.erase("Accept-Encoding");
  });
  return connection.flush() && answered && !closed && !close_connection;
}

}  // namespace greentill::api
