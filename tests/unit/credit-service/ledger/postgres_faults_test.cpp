// SPDX-License-Identifier: Apache-2.0
// PostgreSQL that is killed at any instant, and one whose disk is full: what receipts said stands, and the books balance.
#include <poll.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <random>

#include "tests/support/postgres_server.hpp"
#include "tests/support/running_time.hpp"
#include "tests/unit/credit-service/office.hpp"
#include "tools/credit-service/ledger/postgres/store.hpp"

namespace greentill::test::postgres_faults_test {
namespace {

constexpr std::size_t kBatch = 4;

bool has_postgres() {
  if (PostgresServer::is_there()) return true;
  const char* const in_ci = std::getenv("CI");
  REQUIRE_MESSAGE((in_ci == nullptr || std::string_view(in_ci) != "true"), "PostgreSQL 15 is not installed");
  MESSAGE("left out, as PostgreSQL 15 is not installed");
  return false;
}

/// 200 rides in batches of four, every fifth of them taken back in part.
struct Rides {
  explicit Rides(Office& office) {
    ChainBuilder chain(office.enrol("dock-1"), "dock-1");
    chain.add_start();
    for (std::uint32_t i = 1; i <= 200; ++i) {
      chain.add_ride(2000, of_event(i));
      if (i % 5 == 0) chain.add(reversal_of(i, 1500));
      stands += i % 5 == 0 ? 41 : 167;
    }
    for (std::size_t first = 0; first < chain.messages().size(); first += kBatch) {
      batches.push_back(slice(chain.messages(), first, std::min(first + kBatch, chain.messages().size())));
    }
    claims = chain.messages().size();
  }

