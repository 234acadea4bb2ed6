// SPDX-License-Identifier: Apache-2.0
#include "daemon/detect/frames.hpp"

#include <doctest/doctest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <thread>

namespace greentill::detect {
namespace {

struct Pair {
  Pair() { ::socketpair(AF_UNIX, SOCK_STREAM, 0, ends); }
  int ends[2] = {-1, -1};
};

TEST_CASE("frames: what is sent arrives whole and in order, however long, while the other end reads") {
  const Pair pair;
  FrameChannel a(pair.ends[0]);
  FrameChannel b(pair.ends[1]);
  const std::vector<std::size_t> sizes{0, 1, 1000, kMaxFrameBytes, 3, 70'000};
  std::thread sender([&] {
    for (const std::size_t size : sizes) {
      const std::vector<std::uint8_t> frame(size, static_cast<std::uint8_t>(size % 251));
      CHECK(a.send(frame, Timeout(20'000)).ok());
    }
  });
  for (const std::size_t size : sizes) {
    const auto frame = b.receive(Timeout(20'000));
    REQUIRE((frame.ok() && frame->has_value()));
    REQUIRE((*frame)->size() == size);
    for (const std::uint8_t byte : **frame) REQUIRE(byte == size % 251);
  }
  sender.join();
}

TEST_CASE("frames: a peer that is gone, one that is silent and one that talks nonsense are told apart") {
  const Pair pair;
  FrameChannel channel(pair.ends[0]);
  const auto silent = channel.receive(Timeout(1));
  CHECK((silent.ok() && !silent->has_value()));
  const std::uint8_t nonsense[] = {0xff, 0xff, 0xff, 0xff, 0};
  REQUIRE(::write(pair.ends[1], nonsense, sizeof(nonsense)) == 5);
  const auto absurd = channel.receive(Timeout(1000));
  REQUIRE(!absurd.ok());
  CHECK(absurd.error().code == ErrorCode::invalid);

  const Pair other;
  FrameChannel left(other.ends[0]);
  ::close(other.ends[1]);
  const auto gone = left.receive(kForever);
  REQUIRE(!gone.ok());
  CHECK(gone.error().code == ErrorCode::unavailable);
  CHECK(!left.send(Bytes<1>{}, Timeout(1000)).ok());
  ::close(pair.ends[1]);
}

TEST_CASE("frames: a peer that takes nothing is given up after the time given") {
  const Pair pair;
  FrameChannel channel(pair.ends[0]);
  const std::vector<std::uint8_t> large(2u << 20);
  CHECK(!channel.send(large, Timeout(20)).ok());
  ::close(pair.ends[1]);
}

}  // namespace
}  // namespace greentill::detect
