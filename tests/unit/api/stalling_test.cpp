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
#include <functional>
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

// A connection that has brought a head and the first bytes of its body.
class Receiving {
 public:
  explicit Receiving(const api::Patience& patience, std::size_t early = 0, std::size_t late = 1u << 30)
      : patience_(patience), late_(late), connection(pair_.ends[0], "", load, patience_) {
    const std::string sent =
        "POST / HTTP/1.1\r\nContent-Length: " + std::to_string(early + late) + "\r\n\r\n" + std::string(early, 'x');
    REQUIRE(::send(client(), sent.data(), sent.size(), 0) == static_cast<ssize_t>(sent.size()));
    REQUIRE(connection.receive() == api::Arrival::request);
  }
  ~Receiving() {
    if (client_open_) ::close(client());
  }
  Receiving(const Receiving&) = delete;
  Receiving& operator=(const Receiving&) = delete;

  [[nodiscard]] int client() const { return pair_.ends[1]; }
  // The client is another's to close.
  int hand_over_client() {
    client_open_ = false;
    return client();
  }
  // Whether all is taken where the other bytes come one by one, each once the reader waits for it.
  bool takes_late_bytes(const std::function<void()>& before = [] {}) {
    std::thread sender;
    const bool taken = connection.read_body([&](std::string_view) {
      if (sender.joinable()) sender.join();
      if (late_ == 0) return true;
      --late_;
      before();
      sender = std::thread([this] {
        CHECK(come_to_rest());
        CHECK(::send(client(), "x", 1, 0) == 1);
      });
      return true;
    });
    if (sender.joinable()) sender.join();
    return taken;
  }

 private:
  const Pair pair_;
  const api::Patience patience_;
  std::size_t late_;
  bool client_open_ = true;

 public:
  api::Load load{false, 1};
  api::Connection connection;
};

}  // namespace

TEST_CASE("stalling: a body that drips has an end") {
  api::Patience patience;
  patience.body = 20ms;
  patience.body_bytes_a_second = 1'000'000'000;
  patience.body_pause = kNoEnd;
  Receiving receiving(patience);
  const Drip drip(receiving.hand_over_client());
  CHECK_FALSE(receiving.connection.read_body([](std::string_view) { return true; }));
}

TEST_CASE("stalling: a body that comes at the least rate has time") {
  api::Patience patience;
  patience.body = 0ms;
  patience.body_bytes_a_second = 1;
  patience.body_pause = kNoEnd;
  Receiving receiving(patience, 3'600, 3);  // bytes that make an hour
  CHECK(receiving.takes_late_bytes());
}

TEST_CASE("stalling: time that the server takes with a body is not the client's") {
  // Whether a byte that the server has to wait for is taken after it took twice as long as the client has in all. A busy machine
  // may need so long to send the byte, but not whatever time the client has.
  const auto is_spared = [](std::chrono::milliseconds time) {
    api::Patience patience;
    patience.body = time;
    patience.body_bytes_a_second = 1'000'000'000;
    Receiving receiving(patience, 10, 1);
    return receiving.takes_late_bytes([time] {
      const auto begin = std::chrono::steady_clock::now();
      REQUIRE(eventually([&] { return std::chrono::steady_clock::now() - begin >= 2 * time; }));
    });
  };
  std::chrono::milliseconds time = 100ms;
  while (time < 30s && !is_spared(time)) time *= 2;
  CHECK(time < 30s);
}

TEST_CASE("stalling: a client that does not take its answer makes room for who waits, and has its time while nobody does") {
  const std::string data(1u << 20, 'x');
  api::Patience patience;
  SUBCASE("others wait") {
    patience.write_pause = kNoEnd;
    patience.write_crowded = 20ms;
    Receiving receiving(patience);
    receiving.load.free_threads = 0;
    while (receiving.connection.write(data)) {
    }
    CHECK(receiving.connection.end_answer(true) == api::Arrival::end);
  }
  SUBCASE("nobody waits") {
    patience.write_crowded = 0ms;
    patience.write_pause = kNoEnd;
    Receiving receiving(patience);
    const int client = receiving.hand_over_client();
    std::thread reader([client] {
      std::array<char, 65'536> buffer;
      CHECK(come_to_rest());  // the writer waits
      for (std::size_t left = 4u << 20; left != 0;) {
        const ssize_t count = ::recv(client, buffer.data(), std::min(buffer.size(), left), 0);
        REQUIRE(count > 0);
        left -= static_cast<std::size_t>(count);
      }
      ::close(client);
    });
    for (int i = 0; i < 4; ++i) CHECK(receiving.connection.write(data));
    reader.join();
  }
}

TEST_CASE("stalling: a client that hardly takes its answer does not hold up the stop") {
  api::Patience patience;
  patience.stop = 200ms;
  patience.write_pause = kNoEnd;
  Receiving receiving(patience);
  std::thread writer([&receiving] {
    const std::string data(1u << 20, 'x');
    while (receiving.connection.write(data)) {
    }
  });
  std::atomic<bool> ended = false;
  std::atomic<std::size_t> taken = 0;
  std::thread reader([&] {
    std::array<char, 512> buffer;  // of which the kernel's buffers hold hundreds, so that the writer waits
    for (ssize_t count = 1; !ended && count > 0; taken += static_cast<std::size_t>(std::max<ssize_t>(count, 0)))
      count = ::recv(receiving.client(), buffer.data(), buffer.size(), 0);
  });
  REQUIRE(eventually([&] { return taken > 4u << 20; }));
  receiving.load.stopping = true;
  writer.join();
  ended = true;
  ::shutdown(receiving.client(), SHUT_RDWR);
  reader.join();
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
