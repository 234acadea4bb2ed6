// SPDX-License-Identifier: Apache-2.0
// Workers that are killed at any instant while two docks report a lock's rides: each is claimed once, and what is settled is
// there.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <random>

#include "tests/support/running_time.hpp"
#include "tests/unit/credit-service/locked_docks.hpp"

namespace greentill::credit::lock_kill_test {
namespace {

using test::ChainBuilder;
using test::LockedDocks;

constexpr std::uint32_t kRides = 120;
constexpr int kKilled = 40;  // rounds, and one more that runs to its end

/// Takes what both docks have, ride by ride, until it is killed or done; tells the parent up to where rides were settled.
[[noreturn]] void work(LockedDocks& at, int pipe) try {
  test::Desk desk(at.office);
  const auto& one = at.chains.at("dock-1").messages();
  const auto& two = at.chains.at("dock-2").messages();
  for (std::size_t i = 0; i < std::max(one.size(), two.size()); i += 3) {
    for (const auto& [dock, all] : {std::pair("dock-1", &one), std::pair("dock-2", &two)}) {
      if (i < all->size()) desk.take(dock, test::slice(*all, i, std::min(i + 3, all->size())));
    }
    const std::uint64_t settled = (*desk.ledger().registry().lock("lock-0042"))->counter;
    if (write(pipe, &settled, sizeof settled) != sizeof settled) _exit(2);
  }
  _exit(0);
} catch (...) {  // a failed REQUIRE must not go on with the parent's tests
  _exit(3);
}

}  // namespace

TEST_CASE("lock rides: workers killed at random instants settle no ride that is not there, and claim none twice") {
  std::mt19937 random(7);
  LockedDocks at;
  at.desk.reset();
  // Dock 2 has every second ride as well, and every third one alone.
  std::vector<std::vector<std::uint8_t>> rides;
  for (std::uint32_t i = 1; i <= kRides; ++i) {
    const auto statement = at.lock.ride();
    if (i % 3 != 0) at.chains.at("dock-1").add_ride(2000, at.honest(statement, i));
    if (i % 3 == 0 || i % 2 == 0) at.chains.at("dock-2").add_ride(2000, at.honest(statement, i));
  }
  std::uint64_t promised = 0;
  int killed = 0;
  for (int round = 0; round <= kKilled && promised < kRides; ++round) {
    int ends[2];
    REQUIRE(pipe(ends) == 0);
    const pid_t child = fork();
    REQUIRE(child >= 0);
    if (child == 0) work(at, ends[1]);
    close(ends[1]);
    if (round < kKilled) test::let_run(child, std::chrono::microseconds(random() % 100'000));
    if (round < kKilled) kill(child, SIGKILL);
    int status = 0;
    waitpid(child, &status, 0);
    killed += WIFSIGNALED(status) ? 1 : 0;
    CHECK((WIFSIGNALED(status) || WEXITSTATUS(status) == 0));
    std::uint64_t one = 0;
    while (read(ends[0], &one, sizeof one) == sizeof one) {
      CHECK(one >= promised);  // a lock is never told of less than before
      promised = std::max(promised, one);
    }
    close(ends[0]);
    test::Desk after(at.office);
    CHECK(after.wrong() == "");
    CHECK(after.books()->lock("lock-0042").value()->settled >= promised);
  }
  CHECK(killed > 5);
  CHECK(promised == kRides);
  test::Desk after(at.office);
  CHECK(after.report().granted_mg == kRides * LockedDocks::kWorth);
}

}  // namespace greentill::credit::lock_kill_test
