// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/http/server.hpp"

#include <fcntl.h>
#include <httplib.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <cstring>
#include <mutex>
#include <set>
#include <thread>

#include "daemon/api/framing.hpp"
#include "daemon/base/descriptor.hpp"

namespace greentill::credit {
namespace {

using TlsClock = crypto::TlsServerStream::Clock;

constexpr std::chrono::milliseconds kLastMoment{1'000};  // for connections under way when the server ends

/// What the library's handler knows of the connection that it answers.
struct Exchange {
  const api::RequestHead& head;
  HttpRequest request;
  const HttpOptions& options;
  bool has_body = true;  ///< all of it came
};
thread_local Exchange* exchange = nullptr;

/// Gives the library the head, and takes its answer.
class HeadAndAnswer final : public httplib::Stream {
 public:
  HeadAndAnswer(std::string_view head, crypto::TlsServerStream& tls, const std::string& address)
      : rest_(head), tls_(tls), address_(address) {}
  [[nodiscard]] bool is_readable() const override { return true; }
  [[nodiscard]] bool is_writable() const override { return true; }
  ssize_t read(char* into, size_t size) override {
    const std::size_t count = rest_.copy(into, size);
    rest_.remove_prefix(count);
    return static_cast<ssize_t>(count);
  }
  ssize_t write(const char* bytes, size_t size) override { return tls_.write({bytes, size}) ? static_cast<ssize_t>(size) : -1; }
  void get_remote_ip_and_port(std::string& ip, int&) const override { ip = address_; }
  void get_local_ip_and_port(std::string&, int&) const override {}
  [[nodiscard]] socket_t socket() const override { return INVALID_SOCKET; }

 private:
  std::string_view rest_;
  crypto::TlsServerStream& tls_;
  const std::string& address_;
};

/// Its sockets and accept loop are not used: it ends for good where the system is short of memory, and hands on connections
/// without a bound.
class Library final : public httplib::SSLServer {
 public:
  /// `set_up`: whether that identity can be used.
  Library(const crypto::TlsServerIdentity& identity, const HttpServer::Answer& answer, Status& set_up)
      : httplib::SSLServer([&](SSL_CTX& context) {
          set_up = crypto::set_up_tls_server(context, identity);
          return set_up.ok();
        }) {
    set_tcp_nodelay(true);
    set_pre_routing_handler([&answer](const httplib::Request& request, httplib::Response& response) {
      respond(request, response, answer);
      return HandlerResponse::Handled;
    });
    set_exception_handler(
        [](const httplib::Request&, httplib::Response& response, const std::exception_ptr&) { response.status = 500; });
    set_post_routing_handler([](const httplib::Request&, httplib::Response& response) {
      response.headers.erase("Accept-Ranges");
      response.set_header("Cache-Control", "no-store");
    });
  }

  Result<Descriptor> bind(const std::string& host, std::uint16_t& port) {
    set_socket_options([](socket_t socket) {
      const int yes = 1;  // the library's default, SO_REUSEPORT, would let other programs share the port
      ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    });
    errno = 0;
    const int at = port == 0 ? bind_to_any_port(host) : bind_to_port(host, port) ? port : -1;
    if (at < 0) {
      return fail(ErrorCode::io, "cannot listen on " + host + ':' + std::to_string(port) + ": " +
                                     (errno != 0 ? std::strerror(errno) : "not an address of this machine"));
    }
    port = static_cast<std::uint16_t>(at);
    return Descriptor(svr_sock_.exchange(INVALID_SOCKET));
  }

  void answer(std::string_view head, crypto::TlsServerStream& tls, const std::string& address) {
    HeadAndAnswer stream(head, tls, address);
    bool closed = false;
    process_request(stream, true, closed, nullptr);
  }

 private:
  static HttpReply tell(int status, const std::string& why) {
    if (exchange->options.tell_fault) return exchange->options.tell_fault(status, why);
    return {status, "text/plain", why + '\n', {}};
  }

  static void respond(const httplib::Request& request, httplib::Response& response, const HttpServer::Answer& answer) {
    HttpReply reply;
    if (const int fault = exchange->head.fault_status; fault != 0) {
      reply = tell(fault, "the request is malformed, or too large");
    } else if (exchange->head.chunked) {
      reply = tell(411, "say the body's length; chunks are not taken");
    } else if (exchange->head.length.value_or(0) > exchange->options.most_body_bytes) {
      reply = tell(413, "the body is longer than anything that is taken here");
    } else if (!exchange->has_body) {
      reply = tell(408, "the body did not come in time");
    } else {
      HttpRequest& asked = exchange->request;
      asked.method = request.method;
      asked.path = request.path;
      asked.content_type = request.get_header_value("Content-Type");
      asked.authorization = request.get_header_value("Authorization");
      asked.accept = request.get_header_value("Accept");
      asked.if_match = request.get_header_value("If-Match");
      asked.if_none_match = request.get_header_value("If-None-Match");
      asked.idempotency_key = request.get_header_value("Idempotency-Key");
      for (const auto& [name, value] : request.params) asked.parameters.emplace_back(name, value);
      reply = answer(asked);
    }
    response.status = reply.status;
    response.set_content(reply.body, reply.content_type);
    for (const auto& [name, value] : reply.headers) response.set_header(name, value);
  }
};

std::string address_of(const sockaddr_storage& peer) {
  char text[INET6_ADDRSTRLEN] = "?";
  if (peer.ss_family == AF_INET) {
    ::inet_ntop(AF_INET, &reinterpret_cast<const sockaddr_in&>(peer).sin_addr, text, sizeof text);
  } else if (peer.ss_family == AF_INET6) {
    ::inet_ntop(AF_INET6, &reinterpret_cast<const sockaddr_in6&>(peer).sin6_addr, text, sizeof text);
  }
  return text;
}

/// The sockets of connections under way. A socket is closed only after it was removed, so that no other one is broken off.
class Serving {
 public:
  /// False once the others were broken off.
  bool add(int socket) {
    const std::scoped_lock lock(mutex_);
    if (!broken_off_) sockets_.insert(socket);
    return !broken_off_;
  }
  void remove(int socket) {
    {
      const std::scoped_lock lock(mutex_);
      sockets_.erase(socket);
    }
    removed_.notify_all();
  }
  /// Waits until none is left, but no longer than that; the rest ends for both sides.
  void break_off(std::chrono::milliseconds patience) {
    std::unique_lock lock(mutex_);
    removed_.wait_for(lock, patience, [this] { return sockets_.empty(); });
    broken_off_ = true;
    for (const int socket : sockets_) ::shutdown(socket, SHUT_RDWR);
  }

 private:
  std::mutex mutex_;
  std::condition_variable removed_;
  std::set<int> sockets_;
  bool broken_off_ = false;
};

class TlsHttpServer final : public HttpServer {
 public:
  TlsHttpServer(const HttpOptions& options, Answer answer)
      : answer_(std::move(answer)), options_(without_identity(options)), library_(options.identity, answer_, set_up_) {}
  ~TlsHttpServer() override {
    stopping_ = true;
    const std::uint64_t one = 1;
    if (wake_ && ::write(wake_.get(), &one, sizeof one) < 0) std::abort();  // an event counter takes a 1
    serving_.break_off(kLastMoment);
    for (std::thread& thread : threads_) thread.join();
  }

  Status listen(const std::string& host, std::uint16_t port) {
    if (!set_up_) return set_up_;
    port_ = port;
    auto bound = library_.bind(host, port_);
    if (!bound) return Failure{bound.error()};
    listening_ = std::move(*bound);
    wake_ = Descriptor(::eventfd(0, EFD_CLOEXEC));
    const int flags = ::fcntl(listening_.get(), F_GETFL);
    if (!wake_ || ::fcntl(listening_.get(), F_SETFL, flags | O_NONBLOCK) != 0 ||
        ::fcntl(listening_.get(), F_SETFD, FD_CLOEXEC) != 0) {
      return fail(ErrorCode::io, std::string("cannot listen: ") + std::strerror(errno));
    }
    try {
      for (std::size_t i = 0; i < kMostConnections; ++i) threads_.emplace_back([this] { serve_all(); });
    } catch (const std::system_error& error) {
      return fail(ErrorCode::io, std::string("the system gives no thread: ") + error.what());
    }
    return Done{};
  }
  [[nodiscard]] std::uint16_t port() const override { return port_; }

 private:
  /// It is used while the server starts, and its texts are gone afterwards.
  static HttpOptions without_identity(HttpOptions options) {
    options.identity = {};
    return options;
  }

  void serve_all() {
    while (!stopping_) {
      pollfd entries[] = {{listening_.get(), POLLIN, 0}, {wake_.get(), POLLIN, 0}};
      if (::poll(entries, 2, -1) < 0 || entries[1].revents != 0) continue;
      sockaddr_storage peer{};
      socklen_t size = sizeof peer;
      const Descriptor socket(::accept4(listening_.get(), reinterpret_cast<sockaddr*>(&peer), &size, SOCK_CLOEXEC));
      if (socket) {
        if (!serving_.add(socket.get())) return;
        serve(socket.get(), address_of(peer));
        serving_.remove(socket.get());
      } else if (errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == ENOBUFS) {
        // What waits is taken once there is room again.
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
      }
    }
  }

  void serve(int socket, const std::string& address) {
    const auto deadline = TlsClock::now() + options_.patience;
    const auto tls = crypto::TlsServerStream::accept(*library_.ssl_context(), socket, deadline);
    if (!tls) return;  // whoever knocks and goes leaves no line
    api::Input input;
    const auto more = [&] {
      Bytes<4096> piece;
      const std::size_t count = (*tls)->read(piece);
      input.append(as_text(ByteView(piece).first(count)));
      return count > 0;
    };
    auto head = api::parse_head(input.rest());
    while (!head && more()) head = api::parse_head(input.rest());
    if (!head) return;
    input.take(head->bytes);
    Exchange now{*head, {}, options_};
    const bool is_taken = head->fault_status == 0 && !head->chunked && head->length.value_or(0) <= options_.most_body_bytes;
    if (is_taken) {
      now.has_body = api::read_body(*head, input, more, [&](std::string_view piece) {
        now.request.body += piece;
        return true;
      });
    }
    now.request.address = address;
    now.request.peer = (*tls)->peer();
    exchange = &now;
    library_.answer(head->text, **tls, address);
    exchange = nullptr;
    (*tls)->close();
    if (!is_taken) drain(socket, deadline);
  }

  /// A socket that is closed with bytes in it resets the connection, and the answer may be lost.
  static void drain(int socket, TlsClock::time_point deadline) {
    ::shutdown(socket, SHUT_WR);
    Bytes<4096> piece;
    constexpr int kMostPieces = 64;
    for (int i = 0; i < kMostPieces; ++i) {
      const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - TlsClock::now()).count();
      pollfd entry{socket, POLLIN, 0};
      if (left <= 0 || ::poll(&entry, 1, static_cast<int>(std::min<std::int64_t>(left, 2'000))) <= 0) return;
      if (::recv(socket, piece.data(), piece.size(), MSG_DONTWAIT) <= 0) return;
    }
  }

  const Answer answer_;
  const HttpOptions options_;
  Status set_up_ = Done{};
  Library library_;
  Descriptor listening_;
  Descriptor wake_;
  std::uint16_t port_ = 0;
  std::atomic<bool> stopping_{false};
  Serving serving_;
  std::vector<std::thread> threads_;
};

}  // namespace

Result<std::unique_ptr<HttpServer>> HttpServer::start(const HttpOptions& options, Answer answer) {
  auto server = std::make_unique<TlsHttpServer>(options, std::move(answer));
  if (Status listening = server->listen(options.host, options.port); !listening) return Failure{listening.error()};
  return std::unique_ptr<HttpServer>(std::move(server));
}

}  // namespace greentill::credit
