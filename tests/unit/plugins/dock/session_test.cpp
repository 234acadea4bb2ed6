// SPDX-License-Identifier: Apache-2.0
#include "plugins/dock/session.hpp"

#include <doctest/doctest.h>

#include <random>

#include "daemon/base/hex.hpp"
#include "tests/unit/plugins/dock/dock_bench.hpp"

namespace greentill::dock::session_test {
namespace {

using namespace firmware;
using test::DockBench;
using test::LockFixture;
using Message = LockFixture::Message;

struct World : LockFixture {
  explicit World(int rides = 5) {
    provision();
    for (int i = 0; i < rides; ++i) ride(3 + i);
  }
  [[nodiscard]] std::vector<Message> made() {
    std::vector<Message> all;
    for (std::uint32_t counter = 1; counter <= lock->journal().state().last_counter; ++counter) {
      all.push_back(ride_message(counter));
    }
    return all;
  }
  [[nodiscard]] std::uint32_t acknowledged() const { return lock->journal().state().acknowledged; }
};

void check_delivered(DockBench& dock, World& world, const std::vector<Message>& made) {
  const auto& stored = dock.stored[std::string(LockFixture::kId)];
  CHECK(stored.size() == made.size());
  for (const auto& [counter, message] : stored) CHECK(message == made.at(counter - 1));
  CHECK(world.acknowledged() == made.size());
}

}  // namespace

TEST_CASE("dock session: each ride is taken once, and acknowledged once it is durable, not before") {
  World world;
  const auto made = world.made();
  DockBench dock(world);
  dock.holds = true;
  dock.run(100);
  CHECK(world.acknowledged() == 0);
  CHECK(dock.stored.empty());
  dock.holds = false;
  dock.run(10);
  check_delivered(dock, world, made);
  world.ride(9);
  dock.run_rounds();
  check_delivered(dock, world, world.made());
  CHECK(dock.part().fault.empty());
}

TEST_CASE("dock session: a store that takes no more is offered the same ride again") {
  World world;
  DockBench dock(world);
  dock.is_full = true;
  dock.run(200);
  CHECK(dock.stored.empty());
  dock.is_full = false;
  dock.run(100);
  check_delivered(dock, world, world.made());
}

TEST_CASE("dock session: more rides than one list names are taken, and holes are passed over") {
  World world(0);
  for (int i = 0; i < 30; ++i) world.ride(3);
  DockBench dock(world);
  dock.forge = [](Request request, std::vector<std::uint8_t>& content) {
    if (request == Request::list) content.at(1) = static_cast<std::uint8_t>(content.at(1) & ~1);  // the first is gone
  };
  dock.run_rounds();
  CHECK(dock.stored[std::string(LockFixture::kId)].size() == 29);
  CHECK(world.acknowledged() == 30);
}

TEST_CASE("dock session: either end may start anew between any bytes, and no ride is lost or acknowledged too early") {
  std::uint64_t all = 0;
  {
    World world;
    DockBench dock(world);
    dock.way = [&](std::uint8_t byte, bool) { return ++all, std::optional(byte); };
    dock.run(100);
    REQUIRE(world.acknowledged() == 5);
  }
  REQUIRE(all > 500);
  for (const bool lock_restarts : {true, false}) {
    for (std::uint64_t at = 1; at <= all; at += 13) {
      World world;
      const auto made = world.made();
      DockBench dock(world);
      std::uint64_t passed = 0;
      dock.way = [&](std::uint8_t byte, bool) { return ++passed < at ? std::optional(byte) : std::nullopt; };
      dock.run(60);
      dock.way = {};
      CHECK(world.acknowledged() <= dock.stored[std::string(LockFixture::kId)].size());
      if (lock_restarts) {
        REQUIRE(world.restart() == Lock::Start::ready);
        dock.connect(world);
      } else {
        dock.restart();
      }
      dock.run_rounds();
      check_delivered(dock, world, made);
    }
  }
}

TEST_CASE("dock session: bytes that are lost or changed cost time and nothing else") {
  std::mt19937 random(12);
  for (int run = 0; run < 10; ++run) {
    World world;
    const auto made = world.made();
    DockBench dock(world);
    dock.way = [&](std::uint8_t byte, bool) -> std::optional<std::uint8_t> {
      const auto fate = random() % 400;
      if (fate == 0) return std::nullopt;
      return fate == 1 ? static_cast<std::uint8_t>(random()) : byte;
    };
    for (int tries = 0; tries < 100 && world.acknowledged() < made.size(); ++tries) dock.run_rounds();
    check_delivered(dock, world, made);
  }
}

TEST_CASE("dock session: a bike that is changed for another while it is spoken to is told apart") {
  for (int turns = 1; turns < 20; ++turns) {
    World first;
    LockFixture second;
    CHECK(second.lock->identity().id().empty());
    DockBench dock(first);
    dock.run(turns);
    dock.connect(second);
    dock.run_rounds(2);
    CHECK(dock.stored.count("") == 0);
    CHECK(dock.logged.size() == 1);  // it is not provisioned
    CHECK(first.acknowledged() <= dock.stored[std::string(LockFixture::kId)].size());
    dock.connect(first);
    dock.run_rounds(3);
    check_delivered(dock, first, first.made());
  }
}

TEST_CASE("dock session: a lock is given the service's time, and its receipts when they settle more") {
  World world(3);
  DockBench dock(world);
  std::uint32_t settled = 2;
  dock.service = [&](std::string_view kind, std::string_view argument) -> plugin::Reply {
    if (kind == "locks") return {0, GT_SIGNED, world.receipt(settled), {}};
    const auto bytes = from_hex(argument);
    claim::Nonce nonce{};
    std::copy(bytes->begin(), bytes->end(), nonce.begin());
    return {0, GT_SIGNED, world.time(nonce, 1'790'000'000), {}};
  };
  dock.run_rounds();
  CHECK(world.lock->now() >= 1'790'000'000);
  CHECK(world.lock->journal().state().settled == 2);
  CHECK(dock.asked.size() == 2);
  CHECK(dock.part().fault.empty());
  dock.run_rounds(2);
  CHECK(dock.asked.size() == 2);  // nothing more is to be asked today
  CHECK(dock.number("rides_settled") == 2);
}

TEST_CASE("dock session: what another key signed is not taken, and a person is told") {
  World world(1);
  LockFixture other;
  DockBench dock(world);
  dock.service = [&](std::string_view kind, std::string_view) -> plugin::Reply {
    if (kind == "locks") return {0, GT_NOTHING, {}, "nothing"};
    return {0, GT_SIGNED, other.time({}, 1'790'000'000), {}};
  };
  dock.run_rounds(3);
  CHECK(dock.part().fault.empty() == false);
  CHECK(world.lock->now() < 1'790'000'000);
  CHECK(dock.asked.size() == 2);
}

TEST_CASE("dock session: a time that answers a nonce of before the lock's start is not handed to it") {
  World world(1);
  DockBench dock(world);
  bool restarts = true;
  dock.service = [&](std::string_view kind, std::string_view argument) -> plugin::Reply {
    if (kind == "locks") return {0, GT_NOTHING, {}, "nothing"};
    if (std::exchange(restarts, false)) {
      REQUIRE(world.restart() == Lock::Start::ready);
      dock.connect(world);
    }
    const auto bytes = from_hex(argument);
    claim::Nonce nonce{};
    std::copy(bytes->begin(), bytes->end(), nonce.begin());
    return {0, GT_SIGNED, world.time(nonce, 1'790'000'000), {}};
  };
  dock.run_rounds(2);
  CHECK(world.lock->now() >= 1'790'000'000);
  CHECK(dock.part().fault.empty());
}

TEST_CASE("dock session: a service that cannot be asked is asked again later, and rides do not wait for it") {
  World world(2);
  DockBench dock(world);
  dock.service = [](std::string_view, std::string_view) -> plugin::Reply { return {0, GT_LATER, {}, "the line is down"}; };
  dock.run_rounds();
  check_delivered(dock, world, world.made());
  const std::size_t first = dock.asked.size();
  CHECK(first == 2);
  dock.run_rounds(10);  // two minutes
  CHECK(dock.asked.size() > first);
  CHECK(dock.asked.size() <= first + 6);
}

TEST_CASE("dock session: how a lock fares is shown, and its refusals and resets are logged once") {
  World world(1);
  DockBench dock(world);
  dock.forge = [](Request request, std::vector<std::uint8_t>& content) {
    if (request != Request::hello) return;
    content.at(1 + 4 + 65 + 16) = 3;  // rides refused
    content.at(1 + 4 + 65 + 24) = 3;  // watchdog
  };
  dock.run_rounds(3);
  CHECK(dock.number("rides_refused") == 3);
  CHECK(dock.number("battery_mv") == 3000);
  CHECK(dock.number("rides") == 1);
  CHECK(dock.number("rides_waiting") == 0);
  CHECK(dock.number("there") == 1);
  CHECK(dock.logged.size() == 1);
  dock.way = [](std::uint8_t, bool) { return std::nullopt; };
  dock.run_rounds();
  CHECK(dock.number("there") == 0);
}

TEST_CASE(
    "dock session: rides that another dock acknowledged, and whose room was needed before they were settled, are told once") {
  World world(0);
  DockBench robber(world);
  for (int i = 0; i < 4; ++i) {
    for (int rides = 0; rides < 20; ++rides) world.ride(3);
    robber.run_rounds();
  }
  const std::uint32_t first = world.lock->journal().first_ride();
  REQUIRE(world.acknowledged() == 80);
  REQUIRE(first > 30);
  CHECK(robber.number("rides_gone") == 0);  // it had them all
  DockBench dock(world);
  dock.run_rounds(3);
  CHECK(dock.number("rides_gone") == first - 1);
  CHECK(dock.stored[std::string(LockFixture::kId)].size() == 80 - first + 1);
  REQUIRE(dock.logged.size() == 1);
  CHECK(dock.logged[0].find(std::to_string(first - 1) + " of its rides, the first 1, the last " + std::to_string(first - 1)) !=
        std::string::npos);
  // Another lock's dock hears of the service that it has most of them.
  DockBench informed(world);
  informed.service = [&](std::string_view kind, std::string_view) -> plugin::Reply {
    if (kind == "locks") return {0, GT_SIGNED, world.receipt(first - 3), {}};
    return {0, GT_NOTHING, {}, "nothing"};
  };
  informed.run_rounds(3);
  CHECK(informed.number("rides_gone") == 2);
  REQUIRE(informed.logged.size() == 1);
  CHECK(informed.logged[0].find("2 of its rides, the first " + std::to_string(first - 2)) != std::string::npos);
}

TEST_CASE("dock session: who cannot prove the key that it names is nobody") {
  World world(2);
  DockBench dock(world);
  dock.forge = [](Request request, std::vector<std::uint8_t>& content) {
    if (request == Request::prove) content.at(20) ^= 1;
  };
  dock.run_rounds(2);
  CHECK(dock.stored.empty());
  CHECK(dock.part().fault == "it does not have the key that it names");
}

}  // namespace greentill::dock::session_test
