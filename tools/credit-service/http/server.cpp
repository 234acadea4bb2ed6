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
#include "daemon/api/head_library.hpp"
#include "daemon/base/descriptor.hpp"
#include "daemon/base/sized_thread.hpp"

namespace greentill::credit {
namespace {

using TlsClock = crypto::TlsServerStream::Clock;

constexpr std::chrono::milliseconds kLastMoment{1'000};  // for connections under way when the server ends

/// A request and where its answer goes.
class Served final : public api::Exchange {
 public:
  /// All must outlive it. `has_body`: all of it came.
  Served(const api::RequestHead& head, HttpRequest& request, bool has_body, crypto::TlsServerStream& tls,
         const HttpOptions& options, const HttpServer::Answer& answer)
      : head_(head), request_(request), has_body_(has_body), tls_(tls), options_(options), answer_(answer) {}

  [[nodiscard]] std::string_view head() const override { return head_.text; }
  bool write(std::string_view bytes) override { return tls_.write(bytes); }
  [[nodiscard]] const std::string& peer() const override { return request_.address; }
  [[nodiscard]] int socket() const override { return -1; }  // answers are sent at one go
  void answer(const httplib::Request& request, httplib::Response& response) override { put(reply_to(request), response); }
  void fail(httplib::Response& response) override { put(tell(response.status, "the request could not be answered"), response); }
  void finish(const httplib::Request&, httplib::Response& response) override { response.set_header("Cache-Control", "no-store"); }

 private:
  [[nodiscard]] HttpReply tell(int status, const std::string& why) const {
    if (options_.tell_fault) return options_.tell_fault(status, why);
    return {status, "text/plain", why + '\n', {}};
  }

  HttpReply reply_to(const httplib::Request& request) {
    if (head_.fault_status != 0) return tell(head_.fault_status, "the request is malformed, or too large");
    if (head_.chunked) return tell(411, "say the body's length; chunks are not taken");
    if (head_.length.value_or(0) > options_.most_body_bytes) {
      return tell(413, "the body is longer than anything that is taken here");
    }
    if (!has_body_) return tell(408, "the body did not come in time");
    request_.method = request.method;
    request_.path = request.path;
    request_.content_type = request.get_header_value("Content-Type");
    request_.authorization = request.get_header_value("Authorization");
    request_.accept = request.get_header_value("Accept");
    request_.if_match = request.get_header_value("If-Match");
    request_.if_none_match = request.get_header_value("If-None-Match");
    request_.idempotency_key = request.get_header_value("Idempotency-Key");
    for (const auto& [name, value] : request.params) request_.parameters.emplace_back(name, value);
    return answer_(request_);
  }

  static void put(const HttpReply& reply, httplib::Response& response) {
    response.status = reply.status;
    response.set_content(reply.body, reply.content_type);
    for (const auto& [name, value] : reply.headers) response.set_header(name, value);
  }

  const api::RequestHead& head_;
  HttpRequest& request_;
  const bool has_body_;
  crypto::TlsServerStream& tls_;
  const HttpOptions& options_;
  const HttpServer::Answer& answer_;
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
  TlsHttpServer(const HttpOptions& options, Answer answer) : answer_(std::move(answer)), options_(without_identity(options)) {}
  ~TlsHttpServer() override {
    stopping_ = true;
    const std::uint64_t one = 1;
    if (wake_ && ::write(wake_.get(), &one, sizeof one) < 0) std::abort();  // an event counter takes a 1
    serving_.break_off(kLastMoment);
    for (SizedThread& thread : threads_) thread.join();
  }

  Status listen(const HttpOptions& options) {
    auto context = crypto::TlsServerContext::make(options.identity);
    if (!context) return Failure{context.error()};
    context_ = std::move(*context);
    auto bound = library_.bind(options.host, options.port);
    if (!bound) return Failure{bound.error()};
    port_ = bound->port;
    listening_ = std::move(bound->socket);
    wake_ = Descriptor(::eventfd(0, EFD_CLOEXEC));
    if (!wake_ || ::fcntl(listening_.get(), F_SETFL, ::fcntl(listening_.get(), F_GETFL) | O_NONBLOCK) != 0) {
      return fail(ErrorCode::io, std::string("cannot listen: ") + std::strerror(errno));
    }
    for (std::size_t i = 0; i < kMostConnections; ++i) {
      const auto thread = SizedThread::start(kStackBytes, [this] { serve_all(); });
      if (!thread) return fail(ErrorCode::io, "cannot listen: the system gives no thread");
      threads_.push_back(*thread);
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
    const auto tls = crypto::TlsServerStream::accept(*context_, socket, deadline);
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
    HttpRequest request;
    bool has_body = true;
    const bool is_taken = head->fault_status == 0 && !head->chunked && head->length.value_or(0) <= options_.most_body_bytes;
    if (is_taken) {
      has_body = api::read_body(*head, input, more, [&](std::string_view piece) {
        request.body += piece;
        return true;
      });
    }
    request.address = address;
    request.peer = (*tls)->peer();
    Served served(*head, request, has_body, **tls, options_, answer_);
    static_cast<void>(library_.answer(served, true));
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
  std::optional<crypto::TlsServerContext> context_;
  api::HeadLibrary library_;
  Descriptor listening_;
  Descriptor wake_;
  std::uint16_t port_ = 0;
  std::atomic<bool> stopping_{false};
  Serving serving_;
  std::vector<SizedThread> threads_;
};

}  // namespace

Result<std::unique_ptr<HttpServer>> HttpServer::start(const HttpOptions& options, Answer answer) {
  auto server = std::make_unique<TlsHttpServer>(options, std::move(answer));
  if (Status listening = server->listen(options); !listening) return Failure{listening.error()};
  return std::unique_ptr<HttpServer>(std::move(server));
}

}  // namespace greentill::credit
