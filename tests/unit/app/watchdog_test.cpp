// SPDX-License-Identifier: Apache-2.0
#include "daemon/app/watchdog.hpp"

#include <doctest/doctest.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cstdlib>
#include <deque>

#include "tests/support/temp_dir.hpp"

namespace greentill::app::watchdog_test {
namespace {

/// Runs what was put off once the test says that its time has come.
class ManualStrand final : public Executor {
 public:
  void post(std::function<void()> work) override { work(); }
  void post_after(std::chrono::milliseconds delay, std::function<void()> work) override {
    delay_ = delay;
    work_.push_back(std::move(work));
  }
  bool run_next() {
    if (work_.empty()) return false;
    auto work = std::move(work_.front());
    work_.pop_front();
    work();
    return true;
  }
  [[nodiscard]] std::chrono::milliseconds delay() const { return delay_; }

 private:
  std::chrono::milliseconds delay_{0};
  std::deque<std::function<void()>> work_;
};

class Heard {
 public:
  Heard() : socket_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)) {
    const std::string path = (folder_.path() / "notify").string();
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    REQUIRE(::bind(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    ::setenv("NOTIFY_SOCKET", path.c_str(), 1);
    ::setenv("WATCHDOG_USEC", "120000000", 1);
  }
  /// How many lines came since the last call.
  int count() {
    int lines = 0;
    char line[64];
    while (::recv(socket_.get(), line, sizeof line, 0) > 0) ++lines;
    return lines;
  }

 private:
  greentill::test::TempDir folder_;
  Descriptor socket_;
};

TEST_CASE("watchdog: it is fed once for each message that comes round, and not while one is stuck") {
  Heard heard;
  const ServiceManager manager = ServiceManager::from_environment();
  ManualStrand strand;
  std::function<void()> stuck;
  bool gets_on = true;
  Watchdog watchdog(strand, manager, [&](std::function<void()> through) {
    if (gets_on) return through();
    stuck = std::move(through);
  });
  watchdog.start();
  CHECK(heard.count() == 1);
  CHECK(strand.delay() == std::chrono::seconds(30));
  CHECK(strand.run_next());
  CHECK(heard.count() == 1);

  gets_on = false;
  CHECK(strand.run_next());
  CHECK(heard.count() == 0);
  CHECK_FALSE(strand.run_next());  // nothing goes round meanwhile

  gets_on = true;
  stuck();
  CHECK(heard.count() == 1);
  CHECK(strand.run_next());
  CHECK(heard.count() == 1);
}

TEST_CASE("watchdog: without a manager that waits nothing goes round") {
  ManualStrand strand;
  const ServiceManager nobody;
  bool went = false;
  Watchdog watchdog(strand, nobody, [&](const std::function<void()>&) { went = true; });
  watchdog.start();
  CHECK_FALSE(went);
}

}  // namespace
}  // namespace greentill::app::watchdog_test
