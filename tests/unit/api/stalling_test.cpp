// SPDX-License-Identifier: Apache-2.0
// Clients that let the server wait.
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <memory>
#include <thread>

#include "daemon/api/connection.hpp"
#include "tests/unit/api/fixture.hpp"

using namespace greentill;
using namespace greentill::test;
using namespace std::chrono_literals;

namespace {

// A connection on one end of a pair of sockets, and a client that sends `bytes` every so often at the other.
class Drip {
 public:
  Drip(int socket, std::size_t bytes, std::chrono::milliseconds every) : socket_(socket) {
    thread_ = std::thread([this, bytes, every] {
      const std::string data(bytes, 'x');
      while (!ended_ && ::send(socket_, data.data(), data.size(), MSG_NOSIGNAL | MSG_DONTWAIT) > 0)
        std::this_thread::sleep_for(every);
    });
  }
  ~Drip() {
    ended_ = true;
    thread_.join();
    ::close(socket_);
  }
  Drip(const Drip&) = delete;
  Drip& operator=(const Drip&) = delete;

 private:
  const int socket_;
  std::atomic<bool> ended_ = false;
  std::thread thread_;
};

struct Pair {
  Pair() { REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0); }
  int ends[2]{};
};

// Bytes of a body that are taken before the connection gives up, at most `most`.
std::size_t take_body(api::Connection& connection, std::size_t most) {
  connection.begin_headers();
  connection.end_headers();
  std::array<char, 512> buffer;
  std::size_t taken = 0;
  while (taken < most) {
    const ssize_t count = connection.read(buffer.data(), buffer.size());
    if (count <= 0) break;
    taken += static_cast<std::size_t>(count);
  }
  return taken;
}

std::chrono::milliseconds since(std::chrono::steady_clock::time_point begin) {
  return std::chrono::ceil<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begin);
}

api::Patience short_patience() {
  api::Patience patience;
  patience.body = 500ms;
  patience.body_bytes_a_second = 1'000;
  patience.stop = 200ms;
  return patience;
}

}  // namespace

TEST_CASE("stalling: a body that drips has an end, one that comes at the least rate has time") {
  api::ConnectionPool pool(1, [](int) {});
  const auto begin = std::chrono::steady_clock::now();
  {
    const Pair pair;
    api::Connection connection(pair.ends[0], pool, short_patience());
    const Drip drip(pair.ends[1], 1, 50ms);
    CHECK(take_body(connection, 200) < 50);
    CHECK(since(begin) < 2s);
  }
  const Pair pair;
  api::Connection connection(pair.ends[0], pool, short_patience());
  const Drip drip(pair.ends[1], 150, 50ms);
  CHECK(take_body(connection, 3'000) >= 3'000);
}

TEST_CASE("stalling: time that the server takes with a body is not the client's") {
  api::ConnectionPool pool(1, [](int) {});
  const Pair pair;
  api::Connection connection(pair.ends[0], pool, short_patience());
  const Drip drip(pair.ends[1], 10, 10ms);
  CHECK(take_body(connection, 10) >= 10);
  std::this_thread::sleep_for(700ms);
  std::array<char, 512> buffer;
  for (int i = 0; i < 20; ++i) CHECK(connection.read(buffer.data(), buffer.size()) > 0);
}

TEST_CASE("stalling: a client that hardly takes its answer does not hold up the stop") {
  api::ConnectionPool pool(1, [](int) {});
  const Pair pair;
  auto patience = short_patience();
  patience.write_pause = 10s;
  api::Connection connection(pair.ends[0], pool, patience);
  std::thread writer([&connection] {
    const std::string data(1u << 20, 'x');
    while (connection.write(data.data(), data.size()) >= 0) {
    }
  });
  std::atomic<bool> ended = false;
  std::thread reader([&] {
    std::array<char, 40'000> buffer;
    while (!ended && ::recv(pair.ends[1], buffer.data(), buffer.size(), 0) > 0) std::this_thread::sleep_for(50ms);
  });
  std::this_thread::sleep_for(200ms);
  const auto begin = std::chrono::steady_clock::now();
  pool.stop();
  writer.join();
  CHECK(since(begin) < 2s);
  ended = true;
  reader.join();
  ::close(pair.ends[1]);
}

TEST_CASE("stalling: a dripping body does not hold up the stop, and gets no answer that says it was wrong") {
  auto fixture = std::make_unique<Fixture>();
  RawConnection connection(fixture->port());
  std::string request = fixture->post_request(std::string(500, ' '));
  connection.send(request.substr(0, request.size() - 500));
  std::atomic<bool> ended = false;
  std::thread drip([&] {
    for (int i = 0; i < 60 && !ended && connection.send(" "); ++i) std::this_thread::sleep_for(100ms);
  });
  std::this_thread::sleep_for(300ms);
  const auto begin = std::chrono::steady_clock::now();
  fixture->server.reset();
  CHECK(since(begin) < 3s);
  ended = true;
  drip.join();
  CHECK(connection.receive_all().empty());
}
