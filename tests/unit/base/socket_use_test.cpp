// SPDX-License-Identifier: Apache-2.0
#include "daemon/base/socket_use.hpp"

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <unistd.h>

#include <algorithm>
#include <string>

#include "tests/support/loopback.hpp"

namespace greentill {
namespace {

/// A listening socket and a connection to it.
struct Pair {
  Pair() {
    port = static_cast<std::uint16_t>(test::listen_on_loopback(listener));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    REQUIRE(::connect(near, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    far = ::accept(listener, nullptr, nullptr);
    REQUIRE(far >= 0);
  }
  Pair(const Pair&) = delete;
  Pair& operator=(const Pair&) = delete;
  ~Pair() {
    for (const int one : {near, far, listener}) ::close(one);
  }
  /// Sends so many bytes and waits until they are there.
  void carry(std::size_t bytes) const {
    const std::string all(bytes, 'x');
    REQUIRE(::send(near, all.data(), all.size(), 0) == static_cast<ssize_t>(bytes));
    std::string got(bytes, '\0');
    REQUIRE(::recv(far, got.data(), got.size(), MSG_WAITALL) == static_cast<ssize_t>(bytes));
  }

  int listener = -1;
  int near = ::socket(AF_INET, SOCK_STREAM, 0);
  int far = -1;
  std::uint16_t port = 0;
};

}  // namespace

TEST_CASE("socket use: a connection has carried its payload, and some headers, on both ends") {
  const Pair pair;
  pair.carry(50'000);
  for (const int end : {pair.near, pair.far}) {
    const auto carried = carried_bytes(end);
    REQUIRE(carried);
    CHECK(*carried > 50'000);
    CHECK(*carried < 60'000);
  }
  CHECK(!carried_bytes(-1));
  const int datagrams = ::socket(AF_INET, SOCK_DGRAM, 0);
  CHECK(!carried_bytes(datagrams));
  ::close(datagrams);
}

TEST_CASE("socket use: a connection that nobody hands out is found by its peer's port, and lost when it is closed") {
  const Pair pair;
  const auto found = connections_to(pair.port);
  REQUIRE(found.size() == 1);
  const auto before = found.front().carried();
  REQUIRE(before);
  pair.carry(1'000);
  CHECK(found.front().carried().value_or(0) >= *before + 1'000);
  CHECK(connections_to(1).empty());

  // Another's under the same number is not it.
  const Pair other;
  REQUIRE(::dup2(other.near, pair.near) == pair.near);
  CHECK(!found.front().carried());
  const auto both = connections_to(other.port);
  CHECK(both.size() == 2);
  CHECK(std::ranges::find(both, found.front()) == both.end());
}

TEST_CASE("socket use: what is reckoned is more than the bytes, and grows with them") {
  CHECK(reckoned_line_bytes(0) >= 100);
  CHECK(reckoned_line_bytes(300) < 500);
  CHECK(reckoned_line_bytes(100'000) > 100'000);
  CHECK(reckoned_line_bytes(100'000) < 110'000);
}

}  // namespace greentill
