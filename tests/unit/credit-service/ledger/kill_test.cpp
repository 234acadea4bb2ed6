// SPDX-License-Identifier: Apache-2.0
// A worker that is killed at any instant: what its receipts said stands, and the books balance.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <random>

#include "tests/support/running_time.hpp"
#include "tests/unit/credit-service/office.hpp"

using namespace greentill;
using namespace greentill::test;

namespace {

constexpr std::size_t kBatch = 4;

/// What a child wrote to the pipe for each receipt, before it was killed.
struct Receipted {
  std::uint32_t batch = 0;
  std::uint64_t up_to = 0;
};

/// Takes the batches in order, from the first, until it is killed or done; tells the parent of each receipt.
[[noreturn]] void work(Office& office, const std::vector<std::vector<Bytestring>>& batches, int pipe) try {
  Desk desk(office);
  for (std::uint32_t i = 0; i < batches.size(); ++i) {
    const Answered answered = desk.take("dock-1", batches[i]);
    const Receipted said{i, answered.up_to};
    if (write(pipe, &said, sizeof said) != sizeof said) _exit(2);
  }
  _exit(0);
} catch (...) {  // a failed REQUIRE must not go on with the parent's tests
  _exit(3);
}

std::vector<Receipted> receipts_in(int pipe) {
  std::vector<Receipted> all;
  Receipted one;
  while (read(pipe, &one, sizeof one) == sizeof one) all.push_back(one);
  return all;
}

}  // namespace

TEST_CASE("a worker killed at random instants loses no receipt and books nothing twice") {
  std::mt19937 random(11);
  Office office;
  ChainBuilder chain(office.enrol("dock-1"), "dock-1");
  chain.add_start();
  std::int64_t stands = 0;
  for (std::uint32_t i = 1; i <= 200; ++i) {
    chain.add_ride(2000, of_event(i));
    if (i % 5 == 0) chain.add(reversal_of(i, 1500));
    stands += i % 5 == 0 ? 41 : 167;
  }
  std::vector<std::vector<Bytestring>> batches;
  for (std::size_t first = 0; first < chain.messages().size(); first += kBatch) {
    batches.push_back(slice(chain.messages(), first, std::min(first + kBatch, chain.messages().size())));
  }

  std::uint64_t promised = 0;
  int killed = 0;
  for (int round = 0; round < 60 && promised < chain.messages().size(); ++round) {
    int pipe_ends[2];
    REQUIRE(pipe(pipe_ends) == 0);
    const pid_t child = fork();
    REQUIRE(child >= 0);
    if (child == 0) work(office, batches, pipe_ends[1]);
    close(pipe_ends[1]);
    let_run(child, std::chrono::microseconds(random() % 20'000));
    kill(child, SIGKILL);
    int status = 0;
    waitpid(child, &status, 0);
    killed += WIFSIGNALED(status) ? 1 : 0;
    CHECK((WIFSIGNALED(status) || WEXITSTATUS(status) == 0));
    for (const Receipted& one : receipts_in(pipe_ends[0])) promised = std::max(promised, one.up_to);
    close(pipe_ends[0]);

    Desk desk(office);
    CHECK(desk.wrong() == "");
    CHECK(desk.report().claims >= promised);
  }
  CHECK(killed > 5);
  Desk desk(office);
  for (const auto& batch : batches) desk.take("dock-1", batch);
  CHECK(desk.report().claims == chain.messages().size());
  CHECK(desk.report().granted_mg == stands);
  CHECK(desk.wrong() == "");
}
