// SPDX-License-Identifier: Apache-2.0
// Stores that are damaged in random ways. GREENTILL_DAMAGES: how many ways (100); GREENTILL_DAMAGE_SEED: of the first one.
#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <random>

#include "tests/support/running_time.hpp"
#include "tests/unit/outbox/damaged_stores.hpp"

namespace greentill::test::damage_test {
namespace {

using namespace damaged;

std::uint32_t from_environment(const char* name, std::uint32_t otherwise) {
  const char* text = std::getenv(name);
  return text != nullptr ? static_cast<std::uint32_t>(std::strtoul(text, nullptr, 10)) : otherwise;
}

/// Opens in a child that is killed after so long; whether it had come to its end.
bool open_and_kill(Stores& stores, std::chrono::microseconds time) {
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) ::_exit(outbox::Outbox::open(stores.options(), stores.log).ok() ? 0 : 1);
  let_run(child, time);
  ::kill(child, SIGKILL);
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CHECK((WIFSIGNALED(status) || WEXITSTATUS(status) == 0));
  return !WIFSIGNALED(status);
}

}  // namespace

TEST_CASE("outbox: a kill while a damaged store is set aside loses none of it, and the next start goes on") {
  Stores stores;
  std::mt19937 random(7);
  for (std::uint32_t round = 0; round < 40; ++round) {
    Damaged damaged(stores, 5000 + round);
    INFO("round ", round, ": ", damaged.way());
    damaged.ask();
    for (int kills = 0; kills < 4; ++kills) {
      const std::chrono::microseconds time(std::uniform_int_distribution<int>(100, 40'000)(random));
      if (open_and_kill(stores, time)) break;
    }
    damaged.check();
  }
}

TEST_CASE("outbox: damage that is met is noted, and the next start sets the store aside") {
  Stores stores;
  fs::remove_all(stores.folder / "now");
  fs::copy(stores.folder / "stopped", stores.folder / "now");
  const fs::path file = stores.folder / "now" / "outbox.db";
  std::string bytes = content(file);
  // A page in the middle of the claims, which nothing reads at the start.
  const std::size_t page = bytes.find(stores.message(200)) / kPage * kPage;
  bytes.replace(page, kPage, kPage, '\0');
  write(file, bytes);
  {
    auto store = outbox::Outbox::open(stores.options(), stores.log).value();
    const auto reader = store->new_reader().value();
    CHECK_FALSE(fs::exists(file.string() + ".recover"));
    outbox::ClaimBatch batch;
    const Status read = reader->read_batch(stores.chain.head().chain, 195, 20, 1 << 20, batch);
    REQUIRE_FALSE(read.ok());
    CHECK(read.error().code == ErrorCode::corrupt);
    CHECK(fs::exists(file.string() + ".recover"));
  }
  auto store = outbox::Outbox::open(stores.options(), stores.log).value();
  CHECK_FALSE(fs::exists(file.string() + ".recover"));
  const auto reader = store->new_reader().value();
  CHECK(reader->chain().value()->damaged);
  CHECK_FALSE(reader->claim(200).value().has_value());
  CHECK(reader->claim(kHead).value().has_value());
  CHECK(reader->backlog().value().claims < kHead);
}

TEST_CASE("outbox: whoever waits for a damaged store to be read hears that it gets on, and nothing of one that is whole") {
  Stores stores;
  Damaged damaged(stores, 1);
  damaged.ask();
  std::size_t heard = 0;
  outbox::Options options = stores.options();
  options.on_progress = [&] { ++heard; };
  { const auto store = outbox::Outbox::open(options, stores.log).value(); }
  CHECK(heard > 5);
  heard = 0;
  const auto store = outbox::Outbox::open(options, stores.log).value();
  CHECK(heard == 0);
}

TEST_CASE("outbox: an older copy of the store goes on, where somebody asks for it, and what it lacks is named") {
  Stores stores;
  fs::remove_all(stores.folder / "now");
  fs::copy(stores.folder / "half", stores.folder / "now");
  fs::copy_file(stores.folder / "stopped" / "store.mark", stores.folder / "now" / "store.mark",
                fs::copy_options::overwrite_existing);
  const auto refused = outbox::Outbox::open(stores.options(), stores.log);
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().code == ErrorCode::conflict);
  const fs::path note = stores.folder / "now" / "outbox.db.recover";
  CHECK(refused.error().message.find("touch " + note.string()) != std::string::npos);
  write(note, "");
  const auto store = outbox::Outbox::open(stores.options(), stores.log).value();
  const auto reader = store->new_reader().value();
  CHECK(reader->chain().value()->damaged);
  CHECK(reader->chain().value()->head.seq == kSales / 2 + 1);
  CHECK(reader->chains().value().back().lost_to == kHead);
}

TEST_CASE("outbox: a file that never was a store is left as it is") {
  const TempDir folder;
  write(folder / "outbox.db", std::string(50'000, 'x'));
  SilentLog log;
  const auto opened = outbox::Outbox::open({.path = folder / "outbox.db"}, log);
  REQUIRE_FALSE(opened.ok());
  CHECK(opened.error().code == ErrorCode::corrupt);
  CHECK(content(folder / "outbox.db") == std::string(50'000, 'x'));
}

TEST_CASE("outbox: of a damaged store every claim that can be read arrives, and every other one is named") {
  Stores stores;
  const std::uint32_t first = from_environment("GREENTILL_DAMAGE_SEED", 1);
  const std::uint32_t ways = from_environment("GREENTILL_DAMAGES", 100);
  for (std::uint32_t seed = first; seed < first + ways; ++seed) {
    Damaged damaged(stores, seed);
    INFO("seed ", seed, ": ", damaged.way());
    damaged.ask();
    damaged.check();
  }
}

}  // namespace greentill::test::damage_test
