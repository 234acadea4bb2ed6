// SPDX-License-Identifier: Apache-2.0
// More connections than threads, and what those do that hold one.
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "daemon/api/connection.hpp"
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

Connections open(const Fixture& fixture, std::size_t count, const std::string& bytes) {
  Connections all;
  for (std::size_t i = 0; i < count; ++i) {
    all.push_back(std::make_unique<RawConnection>(fixture.port()));
    all.back()->send(bytes);
  }
  return all;
}

// A pool of one thread, which serves its first connection until it is let go.
class BusyPool {
 public:
  BusyPool() {
    add();
    served_.get_future().wait();
  }
  ~BusyPool() {
    let_go();
    pool.stop();
    for (const int peer : peers_) ::close(peer);
  }
  BusyPool(const BusyPool&) = delete;
  BusyPool& operator=(const BusyPool&) = delete;

  void add(const std::string& bytes = "") {
    int ends[2];
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
    if (!bytes.empty()) REQUIRE(::send(ends[1], bytes.data(), bytes.size(), 0) > 0);
    peers_.push_back(ends[1]);
    pool.enqueue(ends[0]);
  }
  void let_go() {
    if (!std::exchange(gone_, true)) go_.set_value();
  }
  [[nodiscard]] bool is_closed(std::size_t connection) const {
    char byte = 0;
    return ::recv(peers_[connection], &byte, 1, MSG_DONTWAIT) == 0;
  }
  // What the pool's thread read first of each connection.
  std::vector<std::string> order() {
    const std::lock_guard lock(mutex_);
    return order_;
  }

 private:
  void serve(int socket) {
    if (first_) {
      first_ = false;
      served_.set_value();
      go_.get_future().wait();
    } else {
      std::array<char, 64> bytes;
      const ssize_t count = ::recv(socket, bytes.data(), bytes.size(), MSG_DONTWAIT);
      const std::lock_guard lock(mutex_);
      order_.emplace_back(bytes.data(), count > 0 ? static_cast<std::size_t>(count) : 0);
    }
    ::close(socket);
  }

  std::promise<void> served_;
  std::promise<void> go_;
  bool gone_ = false;
  bool first_ = true;
  std::mutex mutex_;
  std::vector<std::string> order_;
  std::vector<int> peers_;

 public:
  api::ConnectionPool pool{1, [this](int socket) { serve(socket); }};
};

}  // namespace

TEST_CASE("giving way: clients that begin a request and leave it at that do not delay another") {
  for (const std::string start : {"G", "GET / HTTP/1.1\r\nX"}) {
    CAPTURE(start);
    const Fixture fixture(with_threads(4));
    // Who had to wait until their time is over would wait for ten seconds, each time.
    CHECK(eventually([&] {
      const Connections silent = open(fixture, 60, start);
      REQUIRE(come_to_rest());  // each thread has one
      const auto begin = std::chrono::steady_clock::now();
      CHECK(status_of(fixture.get("/healthz")) == 200);
      return since(begin) < 5s;
    }));
  }
}

TEST_CASE("giving way: clients that leave a refused connection open do not delay another for long") {
  const Fixture fixture(with_threads(4));
  // Each thread lingers on four of them, for two seconds each where none gives way.
  CHECK(eventually([&] {
    const Connections refused = open(fixture, 16, "oops\r\n\r\n");
    const auto begin = std::chrono::steady_clock::now();
    CHECK(status_of(fixture.get("/healthz")) == 200);
    return since(begin) < 4s;
  }));
}

TEST_CASE("giving way: kept-open connections stay open while newcomers say nothing") {
  const Fixture fixture(with_threads(8));
  const Connections tills = open(fixture, 4, fixture.request("GET", "/healthz"));
  for (const auto& till : tills) REQUIRE(status_of(till->receive()) == 200);
  const Connections silent = open(fixture, 24, "G");
  const auto gone = [&] { return std::count_if(silent.begin(), silent.end(), [](const auto& one) { return !one->is_open(); }); };
  for (int sale = 0; sale < 5; ++sale) {
    // Others have given way meanwhile: of those that wait, 20 will have to.
    REQUIRE(eventually([&] { return gone() >= 4 * sale; }));
    for (const auto& till : tills) {
      till->send(fixture.request("GET", "/healthz"));
      CHECK(status_of(till->receive()) == 200);
    }
  }
}

TEST_CASE("giving way: a slow client has its time while nobody waits") {
  BusyPool free;
  free.let_go();
  int ends[2];
  REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
  api::Patience patience;
  patience.others = 0ms;
  patience.headers = kNoEnd;
  api::Connection connection(ends[0], free.pool, patience);
  connection.begin_headers();
  std::thread client([&] {
    for (int i = 0; i < 5; ++i) {
      CHECK(come_to_rest());  // the reader waits
      CHECK(::send(ends[1], "x", 1, 0) == 1);
    }
  });
  char byte = 0;
  for (int i = 0; i < 5; ++i) CHECK(connection.read(&byte, 1) == 1);
  client.join();
  ::close(ends[1]);
}

TEST_CASE("giving way: no more than a number of connections wait, the latest") {
  BusyPool busy;
  for (int i = 0; i < 99; ++i) busy.add();
  for (std::size_t i = 1; i < 100; ++i) {
    CAPTURE(i);
    CHECK(busy.is_closed(i) == (i < 36));
  }
}

TEST_CASE("giving way: who has something to say is heard first") {
  BusyPool busy;
  busy.add();
  busy.add("GET / HT");
  busy.add("GET /a HTTP/1.1\r\n\r\n");
  busy.add("GET /b HTTP/1.1\r\n\r\n");
  busy.let_go();
  CHECK(eventually([&] { return busy.order().size() >= 4; }));
  CHECK(busy.order() == std::vector<std::string>{"GET /a HTTP/1.1\r\n\r\n", "GET /b HTTP/1.1\r\n\r\n", "", "GET / HT"});
}

TEST_CASE("giving way: a client that does not take its answer makes room for who waits") {
  BusyPool busy;
  busy.add();
  int ends[2];
  REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
  api::Patience patience;
  patience.write_pause = kNoEnd;
  api::Connection connection(ends[0], busy.pool, patience);
  const std::string data(1u << 20, 'x');
  while (connection.write(data.data(), data.size()) >= 0) {
  }
  ::close(ends[1]);
}
