// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <random>

#include "tests/support/running_time.hpp"
#include "tests/support/temp_dir.hpp"
#include "tests/unit/outbox/chain_maker.hpp"
#include "tests/unit/outbox/store_dump.hpp"

namespace greentill::test {
namespace {

/// Sales come in groups of this many, each of two claims.
constexpr std::uint32_t kGroup = 3;
constexpr std::uint32_t kGroups = 400;

/// Commits group after group from `group` on and writes one byte to the pipe for each that was answered. Never returns.
[[noreturn]] void sell_until_killed(const std::filesystem::path& path, ChainMaker& chain, std::uint32_t group, int answered) {
  const auto store = open_outbox(path);
  for (; group < kGroups; ++group) {
    const std::uint32_t sale = group * kGroup;
    if (!commit(store->writer(), {chain.sale(sale, 2), chain.sale(sale + 1, 2), chain.sale(sale + 2, 2)}).ok()) _exit(1);
    if (::write(answered, "", 1) != 1) _exit(1);
  }
  _exit(0);
}

/// Lets a child sell from `group` on, kills it when it has run for so long, and returns how many groups it saw answered.
std::uint32_t sell_and_kill(const std::filesystem::path& path, ChainMaker& chain, std::uint32_t group,
                            std::chrono::microseconds time) {
  int pipe_ends[2];
  REQUIRE(::pipe(pipe_ends) == 0);
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    ::close(pipe_ends[0]);
    sell_until_killed(path, chain, group, pipe_ends[1]);
  }
  ::close(pipe_ends[1]);
  let_run(child, time);
  ::kill(child, SIGKILL);
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CHECK((WIFSIGNALED(status) || WEXITSTATUS(status) == 0));
  std::uint32_t answered = 0;
  for (char byte = 0; ::read(pipe_ends[0], &byte, 1) == 1;) ++answered;
  ::close(pipe_ends[0]);
  return answered;
}

/// How many groups the store holds, all of them whole.
std::uint32_t groups_in(const std::filesystem::path& path) {
  const auto store = open_outbox(path);
  const auto reader = open_reader(*store);
  const std::uint64_t head = reader->chain().value()->head.seq;
  REQUIRE((head - 1) % (2 * kGroup) == 0);
  const auto groups = static_cast<std::uint32_t>((head - 1) / (2 * kGroup));
  for (std::uint32_t sale = 0; sale < (groups + 1) * kGroup; ++sale) {
    CHECK(reader->find(ChainMaker::key(sale)).value().has_value() == (sale < groups * kGroup));
  }
  if (groups == 0) return groups;
  CHECK(reader->position("till").value() == "line " + std::to_string(groups * kGroup - 1));
  const auto counts = reader->record_counts().value();
  REQUIRE(counts.size() == 1);
  CHECK(counts[0].records == groups * kGroup);
  return groups;
}

/// As the daemon opens it: with a mark, and a file made behind it that shows that the device has run.
Result<std::unique_ptr<outbox::Outbox>> open_marked(const std::filesystem::path& folder) {
  SilentLog log;
  outbox::Options options;
  options.path = folder / "outbox.db";
  options.mark = folder / "store.mark";
  options.traces = {folder / "boot"};
  auto opened = outbox::Outbox::open(options, log);
  if (opened) ::close(::open((folder / "boot").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
  return opened;
}

/// Starts on what lies there, and sells. 1: the store was refused. Never returns.
[[noreturn]] void run_until_killed(const std::filesystem::path& folder) {
  const auto opened = open_marked(folder);
  if (!opened) {
    std::fprintf(stderr, "%s\n", opened.error().message.c_str());
    _exit(1);
  }
  outbox::Writer& writer = (*opened)->writer();
  const auto known = open_reader(**opened)->chain();
  if (!known) _exit(2);
  ChainMaker chain;
  const outbox::Unit start = chain.start();
  if (!*known && !writer.begin_chain(chain.head().chain, start).ok()) _exit(3);
  const std::uint64_t head = *known ? (**known).head.seq : 1;
  std::uint32_t sale = 0;
  while (chain.head().seq < head) chain.sale(sale++);
  for (int i = 0; i < 60; ++i) {
    if (!commit(writer, {chain.sale(sale++)}).ok()) _exit(4);
  }
  _exit(0);  // without closing, too
}

/// Repairs once, unless that is done. Never returns.
[[noreturn]] void repair_until_killed(const std::filesystem::path& path) {
  const auto store = open_outbox(path);
  const auto chains = open_reader(*store)->chains();
  if (!chains) _exit(1);
  if (chains->size() > 1) _exit(0);
  ChainMaker anew(2);
  MadeAnew remaker(anew);
  _exit(store->writer().repair({{Bytes<8>{9}, 5, Digest{1}}, false, 1}, remaker, 1'761'000'000).ok() ? 0 : 2);
}

/// Whether the store is repaired; it is so whole or not at all.
bool is_repaired(const std::filesystem::path& path, std::uint64_t sales) {
  const auto store = open_outbox(path);
  const auto reader = open_reader(*store);
  const auto chains = reader->chains().value();
  const bool repaired = chains.size() == 2;
  REQUIRE((repaired || chains.size() == 1));
  CHECK(chains[0].set_apart == repaired);
  CHECK(reader->chain().value()->head.seq == sales + 1);
  CHECK(reader->backlog().value().waiting == sales + 1);
  CHECK(reader->claim(chains[0].state.head.chain, sales + 1).value()->anew.has_value() == repaired);
  return repaired;
}

}  // namespace

TEST_CASE("outbox: kill -9 at any instant of a repair leaves it undone or done, and it is done once") {
  constexpr std::uint32_t kSales = 300;
  std::random_device seed;
  const unsigned chosen = seed();
  CAPTURE(chosen);
  std::mt19937 random(chosen);
  std::uint32_t undone = 0;
  for (int device = 0; device < 12; ++device) {
    const TempDir folder;
    const auto path = folder / "outbox.db";
    {
      ChainMaker chain;
      const auto store = open_outbox(path);
      REQUIRE(store->writer().begin_chain(chain.head().chain, chain.start()).ok());
      for (std::uint32_t sale = 0; sale < kSales; ++sale) REQUIRE(commit(store->writer(), {chain.sale(sale)}).ok());
    }
    for (int tries = 0; !is_repaired(path, kSales); ++tries) {
      REQUIRE(tries < 1'000);
      const pid_t child = ::fork();
      REQUIRE(child >= 0);
      if (child == 0) repair_until_killed(path);
      let_run(child, std::chrono::microseconds(std::uniform_int_distribution<int>(500, 10'000 + 2'000 * tries)(random)));
      ::kill(child, SIGKILL);
      int status = 0;
      REQUIRE(::waitpid(child, &status, 0) == child);
      REQUIRE((WIFSIGNALED(status) || WEXITSTATUS(status) == 0));
      if (WIFSIGNALED(status)) ++undone;
    }
    CHECK(dump_store(path).starts_with("ok\n--"));
  }
  MESSAGE(undone, " kills");
  CHECK(undone > 3);
}

TEST_CASE("outbox: kill -9 at any instant, from the first start on, leaves no store that is taken for one that went back") {
  std::random_device seed;
  const unsigned chosen = seed();
  CAPTURE(chosen);
  std::mt19937 random(chosen);
  std::uint32_t kills = 0;
  for (int device = 0; device < 12; ++device) {
    const TempDir folder;
    for (int round = 0; round < 25; ++round) {
      const pid_t child = ::fork();
      REQUIRE(child >= 0);
      if (child == 0) run_until_killed(folder.path());
      let_run(child, std::chrono::microseconds(std::uniform_int_distribution<int>(0, round < 10 ? 3'000 : 15'000)(random)));
      ::kill(child, SIGKILL);
      int status = 0;
      REQUIRE(::waitpid(child, &status, 0) == child);
      REQUIRE((WIFSIGNALED(status) || WEXITSTATUS(status) == 0));
      kills += WIFSIGNALED(status) ? 1 : 0;
      // Now and then a clean stop between.
      if (round % 7 == 6) REQUIRE(open_marked(folder.path()).ok());
    }
    const auto last = open_marked(folder.path());
    REQUIRE_MESSAGE(last.ok(), (last.ok() ? "" : last.error().message));
  }
  MESSAGE(kills, " kills");
  CHECK(kills > 100);
}

TEST_CASE("outbox: kill -9 at any instant loses nothing answered and leaves nothing half") {
  const TempDir folder;
  const auto path = folder / "outbox.db";
  ChainMaker chain;
  REQUIRE(open_outbox(path)->writer().begin_chain(chain.head().chain, chain.start()).ok());
  std::random_device seed;
  const unsigned chosen = seed();
  CAPTURE(chosen);
  std::mt19937 random(chosen);
  std::uint32_t groups = 0;
  std::uint32_t kills = 0;
  for (; groups < kGroups; ++kills) {
    const std::chrono::microseconds time(std::uniform_int_distribution<int>(500, 10'000)(random));
    const std::uint32_t answered = sell_and_kill(path, chain, groups, time);
    const std::uint32_t held = groups_in(path);
    REQUIRE(held >= groups + answered);
    REQUIRE(held <= groups + answered + 1);
    for (; groups < held; ++groups) {
      for (std::uint32_t i = 0; i < kGroup; ++i) chain.sale(groups * kGroup + i, 2);
    }
  }
  MESSAGE(kills, " kills");
  CHECK(kills > 3);
  const std::string dump = dump_store(path);
  CHECK(dump.starts_with("ok\n--"));
  CHECK(dump.find("totals") == std::string::npos);
  // The chain that the store holds is the one that was made without a single kill.
  ChainMaker unbroken;
  unbroken.start();
  for (std::uint32_t sale = 0; sale < kGroups * kGroup; ++sale) unbroken.sale(sale, 2);
  CHECK(open_reader(*open_outbox(path))->chain().value()->head.payload_hash == unbroken.head().payload_hash);
}

}  // namespace greentill::test
