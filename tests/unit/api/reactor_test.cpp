// SPDX-License-Identifier: Apache-2.0
// More connections than threads, and clients that have begun something.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "daemon/api/reactor.hpp"
#include "tests/support/at_rest.hpp"
#include "tests/unit/api/fixture.hpp"

using namespace greentill;
using namespace greentill::test;
using namespace std::chrono_literals;

namespace {

api::Options with_threads(std::size_t threads) {
  api::Options options;
  options.threads = threads;
  return options;
}

using Connections = std::vector<std::unique_ptr<RawConnection>>;

Connections open(std::uint16_t port, std::size_t count, const std::string& bytes) {
  Connections all;
  for (std::size_t i = 0; i < count; ++i) {
    all.push_back(std::make_unique<RawConnection>(port));
    all.back()->send(bytes);
  }
  return all;
}

std::size_t gone(const Connections& connections) {
  return static_cast<std::size_t>(
      std::count_if(connections.begin(), connections.end(), [](const auto& one) { return !one->is_open(); }));
}

// A socket on a free loopback port, for whoever takes it over.
class Loopback {
 public:
  Loopback() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* any = reinterpret_cast<sockaddr*>(&address);
    REQUIRE(::bind(socket_, any, size) == 0);
    REQUIRE(::getsockname(socket_, any, &size) == 0);
    port_ = ntohs(address.sin_port);
  }

  [[nodiscard]] int socket() const { return socket_; }
  [[nodiscard]] std::uint16_t port() const { return port_; }

 private:
  int socket_;
  std::uint16_t port_ = 0;
};

// A client's socket, made while there still are some.
class UnconnectedSocket {
 public:
  UnconnectedSocket() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) { REQUIRE(socket_ >= 0); }
  ~UnconnectedSocket() { ::close(socket_); }
  UnconnectedSocket(const UnconnectedSocket&) = delete;
  UnconnectedSocket& operator=(const UnconnectedSocket&) = delete;
  [[nodiscard]] bool connect(std::uint16_t port) const {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    return ::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  }
  [[nodiscard]] std::string ask(const std::string& request) const {
    std::array<char, 256> answer{};
    if (::send(socket_, request.data(), request.size(), MSG_NOSIGNAL) < 0) return {};
    const ssize_t got = ::recv(socket_, answer.data(), answer.size(), 0);
    return {answer.data(), static_cast<std::size_t>(std::max<ssize_t>(got, 0))};
  }

 private:
  int socket_;
};

api::Patience without_end() {
  api::Patience patience;
  patience.idle = patience.head = kNoEnd;
  return patience;
}

const std::string kRequest = "GET / HTTP/1.1\r\n\r\n";

// A reactor of one thread, which answers nothing until it is let go.
class OneThread {
 public:
  explicit OneThread(const api::Patience& patience = {})
      : reactor_(
            1, [this](api::Connection& connection) { return answer(connection); }, patience) {
    REQUIRE(reactor_.start(Descriptor(listening.socket())).ok());
  }
  ~OneThread() {
    let_go();
    reactor_.stop();
  }
  OneThread(const OneThread&) = delete;
  OneThread& operator=(const OneThread&) = delete;

  void await_request() { first_.get_future().wait(); }
  void let_go() {
    std::call_once(let_go_, [this] { go_.set_value(); });
  }
  // The first lines of what was answered.
  std::vector<std::string> order() {
    const std::lock_guard lock(mutex_);
    return order_;
  }

  Loopback listening;

 private:
  api::Arrival answer(api::Connection& connection) {
    std::call_once(came_, [this] {
      first_.set_value();
      go_.get_future().wait();
    });
    const std::lock_guard lock(mutex_);
    order_.push_back(connection.head().text.substr(0, connection.head().text.find('\r')));
    connection.write("HTTP/1.1 204\r\n\r\n");
    return connection.end_answer(true);
  }

  std::once_flag came_;
  std::once_flag let_go_;
  std::promise<void> first_;
  std::promise<void> go_;
  std::mutex mutex_;
  std::vector<std::string> order_;
  api::Reactor reactor_;
};

}  // namespace

TEST_CASE("reactor: clients that begin a request and leave it at that do not delay another") {
  for (const std::string start : {"G", "GET / HTTP/1.1\r\nX"}) {
    CAPTURE(start);
    const Fixture fixture(with_threads(4));
    // Who had to wait until their time is over would wait for ten seconds, each time.
    CHECK(eventually([&] {
      const Connections silent = open(fixture.port(), 60, start);
      REQUIRE(come_to_rest());
      const auto begin = std::chrono::steady_clock::now();
      CHECK(status_of(fixture.get("/healthz")) == 200);
      return since(begin) < 5s;
    }));
  }
}

TEST_CASE("reactor: clients that leave a refused connection open do not delay another for long") {
  const Fixture fixture(with_threads(4));
  // Each of them is waited for for two seconds.
  CHECK(eventually([&] {
    const Connections refused = open(fixture.port(), 16, "oops\r\n\r\n");
    const auto begin = std::chrono::steady_clock::now();
    CHECK(status_of(fixture.get("/healthz")) == 200);
    return since(begin) < 1s;
  }));
}

