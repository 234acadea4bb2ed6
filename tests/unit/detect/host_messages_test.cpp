// SPDX-License-Identifier: Apache-2.0
#include "daemon/detect/host_messages.hpp"

#include <doctest/doctest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <thread>

#include "tests/unit/detect/fixture.hpp"

namespace greentill::detect {
namespace {

/// A host that logs faster than anyone reads, until our end of the socket is closed.
class Chatterer {
 public:
  explicit Chatterer(int socket)
      : thread_([socket] {
          std::vector<std::uint8_t> many;
          while (many.size() < (256u << 10)) {
            const Frame message = encode_log(1, "x");
            many.insert(many.end(), {static_cast<std::uint8_t>(message.size()), 0, 0, 0});
            many.insert(many.end(), message.begin(), message.end());
          }
          std::size_t at = 0;
          for (;;) {
            const ssize_t sent = ::send(socket, many.data() + at, many.size() - at, MSG_NOSIGNAL);
            if (sent <= 0) break;
            at = (at + static_cast<std::size_t>(sent)) % many.size();
          }
          ::close(socket);
        }) {}
  ~Chatterer() { thread_.join(); }
  Chatterer(const Chatterer&) = delete;
  Chatterer& operator=(const Chatterer&) = delete;

 private:
  std::thread thread_;
};

struct NoLog final : Log {
  void write(LogLevel /*level*/, std::string_view /*module*/, std::string_view /*message*/) override {}
};

TEST_CASE("host messages: a host that logs without an end is waited for no longer than a silent one") {
  int ends[2];
  REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
  NoLog log;
  PluginHealth health("chatterer", log);
  const Chatterer chatterer(ends[1]);
  FrameChannel channel(ends[0]);
  for (const Timeout timeout : {Timeout(0), Timeout(20)}) {
    const auto ready = receive_ready(channel, timeout, health);
    CHECK((ready.ok() && !ready->has_value()));
    const auto message = receive_past_logs(channel, timeout, health);
    CHECK((message.ok() && !message->has_value()));
  }
}

TEST_CASE("host messages: what stands behind a few log messages is found without waiting") {
  int ends[2];
  REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
  test::KeptLog log;
  PluginHealth health("talker", log);
  FrameChannel host(ends[1]);
  for (int i = 0; i < 20; ++i) REQUIRE(host.send(encode_log(1, "line " + std::to_string(i)), Timeout(1000)).ok());
  REQUIRE(host.send(encode_text(Message::ready, "talker", "1"), Timeout(1000)).ok());
  FrameChannel channel(ends[0]);
  const auto ready = receive_ready(channel, Timeout(0), health);
  CHECK((ready.ok() && ready->has_value()));
  CHECK(log.has("line 19"));
}

}  // namespace
}  // namespace greentill::detect
