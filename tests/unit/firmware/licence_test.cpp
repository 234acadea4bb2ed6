// SPDX-License-Identifier: Apache-2.0
// Docks' licences: who may acknowledge the rides of a lock that wants licensed docks, and what becomes of everybody else.
#include <doctest/doctest.h>

#include <functional>
#include <tuple>

#include "tests/unit/firmware/dock_model.hpp"

namespace greentill::test::licence_test {
namespace {

using namespace firmware;
using Message = LockFixture::Message;
constexpr std::int64_t kNow = 1'767'312'000;

/// A lock with three rides that wants licensed docks.
struct World : LockFixture {
  explicit World(bool quick = false) : LockFixture({0, quick, 1}) {
    provision();
    for (int i = 0; i < 3; ++i) ride(3 + i);
    demand_licences();
  }
  std::int64_t link(std::uint32_t counter) {
    const Message message = ride_message(counter);
    return claim::ride_link(hasher, claim::parse_keyed_message(message, claim::MessageType::lock_ride)->payload);
  }
  std::uint32_t acknowledged() { return lock->journal().state().acknowledged; }
  void tell_time(DockModel& by, std::int64_t unix_seconds) {
    const auto asked = by.ask(Request::ask_time);
    REQUIRE(asked.has_value());
    const auto drawn = ByteReader(asked->content).fixed<16>();
    CHECK(by.ask(Request::set_time, time(drawn, unix_seconds))->answer == Answer::done);
  }
};

/// Acknowledges ride 3 as that licence's dock.
Answer acknowledge(World& world, DockModel& dock, const Message& licence) {
  REQUIRE(dock.hello());
  const auto nonce = dock.nonce();
  REQUIRE(nonce.has_value());
  return dock.acknowledge_by(3, world.link(3), dock.proof_of(3, world.link(3), *nonce), licence)->answer;
}

}  // namespace

TEST_CASE("licence: a licensed dock acknowledges, and one without may do all but that") {
  World world;
  DockModel stranger(world);
  CHECK_FALSE(stranger.collect());
  CHECK(stranger.stored.size() == 1);
  CHECK(stranger.acknowledge(1, world.link(1))->answer == Answer::no_licence);
  Bytes<4> first{1};
  CHECK(stranger.ask(Request::list, first)->answer == Answer::done);
  CHECK(stranger.ask(Request::fetch, first)->content == world.ride_message(1));
  world.tell_time(stranger, kNow);
  CHECK(world.acknowledged() == 0);
  CHECK(stranger.ask(Request::settle, world.receipt(1))->answer == Answer::done);
  DockModel dock(world);
  dock.licence = world.licence();
  REQUIRE(dock.collect());
  CHECK(dock.stored.size() == 2);
  CHECK(world.acknowledged() == 3);
}

TEST_CASE("licence: each one that is not this dock's, or not the programme's, is refused with that reason, and the rides stay") {
  World world;
  DockModel dock(world);
  REQUIRE(dock.hello());
  world.tell_time(dock, kNow);
  PublicPoint other{};
  REQUIRE(world.keys.export_public_key(other));
  Message forged = world.licence();
  forged[forged.size() - 100] ^= 1;  // of its payload
  CHECK(acknowledge(world, dock, forged) == Answer::licence_refused);
  Message wrong_signature = world.licence();
  wrong_signature.back() ^= 1;
  CHECK(acknowledge(world, dock, wrong_signature) == Answer::licence_refused);
  CHECK(acknowledge(world, dock, {}) == Answer::licence_refused);
  CHECK(acknowledge(world, dock, world.receipt(3)) == Answer::licence_refused);
  CHECK(acknowledge(world, dock, world.licence(other, {})) == Answer::proof_refused);
  CHECK(acknowledge(world, dock, world.licence(PublicPoint{4, 1}, {})) == Answer::proof_refused);
  CHECK(acknowledge(world, dock, world.licence(world.dock_key, {kNow, kNow - 10})) == Answer::licence_over);
  CHECK(world.acknowledged() == 0);
  // One that the dock's own key signed for itself.
  Bytes<256> payload{};
  const auto size = claim::encode_dock_licence({"dock-17", 2'000'000'000, 0, world.dock_key}, payload);
  const claim::KeyedSigner signer{claim::key_id(public_key_hash(world.hasher, world.programme_key)), std::nullopt};
  claim::Signature signature{};
  const auto type = claim::MessageType::dock_licence;
  REQUIRE(world.dock.sign_hash(claim::signature_digest(world.hasher, type, signer, ByteView(payload).first(*size)), signature));
  Message self_made(claim::kMaxDockLicenceBytes);
  self_made.resize(*claim::encode_keyed_message(type, signer, ByteView(payload).first(*size), signature, self_made));
  CHECK(acknowledge(world, dock, self_made) == Answer::licence_refused);
  CHECK(world.acknowledged() == 0);
  CHECK(acknowledge(world, dock, world.licence()) == Answer::done);
  CHECK(world.acknowledged() == 3);
}

TEST_CASE("licence: what a dock signed is good for one ride of one lock in one session") {
  World world;
  DockModel dock(world);
  REQUIRE(dock.hello());
  const auto nonce = dock.nonce();
  REQUIRE(nonce.has_value());
  CHECK(nonce == dock.nonce());
  const auto proof = dock.proof_of(1, world.link(1), *nonce);
  const Message licence = world.licence();
  // Whoever carries the frames puts another ride in.
  CHECK(dock.acknowledge_by(2, world.link(2), proof, licence)->answer == Answer::proof_refused);
  CHECK(dock.acknowledge_by(1, world.link(1) + 1, proof, licence)->answer == Answer::refused);
  CHECK(dock.acknowledge_by(9, world.link(1), proof, licence)->answer == Answer::not_there);
  CHECK(world.acknowledged() == 0);
  CHECK(dock.acknowledge_by(1, world.link(1), proof, licence)->answer == Answer::done);
  CHECK(dock.acknowledge_by(1, world.link(1), proof, licence)->answer == Answer::done);  // asked again, where an answer was lost
  CHECK(world.acknowledged() == 1);
  const auto second = dock.proof_of(2, world.link(2), *nonce);
  REQUIRE(dock.hello());
  CHECK(dock.nonce() != nonce);
  CHECK(dock.acknowledge_by(2, world.link(2), second, licence)->answer == Answer::proof_refused);
  REQUIRE(world.restart() == Lock::Start::ready);
  dock.connect();
  CHECK(dock.nonce() == std::nullopt);
  CHECK(world.acknowledged() == 1);
  // Of another lock.
  REQUIRE(dock.hello());
  claim::Signature elsewhere{};
  const Digest hash = claim::acknowledgement_hash(world.hasher, {*dock.nonce(), 2, world.link(2), "lock-0043"});
  REQUIRE(world.dock.sign_hash(claim::proof_digest(world.hasher, hash), elsewhere));
  CHECK(dock.acknowledge_by(2, world.link(2), elsewhere, licence)->answer == Answer::proof_refused);
  CHECK(dock.ask(Request::acknowledge_licensed, Bytes<70>{})->answer == Answer::malformed);
}

TEST_CASE("licence: its end is judged by the lock's clock, and a clock that is wrong keeps nobody out for good") {
  World world;
  const Message over = world.licence(world.dock_key, {kNow, kNow - 100});
  {
    // A clock that never ran, or stood while the lock was off, is behind: it refuses nothing.
    DockModel dock(world);
    CHECK(acknowledge(world, dock, over) == Answer::done);
  }
  World told;
  DockModel dock(told);
  REQUIRE(dock.hello());
  told.tell_time(dock, kNow + 4'000'000);
  const Message good = told.licence(told.dock_key, {kNow + 1'000'000, kNow});
  CHECK(acknowledge(told, dock, good) == Answer::licence_over);
  REQUIRE(told.restart() == Lock::Start::ready);  // it keeps the time that it knew
  dock.connect();
  CHECK(acknowledge(told, dock, good) == Answer::licence_over);
  told.tell_time(dock, kNow);
  CHECK(acknowledge(told, dock, good) == Answer::done);
  CHECK(told.acknowledged() == 3);
}

TEST_CASE("licence: it is the lock's signed settings that want it, and they say so again when they do not") {
  World world;
  CHECK(world.lock->journal().state().settings.only_licensed_docks);
  REQUIRE(world.restart() == Lock::Start::ready);
  CHECK(world.lock->journal().state().settings.only_licensed_docks);
  SignedSettings unsigned_one = world.settings(7, 2100, true);
  unsigned_one.settings.only_licensed_docks = false;
  CHECK(world.lock->configure(unsigned_one) == Lock::Taken::refused);
  DockModel dock(world);
  REQUIRE(dock.hello());
  const SignedSettings off = world.settings(7, 2100);
  Bytes<76> content{};
  ByteWriter(content).put(settings_bytes(off)).put(off.signature);
  content[7] = 2;  // a flag that this lock does not know
  CHECK(dock.ask(Request::configure, content)->answer == Answer::refused);
  content[7] = 0;
  CHECK(dock.ask(Request::configure, content)->answer == Answer::done);
  REQUIRE(dock.collect());
  CHECK(world.acknowledged() == 3);
}

TEST_CASE("licence: either end may start anew between any bytes of a licensed session") {
  std::uint64_t all = 0;
  {
    World world(true);
    DockModel dock(world);
    dock.licence = world.licence();
    dock.on_the_way([&](std::uint8_t byte, bool) { return ++all, std::optional(byte); });
    REQUIRE(dock.collect());
  }
  REQUIRE(all > 1500);
  for (const bool lock_restarts : {true, false}) {
    for (std::uint64_t at = 1; at <= all; ++at) {
      World world(true);
      DockModel dock(world);
      dock.licence = world.licence();
      std::uint64_t passed = 0;
      dock.on_the_way([&](std::uint8_t byte, bool) { return ++passed < at ? std::optional(byte) : std::nullopt; });
      static_cast<void>(dock.collect());
      dock.on_the_way({});
      CHECK(world.acknowledged() <= dock.acknowledged);
      CHECK(world.acknowledged() <= dock.stored.size());
      if (lock_restarts) {
        REQUIRE(world.restart() == Lock::Start::ready);
        dock.connect();
      } else {
        dock.restart();
      }
      if (!dock.collect()) REQUIRE(dock.collect());
      CHECK(dock.stored.size() == 3);
      CHECK(world.acknowledged() == 3);
    }
  }
}

TEST_CASE("licence: power that fails in any flash operation of a licensed acknowledgement leaves it made or not made") {
  for (std::uint64_t cut = 1;; ++cut) {
    World world(true);
    DockModel dock(world);
    dock.licence = world.licence();
    world.flash.cut_at(world.flash.operations() + cut);
    static_cast<void>(dock.collect());
    const bool whole = world.flash.powered();
    const std::uint32_t told = dock.acknowledged;
    world.flash.cut_at(0);
    if (!whole) world.flash.power_up();
    REQUIRE(world.restart() == Lock::Start::ready);
    CHECK(world.lock->journal().state().settings.only_licensed_docks);
    CHECK(world.acknowledged() <= told);
    for (std::uint32_t counter = world.acknowledged() + 1; counter <= 3; ++counter)
      CHECK_FALSE(world.ride_message(counter).empty());
    dock.connect();
    REQUIRE(dock.collect());
    CHECK(dock.stored.size() == 3);
    CHECK(world.acknowledged() == 3);
    if (!whole) continue;
    CHECK(cut > 10);
    break;
  }
}

TEST_CASE("licence: a trusted key that is no point of the curve is not taken, and the lock says that") {
  LockFixture world;
  PublicPoint off_the_curve = world.programme_key;
  off_the_curve.back() ^= 1;
  PublicPoint compressed = world.programme_key;
  compressed[0] = 2;
  DockModel dock(world);
  REQUIRE(dock.hello());
  for (const PublicPoint& wrong : {off_the_curve, compressed, PublicPoint{4}, PublicPoint{}}) {
    CHECK_FALSE(world.keys.is_public_key(wrong));
    CHECK_FALSE(world.lock->identity().propose(LockFixture::kId, wrong, world.keys).has_value());
    Message proposal(wrong.begin(), wrong.end());
    for (const char letter : LockFixture::kId) proposal.push_back(static_cast<std::uint8_t>(letter));
    CHECK(dock.ask(Request::propose, proposal)->answer == Answer::no_point);
  }
  CHECK(world.keys.is_public_key(world.programme_key));
  world.provision();
}

}  // namespace greentill::test::licence_test
