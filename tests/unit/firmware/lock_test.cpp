// SPDX-License-Identifier: Apache-2.0
#include "firmware/core/lock.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "daemon/base/hex.hpp"
#include "tests/support/mbedtls_crypto.hpp"
#include "tests/support/temp_dir.hpp"
#include "tests/unit/firmware/lock_fixture.hpp"

namespace greentill::test::lock_test {
namespace {

using namespace firmware;
using claim::RideKey;

struct Read {
  claim::KeyedMessage message;
  claim::LockRide ride;
};

/// Requires: a sound ride of that key.
Read read_ride(const LockFixture::Message& bytes, LockFixture& world) {
  const auto message = claim::parse_keyed_message(bytes, claim::MessageType::lock_ride);
  REQUIRE(message.ok());
  PublicPoint point{};
  REQUIRE(world.keys.export_public_key(point));
  CHECK(message->signer.key == claim::key_id(public_key_hash(world.hasher, point)));
  auto verifier = MbedtlsVerifier::from_point(point);
  REQUIRE(verifier.has_value());
  CHECK(claim::verify_keyed_message(world.hasher, *verifier, *message));
  const auto ride = claim::parse_lock_ride(message->payload);
  REQUIRE(ride.ok());
  return {*message, *ride};
}

}  // namespace

TEST_CASE("lock: it makes its key at the first start, keeps it, and shows that it has it") {
  LockFixture world;
  CHECK(world.restart() == Lock::Start::not_provisioned);
  PublicPoint first{};
  REQUIRE(world.keys.export_public_key(first));
  CHECK(first[0] == 4);
  world.restart();
  PublicPoint second{};
  REQUIRE(world.keys.export_public_key(second));
  CHECK(first == second);
  CHECK_FALSE(world.keys.generate_key(world.entropy));
  const claim::Nonce nonce{1, 2, 3};
  claim::Signature proof{};
  REQUIRE(world.keys.sign_hash(possession_digest(world.hasher, nonce, first), proof));
  CHECK(world.keys.verify_hash(first, possession_digest(world.hasher, nonce, first), proof));
  CHECK_FALSE(world.keys.verify_hash(first, possession_digest(world.hasher, claim::Nonce{9}, first), proof));
}

TEST_CASE("lock: without entropy there is no key, and no ride") {
  LockFixture world;
  CutFlash empty(1, 2048);
  MbedtlsKeys none(empty, 0);
  world.entropy.works = false;
  Lock lock({world.flash, world.identity_flash, none, world.entropy, world.board, world.hasher});
  CHECK(lock.start() == Lock::Start::no_key);
  CHECK_FALSE(none.has_key());
}

TEST_CASE("lock: provisioning takes both codes, in order, and is for ever") {
  LockFixture world;
  Identity& identity = world.lock->identity();
  world.lock->unlock();
  CHECK(world.lock->phase() == RidePhase::locked);
  CHECK_FALSE(identity.propose("Not an id", world.programme_key, world.keys).has_value());
  const auto code = identity.propose(LockFixture::kId, world.programme_key, world.keys);
  REQUIRE(code.has_value());
  CHECK_FALSE(identity.commit(*code));
  CHECK_FALSE(identity.confirm(*code, world.entropy).has_value());  // a wrong step begins anew
  REQUIRE(identity.propose(LockFixture::kId, world.programme_key, world.keys) == code);
  const auto last = identity.confirm(*code, world.entropy);
  REQUIRE(last.has_value());
  auto wrong = *last;
  wrong[0] ^= 1;
  CHECK_FALSE(identity.commit(wrong));
  CHECK_FALSE(identity.commit(*last));
  CHECK_FALSE(identity.provisioned());
  world.provision();
  CHECK(identity.id() == LockFixture::kId);
  CHECK_FALSE(identity.propose("lock-0043", world.programme_key, world.keys).has_value());
  CHECK(world.restart() == Lock::Start::ready);
  CHECK(world.lock->identity().id() == LockFixture::kId);
  CHECK(world.lock->identity().trusted() == world.programme_key);
}

TEST_CASE("lock: a cut while its name is written leaves it without one, or with the whole") {
  for (std::uint64_t cut = 1;; ++cut) {
    LockFixture world;
    const std::uint64_t before = world.identity_flash.operations();
    world.identity_flash.cut_at(before + cut);
    const auto code = world.lock->identity().propose(LockFixture::kId, world.programme_key, world.keys);
    const auto last = world.lock->identity().confirm(*code, world.entropy);
    const bool done = world.lock->identity().commit(*last);
    if (world.identity_flash.powered()) {
      CHECK(done);
      CHECK(cut > 20);
      break;
    }
    world.identity_flash.power_up();
    if (world.restart() == Lock::Start::not_provisioned) world.provision();
    world.identity_flash.power_up();  // what was marginal may read otherwise again
    REQUIRE(world.restart() == Lock::Start::ready);
    CHECK(world.lock->identity().id() == LockFixture::kId);
    CHECK(world.lock->identity().trusted() == world.programme_key);
  }
}

TEST_CASE("lock: a ride is signed with what was counted, and links to the one before") {
  LockFixture world;
  world.provision();
  world.ride(1000);
  world.ride(10);
  const auto first_bytes = world.ride_message(1);
  const auto second_bytes = world.ride_message(2);
  const Read first = read_ride(first_bytes, world);
  const Read second = read_ride(second_bytes, world);
  CHECK(first.ride.lock == LockFixture::kId);
  CHECK(first.ride.counter == 1);
  CHECK(first.ride.ride.get(RideKey::metres) == 2100);
  CHECK(first.ride.ride.get(RideKey::seconds) == 422);
  CHECK(first.ride.ride.get(RideKey::pulses) == 1000);
  CHECK(first.ride.ride.get(RideKey::battery_mv) == 3000);
  CHECK(first.ride.ride.get(RideKey::clock) == 2);
  CHECK(first.ride.ride.get(RideKey::ending) == 0);
  CHECK_FALSE(first.ride.ride.get(RideKey::previous).has_value());
  CHECK(second.ride.counter == 2);
  CHECK(second.ride.ride.get(RideKey::previous) == claim::ride_link(world.hasher, first.message.payload));
}

TEST_CASE("lock: the same ride is the same bytes on every machine") {
  LockFixture world;
  world.provision();
  world.ride(100);
  CHECK(to_hex(world.hasher.sha256({world.ride_message(1)})) ==
        "93d3587c45b92558f2e7aec2b8379b5f17de706d2b60256832c15c402acf5fb5");
}

TEST_CASE("lock: a ride that the power failed in ends with what was counted a minute ago at most") {
  LockFixture world;
  world.provision();
  world.lock->unlock();
  for (int turn = 0; turn < 200; ++turn) {
    world.board.pass(500);
    world.lock->pulse();
    world.lock->tick();
  }
  CHECK(world.restart() == Lock::Start::ready);
  const auto bytes = world.ride_message(1);
  const Read read = read_ride(bytes, world);
  CHECK(read.ride.ride.get(RideKey::ending) == 2);
  CHECK(read.ride.ride.get(RideKey::seconds) == 60);
  CHECK(read.ride.ride.get(RideKey::pulses) == 120);
  CHECK(world.lock->phase() == RidePhase::locked);
  CHECK(world.restart() == Lock::Start::ready);
  CHECK(world.lock->journal().state().last_counter == 1);
}

TEST_CASE("lock: a ride that cannot be signed waits, over a restart too, and is counted where the next one begins before") {
  LockFixture world;
  world.provision();
  world.keys.signs = false;
  world.ride(100);
  CHECK(world.lock->journal().state().last_counter == 0);
  world.keys.signs = true;
  world.lock->tick();
  CHECK(world.lock->journal().state().last_counter == 1);
  world.keys.signs = false;
  world.ride(200);
  world.keys.signs = true;
  world.restart();
  const auto bytes = world.ride_message(2);
  CHECK(read_ride(bytes, world).ride.ride.get(RideKey::pulses) == 200);
  world.keys.signs = false;
  world.ride(50);
  world.ride(60);
  CHECK(world.lock->journal().state().refused == 1);
  world.keys.signs = true;
  world.lock->tick();
  CHECK(world.lock->journal().state().last_counter == 3);
}

TEST_CASE("lock: where no ride fits any more, it says how many it refused, after a restart too") {
  LockFixture world;
  world.provision();
  for (int i = 0; i < 60; ++i) world.ride(3);
  const auto state = world.lock->journal().state();
  CHECK(state.refused == 60 - state.last_counter);
  CHECK(state.refused > 5);
  world.restart();
  CHECK(world.lock->journal().state().refused == state.refused);
  REQUIRE(world.lock->acknowledge(state.last_counter));
  world.ride(3);
  CHECK(world.lock->journal().state().last_counter == state.last_counter + 1);
}

TEST_CASE("lock: only the programme's receipt for this lock settles rides, and never one that was not made") {
  LockFixture world;
  world.provision();
  world.ride(3);
  world.ride(3);
  auto forged = world.receipt(2);
  forged[forged.size() - 1] ^= 1;
  CHECK(world.lock->settle(forged) == Lock::Taken::refused);
  CHECK(world.lock->settle(world.receipt(2, "lock-0043")) == Lock::Taken::refused);
  CHECK(world.lock->settle(world.receipt(3)) == Lock::Taken::refused);
  CHECK(world.lock->settle(world.ride_message(1)) == Lock::Taken::refused);
  CHECK(world.lock->settle(world.receipt(1)) == Lock::Taken::yes);
  CHECK(world.lock->settle(world.receipt(2)) == Lock::Taken::yes);
  CHECK(world.lock->settle(world.receipt(1)) == Lock::Taken::yes);
  CHECK(world.lock->journal().state().settled == 2);
}

TEST_CASE("lock: the clock is set by the programme's answer to the lock's own nonce, once") {
  LockFixture world;
  world.provision();
  CHECK(world.lock->set_time(world.time(claim::Nonce{}, 1767312000)) == Lock::Taken::refused);
  claim::Nonce nonce{};
  REQUIRE(world.lock->ask_time(nonce));
  auto other = nonce;
  other[3] ^= 1;
  CHECK(world.lock->set_time(world.time(other, 1767312000)) == Lock::Taken::refused);
  world.board.pass(5000);
  CHECK(world.lock->set_time(world.time(nonce, 1767312000)) == Lock::Taken::yes);
  CHECK(world.lock->set_time(world.time(nonce, 1767312000)) == Lock::Taken::refused);
  world.board.pass(10'000);
  CHECK(world.lock->now() == 1767312010);
  world.ride(100);
  const auto bytes = world.ride_message(1);
  const Read read = read_ride(bytes, world);
  CHECK(read.ride.ended_at == 1767312054);
  CHECK(read.ride.ride.get(RideKey::clock) == 0);
  CHECK(read.ride.ride.get(RideKey::clock_age_seconds) == 54);
  world.restart();
  CHECK(world.lock->now() >= 1767312000);
  CHECK(world.lock->clock().state(world.board.uptime_ms()) == ClockState::not_set);
}

TEST_CASE("lock: acknowledging goes up only, and not beyond what is there") {
  LockFixture world;
  world.provision();
  world.ride(3);
  world.ride(3);
  CHECK(world.lock->acknowledge(7));
  CHECK(world.lock->journal().state().acknowledged == 0);
  CHECK(world.lock->acknowledge(2));
  CHECK(world.lock->acknowledge(1));
  CHECK(world.lock->journal().state().acknowledged == 2);
}

TEST_CASE("lock: settings are taken from the programme alone, in rising numbers, within what a bike can have, and kept") {
  LockFixture world;
  world.provision();
  SignedSettings wanted = world.settings(5, 1900);
  wanted.settings.circumference_mm = 2300;
  CHECK(world.lock->configure(wanted) == Lock::Taken::refused);
  CHECK(world.lock->configure(world.settings(5, 3000)) == Lock::Taken::refused);
  world.lock->unlock();
  CHECK(world.lock->configure(world.settings(5, 1900)) == Lock::Taken::refused);
  world.lock->close();
  world.lock->dock();
  CHECK(world.lock->configure(world.settings(5, 1900)) == Lock::Taken::yes);
  CHECK(world.lock->configure(world.settings(5, 1800)) == Lock::Taken::refused);
  CHECK(world.lock->configure(world.settings(4, 1800)) == Lock::Taken::refused);
  world.restart();
  CHECK(world.lock->journal().state().settings.circumference_mm == 1900);
  CHECK(world.lock->journal().state().settings_number == 5);
}

TEST_CASE("lock: on flash in a file it goes on in the next process") {
  const TempDir dir;
  const std::string path = (dir.path() / "flash").string();
  {
    auto flash = std::move(FileFlash::open(path, 8, 2048)).value();
    Journal journal(*flash);
    REQUIRE(journal.recover());
    REQUIRE(journal.keep_ride(as_bytes("a ride"), 7) == Kept::yes);
  }
  auto flash = std::move(FileFlash::open(path, 8, 2048)).value();
  Journal journal(*flash);
  REQUIRE(journal.recover());
  CHECK(journal.state().last_counter == 1);
  CHECK(journal.state().boots == 2);
  CHECK_FALSE(FileFlash::open(path, 9, 2048).ok());
}

}  // namespace greentill::test::lock_test