  std::vector<std::vector<Bytestring>> batches;
  std::uint64_t claims = 0;
  std::int64_t stands = 0;
};

/// Tries until the server is there for as long as it takes.
std::unique_ptr<Desk> opened(Office& office) {
  for (;; (void)::poll(nullptr, 0, 5)) {
    try {
      if (try_open_ledger(office)) return std::make_unique<Desk>(office);
    } catch (...) {  // killed in the middle: a failed REQUIRE
    }
  }
}

/// As a device does: each batch again until it is receipted. Tells the parent how far receipts went.
[[noreturn]] void work(Office& office, const Rides& rides, int pipe) try {
  std::unique_ptr<Desk> desk;
  for (const auto& batch : rides.batches) {
    for (;;) {
      if (!desk) desk = opened(office);
      const auto answers = desk->try_take("dock-1", batch);
      if (!answers) {
        if (answers.error().code != ErrorCode::unavailable) ::_exit(4);
        (void)::poll(nullptr, 0, 5);
        continue;
      }
      const std::uint64_t up_to = answers->front().up_to;
      if (::write(pipe, &up_to, sizeof up_to) != sizeof up_to) ::_exit(2);
      break;
    }
  }
  ::_exit(0);
} catch (...) {  // a failed REQUIRE must not go on with the parent's tests
  ::_exit(3);
}

std::uint64_t last_in(int pipe, std::uint64_t last) {
  std::uint64_t one = 0;
  while (::read(pipe, &one, sizeof one) == sizeof one) last = std::max(last, one);
  return last;
}

/// All of them once more: nothing is lost, and nothing doubled.
void check_all(Office& office, const Rides& rides) {
  Desk desk(office);
  for (const auto& batch : rides.batches) desk.take("dock-1", batch);
  CHECK(desk.report().claims == rides.claims);
  CHECK(desk.report().granted_mg == rides.stands);
  CHECK(desk.wrong() == "");
}

}  // namespace

TEST_CASE("PostgreSQL and its worker killed at random instants lose no receipt and book nothing twice") {
  if (!has_postgres()) return;
  std::mt19937 random(11);
  PostgresServer server(Syncs::yes);
  server.run("postgres", "CREATE DATABASE ledger");
  Office office;
  office.store_at(server.url("ledger"));
  const Rides rides(office);
  std::uint64_t promised = 0;
  int killed = 0;
  bool done = false;
  for (int round = 0; round < 12 && !done; ++round) {
    int pipe_ends[2];
    REQUIRE(::pipe(pipe_ends) == 0);
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) work(office, rides, pipe_ends[1]);
    ::close(pipe_ends[1]);
    let_run(child, std::chrono::microseconds(5'000 + random() % 40'000));
    server.kill();
    ++killed;
    if (round % 3 == 0) ::kill(child, SIGKILL);
    server.start();
    let_run(child, running_time_of(child) + std::chrono::microseconds(random() % 40'000));
    ::kill(child, SIGKILL);
    int status = 0;
    ::waitpid(child, &status, 0);
    CHECK((WIFSIGNALED(status) || WEXITSTATUS(status) == 0));
    done = WIFEXITED(status) && WEXITSTATUS(status) == 0;
    promised = last_in(pipe_ends[0], promised);
    ::close(pipe_ends[0]);
    Desk desk(office);
    CHECK(desk.wrong() == "");
    CHECK(desk.report().claims >= promised);
  }
  MESSAGE("killed ", killed, " times, receipts up to ", promised);
  CHECK(killed > 3);
  check_all(office, rides);
}

TEST_CASE("a worker goes on by itself after its connection was lost") {
  if (!has_postgres()) return;
  PostgresServer server(Syncs::yes);
  server.run("postgres", "CREATE DATABASE ledger");
  Office office;
  office.store_at(server.url("ledger"));
  const Rides rides(office);
  Desk desk(office);
  desk.take("dock-1", rides.batches[0]);
  server.kill();
  const auto lost = desk.try_take("dock-1", rides.batches[1]);
  CHECK((!lost && lost.error().code == ErrorCode::unavailable));
  const auto down = desk.try_take("dock-1", rides.batches[1]);
  CHECK((!down && down.error().code == ErrorCode::unavailable));
  server.start();
  CHECK(desk.take("dock-1", rides.batches[1]).up_to == 2 * kBatch);
  server.run("postgres", "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'ledger'");
  const auto ended = desk.try_take("dock-1", rides.batches[2]);
  CHECK((!ended && ended.error().code == ErrorCode::unavailable));
  CHECK(desk.take("dock-1", rides.batches[2]).up_to == 3 * kBatch);
  CHECK(desk.wrong() == "");
}

TEST_CASE("where PostgreSQL's disk is full receipts stop, and nothing is lost or doubled") {
  if (!has_postgres()) return;
  const TempDir folder;
  if (::mount("tmpfs", folder.path().c_str(), "tmpfs", 0, "size=160m") != 0) {
    MESSAGE("left out, as only root may mount a small disk");
    return;
  }
  {
    PostgresServer server(Syncs::yes, folder.path());
    server.run("postgres", "CREATE DATABASE ledger");
    Office office;
    office.store_at(server.url("ledger"));
    const Rides rides(office);
    std::size_t taken = 0;
    {
      Desk desk(office);
      for (; taken < 5; ++taken) desk.take("dock-1", rides.batches[taken]);
      server.run("ledger", "CREATE TABLE ballast(t text)");
      std::ofstream ballast(folder / "ballast", std::ios::binary);
      const std::vector<char> block(1 << 16);
      while (ballast.write(block.data(), static_cast<std::streamsize>(block.size())).flush()) {
      }
      ballast.close();
      Status stopped = Done{};
      for (std::size_t at = taken; at < rides.batches.size() && stopped; ++at) {
        const auto answers = desk.try_take("dock-1", rides.batches[at]);
        if (!answers) stopped = Failure{answers.error()};
      }
      REQUIRE_FALSE(stopped);
      CHECK((stopped.error().code == ErrorCode::full || stopped.error().code == ErrorCode::unavailable));
    }
    std::filesystem::remove(folder / "ballast");
    server.kill();
    server.start();
    check_all(office, rides);
  }
  CHECK(::umount2(folder.path().c_str(), MNT_DETACH) == 0);
}

}  // namespace greentill::test::postgres_faults_test
