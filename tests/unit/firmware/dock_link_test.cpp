// SPDX-License-Identifier: Apache-2.0
#include "firmware/core/dock_link.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <random>

#include "daemon/base/hex.hpp"
#include "tests/support/corpora.hpp"
#include "tests/unit/firmware/dock_model.hpp"

namespace greentill::test::dock_link_test {
namespace {

using namespace firmware;
using Message = LockFixture::Message;

Message from_hex_text(const std::string& hex) {
  Message bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
    bytes.push_back(static_cast<std::uint8_t>(std::stoul(hex.substr(i, 2), nullptr, 16)));
  return bytes;
}

void check_cobs(const Message& plain, const Message* published) {
  Message encoded(cobs_bytes(plain.size()));
  const auto size = cobs_encode(plain, encoded);
  REQUIRE(size.has_value());
  encoded.resize(*size);
  if (published != nullptr) CHECK(encoded == *published);
  CHECK(std::ranges::find(encoded, 0) == encoded.end());
  Message small(encoded.size() - 1);
  CHECK_FALSE(cobs_encode(plain, small).has_value());
  const auto back = cobs_decode(encoded);
  REQUIRE(back.has_value());
  CHECK(std::ranges::equal(ByteView(encoded).first(*back), plain));
}

struct World : LockFixture {
  World() {
    provision();
    for (int i = 0; i < 5; ++i) ride(3 + i);
  }
};

/// All rides are stored by the dock as the lock made them, and nothing is acknowledged that is not stored.
void check_delivered(const DockModel& dock, LockFixture& world, const std::vector<Message>& made) {
  CHECK(dock.stored.size() == made.size());
  for (std::uint32_t counter = 1; counter <= made.size(); ++counter) CHECK(dock.stored.at(counter) == made[counter - 1]);
  CHECK(world.lock->journal().state().acknowledged == made.size());
}

std::vector<Message> rides_of(LockFixture& world) {
  std::vector<Message> made;
  for (std::uint32_t counter = 1; counter <= world.lock->journal().state().last_counter; ++counter)
    made.push_back(world.ride_message(counter));
  return made;
}

}  // namespace

TEST_CASE("dock link: COBS is that of the published examples") {
  const auto file = corpus("cobs/published_examples.json");
  if (!file) return;
  const auto examples = nlohmann::json::parse(std::ifstream(*file));
  CHECK(examples.size() >= 10);
  for (const auto& example : examples) {
    const Message encoded = from_hex_text(example.at("encoded").get<std::string>());
    check_cobs(from_hex_text(example.at("plain").get<std::string>()), &encoded);
  }
}

TEST_CASE("dock link: COBS brings back what it was given, whatever that is, and refuses what is no encoding") {
  std::mt19937 random(5);
  for (std::size_t size = 0; size < 600; ++size) {
    Message plain(size);
    for (auto& byte : plain) byte = static_cast<std::uint8_t>(random() % 8 == 0 ? 0 : random());
    check_cobs(plain, nullptr);
    check_cobs(Message(size, 1), nullptr);
    check_cobs(Message(size, 0), nullptr);
  }
  for (Message bad : {Message{}, Message{0}, Message{2}, Message{3, 1}, Message{3, 1, 0}, Message{1, 0}})
    CHECK_FALSE(cobs_decode(bad).has_value());
}

TEST_CASE("dock link: a dock fetches, stores and acknowledges each ride") {
  World world;
  const auto made = rides_of(world);
  DockModel dock(world);
  CHECK(dock.collect());
  check_delivered(dock, world, made);
}

TEST_CASE("dock link: the hello says who the lock is and how it fares") {
  World world;
  DockModel dock(world);
  REQUIRE(dock.hello());
  ByteReader in(dock.hello_content);
  CHECK(in.get<std::uint32_t>() != 0);
  PublicPoint key{};
  REQUIRE(world.keys.export_public_key(key));
  CHECK(in.fixed<65>() == key);
  CHECK(in.get<std::uint32_t>() == 1);  // first ride
  CHECK(in.get<std::uint32_t>() == 5);  // last
  CHECK(in.get<std::uint32_t>() == 0);  // acknowledged
  CHECK(in.get<std::uint32_t>() == 0);  // settled
  CHECK(in.get<std::uint32_t>() == 0);  // refused
  CHECK(in.get<std::uint32_t>() == 1);  // starts
  CHECK(in.get<std::uint8_t>() == 1);   // power on
  CHECK(in.get<std::uint16_t>() == 3000);
  CHECK(in.get<std::uint8_t>() == 0);  // locked
  CHECK(in.get<std::uint8_t>() == 2);  // clock not set
  CHECK(in.get_signed() >= 0);
  CHECK(in.get<std::uint16_t>() == 0);  // settings from factory
  CHECK(in.get<std::uint32_t>() == 0);  // damaged frames
  CHECK(as_text(in.rest()) == LockFixture::kId);
}

TEST_CASE("dock link: either end may start anew between any bytes, and each ride comes once, kept before it is forgotten") {
  std::uint64_t all = 0;
  {
    World world;
    DockModel dock(world);
    dock.on_the_way([&](std::uint8_t byte, bool) { return ++all, std::optional(byte); });
    REQUIRE(dock.collect());
  }
  REQUIRE(all > 500);
  for (const bool lock_restarts : {true, false}) {
    for (std::uint64_t at = 1; at <= all; at += 7) {
      World world;
      const auto made = rides_of(world);
      DockModel dock(world);
      std::uint64_t passed = 0;
      // From that byte on nothing arrives until the exchange is given up.
      dock.on_the_way([&](std::uint8_t byte, bool) { return ++passed < at ? std::optional(byte) : std::nullopt; });
      static_cast<void>(dock.collect());
      dock.on_the_way({});
      CHECK(world.lock->journal().state().acknowledged <= dock.acknowledged);
      CHECK(world.lock->journal().state().acknowledged <= dock.stored.size());
      if (lock_restarts) {
        REQUIRE(world.restart() == Lock::Start::ready);
        dock.connect();
      } else {
        dock.restart();
      }
      // The first frame may be spoilt by what came of the last one.
      if (!dock.collect()) REQUIRE(dock.collect());
      check_delivered(dock, world, made);
    }
  }
}

TEST_CASE("dock link: bytes that are lost or changed cost time and nothing else") {
  std::mt19937 random(11);
  for (int run = 0; run < 30; ++run) {
    World world;
    const auto made = rides_of(world);
    DockModel dock(world);
    dock.on_the_way([&](std::uint8_t byte, bool) -> std::optional<std::uint8_t> {
      const auto fate = random() % 400;
      if (fate == 0) return std::nullopt;
      return fate == 1 ? static_cast<std::uint8_t>(random()) : byte;
    });
    int tries = 0;
    while (!dock.collect()) REQUIRE(++tries < 500);
    check_delivered(dock, world, made);
  }
}

TEST_CASE("dock link: a bike that is changed for another is not told of the first one's rides") {
  World world;
  DockModel dock(world);
  REQUIRE(dock.hello());
  REQUIRE(world.restart() == Lock::Start::ready);
  dock.connect();
  Bytes<4> first{1};
  CHECK(dock.ask(Request::fetch, first)->answer == Answer::other_session);
  REQUIRE(dock.hello());
  Bytes<12> wrong{};
  ByteWriter(wrong).put(std::uint32_t{5}).put(std::int64_t{12345});
  CHECK(dock.ask(Request::acknowledge, wrong)->answer == Answer::refused);
  CHECK(world.lock->journal().state().acknowledged == 0);
}

TEST_CASE(
    "dock link: rides that a dock acknowledged and did not keep come again at the next one, until the service settles them") {
  World world;
  const auto made = rides_of(world);
  {
    DockModel forgets(world);
    REQUIRE(forgets.collect());
  }
  DockModel next(world);
  REQUIRE(next.collect());
  check_delivered(next, world, made);
  CHECK(next.ask(Request::settle, world.receipt(3))->answer == Answer::done);
  DockModel third(world);
  REQUIRE(third.collect());
  CHECK(third.stored.size() == 2);
}

TEST_CASE("dock link: time, proof of the key, list and settings") {
  World world;
  DockModel dock(world);
  REQUIRE(dock.hello());
  const auto asked = dock.ask(Request::ask_time);
  REQUIRE(asked.has_value());
  const auto nonce = ByteReader(asked->content).fixed<16>();
  CHECK(dock.ask(Request::set_time, world.time(nonce, 1767312000))->answer == Answer::done);
  CHECK(dock.ask(Request::set_time, world.time(nonce, 1767312000))->answer == Answer::refused);
  CHECK(world.lock->now() == 1767312000);
  const auto proof = dock.ask(Request::prove, Bytes<16>{7});
  REQUIRE(proof.has_value());
  PublicPoint key{};
  REQUIRE(world.keys.export_public_key(key));
  CHECK(
      world.keys.verify_hash(key, possession_digest(world.hasher, claim::Nonce{7}, key), ByteReader(proof->content).fixed<64>()));
  Bytes<4> from{};
  ByteWriter(from).put(std::uint32_t{2});
  CHECK(ByteReader(dock.ask(Request::list, from)->content).get<std::uint64_t>() == 0xf);
  const SignedSettings settings = world.settings(3, 1900);
  Bytes<76> configure{};
  ByteWriter(configure).put(settings_bytes(settings)).put(settings.signature);
  CHECK(dock.ask(Request::configure, configure)->answer == Answer::done);
  CHECK(dock.ask(Request::configure, configure)->answer == Answer::refused);
}

TEST_CASE("dock link: a new lock is provisioned over it, with both codes") {
  LockFixture world;
  DockModel dock(world);
  REQUIRE(dock.hello());
  Message proposal(world.programme_key.begin(), world.programme_key.end());
  for (const char letter : LockFixture::kId) proposal.push_back(static_cast<std::uint8_t>(letter));
  const auto code = dock.ask(Request::propose, proposal);
  REQUIRE(code.has_value());
  REQUIRE(code->answer == Answer::done);
  CHECK(dock.ask(Request::commit, code->content)->answer == Answer::refused);
  const auto again = dock.ask(Request::propose, proposal);
  CHECK(again->content == code->content);
  const auto last = dock.ask(Request::confirm, again->content);
  REQUIRE(last->answer == Answer::done);
  CHECK(dock.ask(Request::commit, last->content)->answer == Answer::done);
  CHECK(world.lock->identity().id() == LockFixture::kId);
  CHECK(dock.ask(Request::propose, proposal)->answer == Answer::refused);
}

TEST_CASE("dock link: unknown requests and versions, wrong forms and answers of others are told apart") {
  World world;
  DockModel dock(world);
  REQUIRE(dock.hello());
  CHECK(dock.ask(static_cast<Request>(99))->answer == Answer::unknown);
  CHECK(dock.ask(Request::fetch)->answer == Answer::malformed);
  CHECK(dock.ask(Request::fetch, {}, false)->answer == Answer::malformed);
  Bytes<4> none{99};
  CHECK(dock.ask(Request::fetch, none)->answer == Answer::not_there);
  CHECK_FALSE(dock.ask(static_cast<Request>(0x86), none).has_value());
}

}  // namespace greentill::test::dock_link_test