TEST_CASE("reactor: kept-open connections stay open while newcomers say nothing") {
  const Fixture fixture(with_threads(8));
  const Connections tills = open(fixture.port(), 4, fixture.request("GET", "/healthz"));
  for (const auto& till : tills) REQUIRE(status_of(till->receive()) == 200);
  const Connections silent = open(fixture.port(), api::kMostWaiting + 20, "G");
  CHECK(eventually([&] { return gone(silent) >= 24; }));
  for (const auto& till : tills) {
    till->send(fixture.request("GET", "/healthz"));
    CHECK(status_of(till->receive()) == 200);
  }
}

TEST_CASE("reactor: no more than a number of connections wait, the latest") {
  OneThread server(without_end());
  const Connections all = open(server.listening.port(), api::kMostWaiting + 10, "");
  CHECK(eventually([&] { return gone(all) == 10; }));
  for (std::size_t i = 0; i < all.size(); ++i) {
    CAPTURE(i);
    CHECK(all[i]->is_open() == (i >= 10));
  }
}

TEST_CASE("reactor: who has something to say is heard first, in order") {
  OneThread server(without_end());
  RawConnection first(server.listening.port());
  first.send("GET /first HTTP/1.1\r\n\r\n");
  server.await_request();
  RawConnection silent(server.listening.port());
  RawConnection half(server.listening.port());
  half.send("GET / HT");
  RawConnection a(server.listening.port());
  a.send("GET /a HTTP/1.1\r\n\r\n");
  RawConnection b(server.listening.port());
  b.send("GET /b HTTP/1.1\r\n\r\n");
  server.let_go();
  CHECK(eventually([&] { return server.order().size() >= 3; }));
  CHECK(server.order() == std::vector<std::string>{"GET /first HTTP/1.1", "GET /a HTTP/1.1", "GET /b HTTP/1.1"});
  half.send("TP/1.1\r\n\r\n");
  CHECK(eventually([&] { return server.order().size() == 4; }));
}

TEST_CASE("reactor: a head that drips, and a connection on which nothing comes, have an end") {
  api::Patience patience;
  SUBCASE("dripping") {
    patience.head = 20ms;
    patience.idle = kNoEnd;
    OneThread server(patience);
    server.let_go();
    RawConnection connection(server.listening.port());
    CHECK(eventually([&] { return !connection.send("x"); }));
  }
  SUBCASE("never used, or used before") {
    patience.idle = 20ms;
    OneThread server(patience);
    server.let_go();
    RawConnection unused(server.listening.port());
    CHECK(unused.ended());
    RawConnection used(server.listening.port());
    used.send(kRequest);
    CHECK(status_of(used.receive()) == 204);
    CHECK(used.ended());
  }
}

TEST_CASE("reactor: a head may come in any pieces, and what is sent ahead is not lost") {
  OneThread server(without_end());
  server.let_go();
  RawConnection connection(server.listening.port());
  const std::string head = "GET /1 HTTP/1.1\r\nHost: x\r\n\r\n";
  for (const char c : head) {
    connection.send({&c, 1});
    CHECK(come_to_rest());
  }
  CHECK(status_of(connection.receive()) == 204);
  connection.send(head + head + head.substr(0, 9));
  CHECK(status_of(connection.receive()) == 204);
  CHECK(status_of(connection.receive()) == 204);
  connection.send(head.substr(9));
  CHECK(status_of(connection.receive()) == 204);
}

TEST_CASE("reactor: without a descriptor left it says so once, gives a silent connection's to a client, and goes on") {
  std::mutex mutex;
  std::vector<std::string> told;
  Loopback listening;
  api::Reactor reactor(
      4,
      [](api::Connection& connection) {
        connection.write("HTTP/1.1 204\r\n\r\n");
        return connection.end_answer(true);
      },
      without_end(),
      [&](const std::string& what) {
        const std::lock_guard lock(mutex);
        told.push_back(what);
      });
  REQUIRE(reactor.start(Descriptor(listening.socket())).ok());
  const auto lines = [&] {
    const std::lock_guard lock(mutex);
    return told.size();
  };
  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_NOFILE, &before) == 0);
  rlimit none = before;
  none.rlim_cur = 0;
  UnconnectedSocket first;
  UnconnectedSocket second;
  RawConnection silent(listening.port());
  REQUIRE(come_to_rest());
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &none) == 0);
  const bool first_connected = first.connect(listening.port());
  const bool was_told = eventually([&] { return lines() == 1; });
  const bool second_connected = second.connect(listening.port());
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &before) == 0);
  CHECK(first_connected);
  CHECK(second_connected);
  CHECK(was_told);
  for (UnconnectedSocket* one : {&first, &second}) CHECK(one->ask(kRequest).starts_with("HTTP/1.1 204"));
  CHECK(silent.ended());
  CHECK(lines() == 1);
  reactor.stop();
  CHECK(told.front().find("the process may open 0 files at once; raise LimitNOFILE") != std::string::npos);
}
