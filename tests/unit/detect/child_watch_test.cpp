// SPDX-License-Identifier: Apache-2.0
#include "daemon/detect/child_watch.hpp"

#include <doctest/doctest.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>

namespace greentill::detect {
namespace {

#ifndef GREENTILL_SANITIZED  // a sanitizer's own memory is not bounded

constexpr std::size_t kMiB = 1u << 20;

/// A process group of three that share what the first one wrote before it started the others.
class Family {
 public:
  explicit Family(std::size_t bytes) {
    int ready[2];
    REQUIRE(::pipe(ready) == 0);
    leader_ = ::fork();
    if (leader_ == 0) live(bytes, ready[1]);
    ::close(ready[1]);
    char told = 0;
    for (int i = 0; i < 3; ++i) CHECK(::read(ready[0], &told, 1) == 1);
    ::close(ready[0]);
  }
  ~Family() {
    ::kill(-leader_, SIGKILL);
    ::waitpid(leader_, nullptr, 0);
  }
  Family(const Family&) = delete;
  Family& operator=(const Family&) = delete;
  [[nodiscard]] pid_t leader() const { return leader_; }

 private:
  [[noreturn]] static void live(std::size_t bytes, int ready) {
    ::setpgid(0, 0);
    void* memory = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) ::_exit(1);
    std::memset(memory, 1, bytes);
    for (int i = 0; i < 2; ++i) {
      if (::fork() == 0) break;
    }
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    (void)!::write(ready, "r", 1);
    ::close(ready);
    for (;;) ::pause();
  }

  pid_t leader_ = -1;
};

TEST_CASE("child watch: memory that a program's processes share counts once") {
  const Family family(96 * kMiB);
  CHECK(ChildWatch(family.leader(), true, 128 * kMiB).look().empty());
  const std::string beyond = ChildWatch(family.leader(), true, 32 * kMiB).look();
  CHECK(beyond.find("more than memory_mb = 32 allows") != std::string::npos);
}

#endif

}  // namespace
}  // namespace greentill::detect
