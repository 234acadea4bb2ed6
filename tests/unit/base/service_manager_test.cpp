// SPDX-License-Identifier: Apache-2.0
#include "daemon/base/service_manager.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

#include <array>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <string>
#include <thread>

#include "daemon/base/heartbeat.hpp"
#include "tests/support/set_clock.hpp"

namespace greentill::service_manager_test {
namespace {

/// What systemd is to a service: a socket that hears lines, and takes descriptors that come with them.
class Manager {
 public:
  Manager() : socket_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const std::string name = '\0' + name_;
    name.copy(address.sun_path, name.size());
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
    REQUIRE(::bind(socket_.get(), reinterpret_cast<const sockaddr*>(&address), size) == 0);
    ::setenv("NOTIFY_SOCKET", ('@' + name_).c_str(), 1);
  }

  /// The next line; empty where none came within a moment.
  std::string hear() {
    pollfd wait{socket_.get(), POLLIN, 0};
    if (::poll(&wait, 1, 200) != 1) return {};
    std::array<char, 256> text{};
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
    iovec into{text.data(), text.size()};
    msghdr message{};
    message.msg_iov = &into;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    const ssize_t size = ::recvmsg(socket_.get(), &message, MSG_CMSG_CLOEXEC);
    if (const cmsghdr* header = CMSG_FIRSTHDR(&message)) {
      int descriptor = -1;
      std::memcpy(&descriptor, CMSG_DATA(header), sizeof descriptor);
      brought_ = Descriptor(descriptor);
    }
    return {text.data(), static_cast<std::size_t>(size)};
  }

  /// What came with the last line.
  Descriptor take_brought() { return std::move(brought_); }

