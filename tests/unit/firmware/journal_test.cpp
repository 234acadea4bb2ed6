// SPDX-License-Identifier: Apache-2.0
// GREENTILL_POWER_CUTS=N: how many random series of five cuts are tried, 1,000 unless told.
#include "firmware/core/journal.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <stdexcept>
#include <string>

#include "tests/unit/firmware/journal_model.hpp"

namespace greentill::test::journal_test {
namespace {

using namespace firmware;

constexpr std::uint32_t kSectors = 8;
constexpr std::uint32_t kSectorBytes = 2048;

std::uint64_t operations_of(std::uint32_t rides, std::uint64_t seed) {
  CutFlash flash(kSectors, kSectorBytes, seed);
  JournalModel(flash, seed).run(rides, {});
  return flash.operations();
}

/// Runs, and says with which cuts it went wrong.
void run_with(std::uint32_t rides, std::uint64_t seed, const std::vector<std::uint64_t>& cuts) {
  CutFlash flash(kSectors, kSectorBytes, seed);
  try {
    JournalModel(flash, seed).run(rides, cuts);
  } catch (const std::logic_error& wrong) {
    std::string at;
    for (const auto cut : cuts) at += " " + std::to_string(cut);
    FAIL("seed " << seed << ", power failed in operations" << at << ": " << std::string(wrong.what()));
  }
}

}  // namespace

TEST_CASE("journal: what is kept is there after a power failure in each flash operation of 50 rides") {
  const std::uint64_t all = operations_of(50, 7);
  REQUIRE(all > 2000);
  for (std::uint64_t cut = 1; cut <= all; ++cut) run_with(50, 7, {cut});
}

TEST_CASE("journal: what is kept is there after five power failures, wherever") {
  const char* told = std::getenv("GREENTILL_POWER_CUTS");
  const std::uint64_t series = told != nullptr ? std::strtoull(told, nullptr, 10) : 1000;
  std::mt19937_64 random(20);
  for (std::uint64_t seed = 1; seed <= series; ++seed) {
    std::vector<std::uint64_t> cuts(5);
    std::uint64_t at = 0;
    // Some close together, so that a recovery is cut as well.
    for (auto& cut : cuts) cut = at += 1 + random() % (random() % 2 == 0 ? 20 : 1200);
    run_with(50, seed, cuts);
  }
}

TEST_CASE("journal: where undelivered rides take all the room the newest is refused, and counted across a restart") {
  CutFlash flash(kSectors, kSectorBytes);
  JournalModel model(flash, 3);
  model.run(200, {}, false);
  CHECK(model.kept() >= (kSectors - 2) * 4);
  CHECK(model.refused() == 200 - model.kept());
  CHECK(model.journal().room() == 0);
  Journal again(flash);
  REQUIRE(again.recover());
  CHECK(again.state().refused == model.refused());
  CHECK(again.first_ride() == 1);
  Bytes<claim::kMaxLockRideBytes> out{};
  for (std::uint32_t counter = 1; counter <= model.kept(); ++counter) CHECK(again.ride(counter, out).has_value());
  LockState state = again.state();
  state.acknowledged = state.last_counter;
  REQUIRE(again.keep(state) == Kept::yes);
  CHECK(again.keep_ride(Bytes<10>{1}, 5) == Kept::yes);
}

TEST_CASE("journal: refusals without end are all counted, and no ride makes room for them") {
  CutFlash flash(4, 1024);
  JournalModel model(flash, 9);
  model.run(3000, {}, false);
  CHECK(model.refused() == 3000 - model.kept());
  CHECK(model.kept() >= 2);
}

TEST_CASE("journal: settled rides go first, acknowledged ones only when their room is needed") {
  CutFlash flash(kSectors, kSectorBytes);
  Journal journal(flash);
  REQUIRE(journal.recover());
  const Bytes<300> message{1, 2, 3};
  while (journal.room() > 1) REQUIRE(journal.keep_ride(message, 1) == Kept::yes);
  LockState state = journal.state();
  state.acknowledged = state.last_counter;
  REQUIRE(journal.keep(state) == Kept::yes);
  Bytes<claim::kMaxLockRideBytes> out{};
  for (std::uint32_t counter = 1; counter <= state.last_counter; ++counter) CHECK(journal.ride(counter, out).has_value());
  state.settled = 9;
  REQUIRE(journal.keep(state) == Kept::yes);
  for (int i = 0; i < 20; ++i) REQUIRE(journal.keep_ride(message, 1) == Kept::yes);
  CHECK(journal.first_ride() > 1);
  CHECK(journal.first_ride() <= 10);
  CHECK(journal.ride(journal.state().last_counter, out).has_value());
}

TEST_CASE("journal: 20,000 rides wear all sectors alike") {
  CutFlash flash(16, 4096);
  Journal journal(flash);
  REQUIRE(journal.recover());
  const Bytes<280> message{1, 2, 3};
  for (int ride = 0; ride < 20000; ++ride) {
    REQUIRE(journal.keep_ride(message, ride) == Kept::yes);
    if (ride % 10 != 0) continue;
    LockState state = journal.state();
    state.acknowledged = state.last_counter;
    REQUIRE(journal.keep(state) == Kept::yes);
  }
  CHECK(journal.wear().least > 50);
  CHECK(journal.wear().most <= 2 * journal.wear().least);
}

TEST_CASE("journal: recovery reads a bounded number of bytes, whatever is in the flash") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    CutFlash flash(16, 4096, seed);
    JournalModel(flash, seed).run(100, {}, seed % 2 == 0);
    const std::uint64_t before = flash.bytes_read();
    Journal journal(flash);
    REQUIRE(journal.recover());
    CHECK(flash.bytes_read() - before <= std::uint64_t{3} * 16 * 4096);
  }
}

TEST_CASE("journal: a sector whose cells take nothing any more costs its room and no ride") {
  CutFlash flash(kSectors, kSectorBytes);
  Journal journal(flash);
  REQUIRE(journal.recover());
  const Bytes<300> message{1, 2, 3};
  flash.wear_out(3);
  for (int i = 0; i < 200; ++i) {
    REQUIRE(journal.keep_ride(message, i) == Kept::yes);
    LockState state = journal.state();
    state.acknowledged = state.last_counter;
    REQUIRE(journal.keep(state) == Kept::yes);
  }
  Bytes<claim::kMaxLockRideBytes> out{};
  CHECK(journal.ride(200, out).has_value());
}

TEST_CASE("journal: a flash too small for it is refused") {
  CutFlash flash(3, kSectorBytes);
  Journal journal(flash);
  CHECK_FALSE(journal.recover());
}

TEST_CASE("journal: the checksum is that of IEEE 802.3") { CHECK(crc32(as_bytes("123456789")) == 0xcbf43926); }

}  // namespace greentill::test::journal_test
