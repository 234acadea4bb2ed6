// SPDX-License-Identifier: Apache-2.0
// Clients that let the server wait.
#include <linux/sockios.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>

#include "daemon/api/connection.hpp"
#include "tests/support/at_rest.hpp"
#include "tests/unit/api/fixture.hpp"

using namespace greentill;
using namespace greentill::test;
using namespace std::chrono_literals;

namespace {

// A client at one end of a pair of sockets that sends a byte whenever the last one was taken.
class Drip {
 public:
  explicit Drip(int socket) : socket_(socket) {
    thread_ = std::thread([this] {
      while (!ended_) {
        int waiting = 0;
        ::ioctl(socket_, SIOCOUTQ, &waiting);
        if (waiting > 0) {
          ::sched_yield();
        } else if (::send(socket_, "x", 1, MSG_NOSIGNAL | MSG_DONTWAIT) < 0) {
          return;
        }
      }
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

// Sends a byte of a body once the reader waits for it; whether it was taken.
bool takes_late_byte(api::Connection& connection, int client) {
  std::thread sender([client] {
    CHECK(come_to_rest());
    CHECK(::send(client, "x", 1, 0) == 1);
  });
  char byte = 0;
  const bool taken = connection.read(&byte, 1) == 1;
  sender.join();
  return taken;
}

void send_bytes(int client, std::size_t count) {
  const std::string data(count, 'x');
  REQUIRE(::send(client, data.data(), data.size(), 0) == static_cast<ssize_t>(count));
}

}  // namespace

TEST_CASE("stalling: a body that drips has an end") {
  api::ConnectionPool pool(1, [](int) {});
  const Pair pair;
  api::Patience patience;
  patience.body = 20ms;
  patience.body_bytes_a_second = 1'000'000'000;
  patience.body_pause = kNoEnd;
  api::Connection connection(pair.ends[0], pool, patience);
  const Drip drip(pair.ends[1]);
  take_body(connection, SIZE_MAX);
}

TEST_CASE("stalling: a body that comes at the least rate has time") {
  api::ConnectionPool pool(1, [](int) {});
  const Pair pair;
  api::Patience patience;
  patience.body = 0ms;
  patience.body_bytes_a_second = 1;
  patience.body_pause = kNoEnd;
  api::Connection connection(pair.ends[0], pool, patience);
  send_bytes(pair.ends[1], 3'600);  // which make an hour
  CHECK(take_body(connection, 3'600) == 3'600);
  for (int i = 0; i < 3; ++i) CHECK(takes_late_byte(connection, pair.ends[1]));
  ::close(pair.ends[1]);
}

TEST_CASE("stalling: time that the server takes with a body is not the client's") {
  api::ConnectionPool pool(1, [](int) {});
  // Whether a byte that the server has to wait for is taken after it took twice as long as the client has in all. A busy machine
  // may need so long to send the byte, but not whatever time the client has.
  const auto is_spared = [&pool](std::chrono::milliseconds time) {
    const Pair pair;
    api::Patience patience;
    patience.body = time;
    patience.body_bytes_a_second = 1'000'000'000;
    api::Connection connection(pair.ends[0], pool, patience);
    send_bytes(pair.ends[1], 10);
    CHECK(take_body(connection, 10) == 10);
    const auto begin = std::chrono::steady_clock::now();
    REQUIRE(eventually([&] { return std::chrono::steady_clock::now() - begin >= 2 * time; }));
    const bool taken = takes_late_byte(connection, pair.ends[1]);
    ::close(pair.ends[1]);
    return taken;
  };
  std::chrono::milliseconds time = 100ms;
  while (time < 30s && !is_spared(time)) time *= 2;
  CHECK(time < 30s);
}

TEST_CASE("stalling: a client that hardly takes its answer does not hold up the stop") {
  api::ConnectionPool pool(1, [](int) {});
  const Pair pair;
  api::Patience patience;
  patience.stop = 200ms;
  patience.write_pause = kNoEnd;
  api::Connection connection(pair.ends[0], pool, patience);
  std::thread writer([&connection] {
    const std::string data(1u << 20, 'x');
    while (connection.write(data.data(), data.size()) >= 0) {
    }
  });
  std::atomic<bool> ended = false;
  std::atomic<std::size_t> taken = 0;
  std::thread reader([&] {
    std::array<char, 512> buffer;  // of which the kernel's buffers hold hundreds, so that the writer waits
    for (ssize_t count = 1; !ended && count > 0; taken += static_cast<std::size_t>(std::max<ssize_t>(count, 0)))
      count = ::recv(pair.ends[1], buffer.data(), buffer.size(), 0);
  });
  REQUIRE(eventually([&] { return taken > 4u << 20; }));
  pool.stop();
  writer.join();
  ended = true;
  ::shutdown(pair.ends[1], SHUT_RDWR);
  reader.join();
  ::close(pair.ends[1]);
}

TEST_CASE("stalling: a dripping body does not hold up the stop, and gets no answer that says it was wrong") {
  auto fixture = std::make_unique<Fixture>();
  RawConnection connection(fixture->port());
  constexpr std::size_t kBody = 1'000'000;
  const std::string request = fixture->post_request(std::string(kBody, ' '), "application/json", "Expect: 100-continue\r\n");
  connection.send(request.substr(0, request.size() - kBody));
  REQUIRE(status_of(connection.receive()) == 100);  // the server reads the body
  std::atomic<bool> ended = false;
  std::thread drip([&] { CHECK(eventually([&] { return ended || !connection.send(" "); })); });
  // Were the body waited for, it would be given up with an answer in the end.
  fixture->server.reset();
  ended = true;
  drip.join();
  CHECK(connection.receive_all().empty());
}