 private:
  std::string name_ = "greentill-test-" + std::to_string(::getpid());
  Descriptor socket_;
  Descriptor brought_;
};

/// Runs in a process of its own, whose descriptors from 3 on are what the test puts there.
int in_child(const std::function<int()>& work) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(work());
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST_CASE("service manager: tells what the service does, and takes the way to tell it out of the environment") {
  Manager manager;
  ::setenv("WATCHDOG_USEC", "20000000", 1);
  const ServiceManager service = ServiceManager::from_environment();
  CHECK(std::getenv("NOTIFY_SOCKET") == nullptr);
  CHECK(std::getenv("WATCHDOG_USEC") == nullptr);
  CHECK(service.watchdog() == std::chrono::seconds(20));
  service.ready();
  CHECK(manager.hear() == "READY=1");
  service.alive();
  CHECK(manager.hear() == "WATCHDOG=1");
  service.stopping();
  CHECK(manager.hear() == "STOPPING=1");
}

TEST_CASE("service manager: without one, or with another's watchdog, nothing is said") {
  ::unsetenv("NOTIFY_SOCKET");
  ServiceManager alone = ServiceManager::from_environment();
  alone.ready();
  CHECK(alone.watchdog().count() == 0);
  CHECK_FALSE(alone.take("api"));
  for (const char* wrong : {"no-path", "",
                            "/a-very-long-path-that-is-longer-than-the-address-of-a-socket-may-be-in-linux-which-"
                            "is-one-hundred-and-eight-bytes-with-its-end"}) {
    ::setenv("NOTIFY_SOCKET", wrong, 1);
    ServiceManager::from_environment().ready();
  }
  ::setenv("WATCHDOG_USEC", "20000000", 1);
  ::setenv("WATCHDOG_PID", "1", 1);
  CHECK(ServiceManager::from_environment().watchdog().count() == 0);
}

TEST_CASE("service manager: a heart that beats often is heard four times within the watchdog's patience") {
  Manager manager;
  ::setenv("WATCHDOG_USEC", "400000000", 1);
  const ServiceManager service = ServiceManager::from_environment();
  test::SetClock clock;
  Heartbeat heart(service, clock);
  heart.beat();
  CHECK(manager.hear() == "WATCHDOG=1");
  clock.since_boot = 99;
  heart.beat();
  CHECK(manager.hear().empty());
  clock.since_boot = 100;
  heart.beat();
  CHECK(manager.hear() == "WATCHDOG=1");
  CHECK(manager.hear().empty());
}

TEST_CASE("service manager: while it starts, a heart asks for more time instead, for as long as the watchdog's patience") {
  Manager manager;
  ::setenv("WATCHDOG_USEC", "400000000", 1);
  const ServiceManager service = ServiceManager::from_environment();
  test::SetClock clock;
  Heartbeat heart(service, clock);
  heart.set(Heartbeat::Phase::starts);
  heart.beat();
  CHECK(manager.hear() == "EXTEND_TIMEOUT_USEC=400000000");
  clock.since_boot = 100;
  heart.set(Heartbeat::Phase::runs);
  heart.beat();
  CHECK(manager.hear() == "WATCHDOG=1");
  CHECK(manager.hear().empty());
}

TEST_CASE("service manager: a listening socket is kept, and given to the next start by its name alone") {
  Manager manager;
  const ServiceManager service = ServiceManager::from_environment();
  const Descriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  REQUIRE(::listen(socket.get(), 1) == 0);  // at any port
  service.keep(socket.get(), "api 127.0.0.1 8480");
  CHECK(manager.hear() == "FDSTORE=1\nFDNAME=api 127.0.0.1 8480");
  const Descriptor kept = manager.take_brought();
  REQUIRE(kept);
  service.forget("api 127.0.0.1 8480");
  CHECK(manager.hear() == "FDSTOREREMOVE=1\nFDNAME=api 127.0.0.1 8480");

  const auto start = [&kept](const char* wanted) {
    return in_child([&kept, wanted] {
      // Above what the child is given.
      const int safe = ::fcntl(kept.get(), F_DUPFD, 100);
      ::dup2(safe, 3);
      ::dup2(safe, 4);
      ::setenv("LISTEN_PID", std::to_string(::getpid()).c_str(), 1);
      ::setenv("LISTEN_FDS", "2", 1);
      ::setenv("LISTEN_FDNAMES", "old:api", 1);
      ServiceManager next = ServiceManager::from_environment();
      const Descriptor found = next.take(wanted);
      if (found && (::fcntl(found.get(), F_GETFD) & FD_CLOEXEC) == 0) return 90;
      return found ? found.get() : 80;
    });
  };
  CHECK(start("api") == 4);
  CHECK(start("other") == 80);
}

TEST_CASE("service manager: one that does not read holds nobody up, and what it kept that is no listening socket is not used") {
  Manager manager;
  const ServiceManager service = ServiceManager::from_environment();
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < 5'000; ++i) service.alive();  // more than its queue takes
  CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(30));
  const int code = in_child([] {
    ::dup2(::socket(AF_INET, SOCK_DGRAM, 0), 3);
    ::unsetenv("NOTIFY_SOCKET");
    ::setenv("LISTEN_PID", std::to_string(::getpid()).c_str(), 1);
    ::setenv("LISTEN_FDS", "1", 1);
    ::setenv("LISTEN_FDNAMES", "api", 1);
    ServiceManager next = ServiceManager::from_environment();
    return next.take("api") ? 1 : 0;
  });
  CHECK(code == 0);
}

TEST_CASE("service manager: what is kept under another name is given back before the service goes on") {
  Manager manager;
  const std::string notify = std::getenv("NOTIFY_SOCKET");
  std::thread systemd([&manager] {
    CHECK(manager.hear() == "FDSTOREREMOVE=1\nFDNAME=old");
    CHECK(manager.hear() == "BARRIER=1");
    manager.take_brought();  // and closes it
  });
  const auto begin = std::chrono::steady_clock::now();
  const int code = in_child([] {
    ::dup2(::socket(AF_INET, SOCK_STREAM, 0), 3);
    ::setenv("LISTEN_PID", std::to_string(::getpid()).c_str(), 1);
    ::setenv("LISTEN_FDS", "1", 1);
    ::setenv("LISTEN_FDNAMES", "old", 1);
    ServiceManager next = ServiceManager::from_environment();
    return next.take("api") ? 1 : 0;
  });
  systemd.join();
  CHECK(code == 0);
  CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(4));
  ::unsetenv("NOTIFY_SOCKET");
}

}  // namespace
}  // namespace greentill::service_manager_test
