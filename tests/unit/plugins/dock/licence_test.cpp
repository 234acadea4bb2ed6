// SPDX-License-Identifier: Apache-2.0
// What a session does where a lock lets licensed docks alone acknowledge its rides.
#include <doctest/doctest.h>

#include "tests/unit/plugins/dock/dock_bench.hpp"

namespace greentill::dock::licence_test {
namespace {

using namespace firmware;
using test::DockBench;
using test::LockFixture;
using Message = LockFixture::Message;

/// A lock with three rides that wants licensed docks, and a daemon with a licence.
struct World : LockFixture {
  World() {
    provision();
    for (int i = 0; i < 3; ++i) ride(3 + i);
    demand_licences();
    held = licence();
  }
  [[nodiscard]] std::uint32_t acknowledged() const { return lock->journal().state().acknowledged; }
  void serve(DockBench& bench) {
    bench.service = [this](std::string_view kind, std::string_view argument) {
      if (kind != "licence") return plugin::Reply{0, GT_LATER, {}, "the line is down"};
      ++asked;
      if (held.empty()) return plugin::Reply{0, GT_LATER, {}, "the device is revoked"};
      return DockBench::licence_of(*this, argument, held);
    };
  }
  Message held;
  int asked = 0;
};

std::string text(DockBench& bench, const std::string& field) {
  for (const auto& one : bench.part().fields) {
    if (one.name == field) return one.text;
  }
  return {};
}

}  // namespace

TEST_CASE("dock licence: with one each ride is acknowledged once it is durable, and one question does for all of them") {
  World world;
  DockBench bench(world);
  world.serve(bench);
  bench.holds = true;
  bench.run(200);
  CHECK(world.acknowledged() == 0);
  CHECK(world.asked == 0);
  bench.holds = false;
  bench.run_rounds();
  CHECK(world.acknowledged() == 3);
  CHECK(world.asked == 1);
  CHECK(bench.part().fault.empty());
  CHECK(text(bench, "licence") == "taken");
  world.ride(9);
  bench.run_rounds(2);
  CHECK(world.acknowledged() == 4);
  CHECK(world.asked == 2);
}

TEST_CASE("dock licence: without one the rides are taken, stay on the lock, and people are told why") {
  World world;
  world.held.clear();
  DockBench bench(world);
  world.serve(bench);
  bench.run_rounds(3);
  CHECK(bench.stored[std::string(LockFixture::kId)].size() == 3);
  CHECK(world.acknowledged() == 0);
  CHECK(bench.part().fault ==
        "it lets licensed docks alone acknowledge its rides, and this one has no licence: the device is revoked");
  CHECK(text(bench, "licence") == "wanted");
  CHECK(bench.number("rides_waiting") == 3);
  CHECK(world.asked >= 4);
  CHECK(world.asked <= 6);
  world.held = world.licence();
  bench.run_rounds(6);
  CHECK(world.acknowledged() == 3);
  CHECK(bench.part().fault.empty());
}

TEST_CASE("dock licence: each refusal is told in its words, and the lock is not asked to verify again at once") {
  const auto forged = [](World& world) {
    Message message = world.licence();
    message.back() ^= 1;
    return message;
  };
  const auto over = [](World& world) { return world.licence(world.dock_key, {10, 5}); };
  const auto of_another = [](World& world) { return world.licence(world.programme_key, {}); };
  for (const auto& [made, words] : std::vector<std::pair<std::function<Message(World&)>, std::string>>{
           {forged, "it does not take this dock's licence: another key than it believes signed it"},
           {over, "this dock's licence is over by the lock's clock"},
           {of_another, "it does not take that this dock has the key of its licence: the line changes what is sent"}}) {
    World world;
    world.board.pass(60'000);
    world.held = made(world);
    DockBench bench(world);
    world.serve(bench);
    bench.run_rounds(4);
    CHECK(bench.part().fault == words);
    CHECK(bench.stored[std::string(LockFixture::kId)].size() == 3);
    // A signature may have been for a session that was over: once more it is tried soon.
    CHECK(world.asked == (words.find("has the key") != std::string::npos ? 2 : 1));
    CHECK(world.acknowledged() == 0);
    world.held = world.licence();
    bench.run_rounds(60);
    CHECK(world.acknowledged() == 3);
    CHECK(bench.part().fault.empty());
  }
}

TEST_CASE("dock licence: a lock of before, which knows none, is acknowledged as ever; so is one that wants none any more") {
  World world;
  REQUIRE(world.lock->configure(world.settings(9, 2100)) == Lock::Taken::yes);
  DockBench bench(world);
  world.serve(bench);
  bench.run_rounds();
  CHECK(world.acknowledged() == 3);
  CHECK(world.asked == 0);
  CHECK(text(bench, "licence").empty());
  // It wanted them, and went back to an image that does not know them.
  world.demand_licences();
  world.ride(3);
  bool is_old = false;
  bench.forge = [&](Request request, std::vector<std::uint8_t>& content) {
    if (is_old && request == Request::ask_nonce) content = {static_cast<std::uint8_t>(Answer::unknown)};
  };
  world.held.clear();
  bench.run_rounds(2);
  CHECK(text(bench, "licence") == "wanted");
  is_old = true;
  REQUIRE(world.lock->configure(world.settings(20, 2100)) == Lock::Taken::yes);
  bench.run_rounds(8);
  CHECK(world.acknowledged() == 4);
  CHECK(bench.part().fault.empty());
}

TEST_CASE("dock licence: either end may start anew between any bytes of it") {
  std::uint64_t all = 0;
  {
    World world;
    DockBench bench(world);
    world.serve(bench);
    bench.way = [&](std::uint8_t byte, bool) { return ++all, std::optional(byte); };
    bench.run(100);
    REQUIRE(world.acknowledged() == 3);
  }
  REQUIRE(all > 1000);
  for (const bool lock_restarts : {true, false}) {
    for (std::uint64_t at = 1; at <= all; at += 17) {
      World world;
      DockBench bench(world);
      world.serve(bench);
      std::uint64_t passed = 0;
      bench.way = [&](std::uint8_t byte, bool) { return ++passed < at ? std::optional(byte) : std::nullopt; };
      bench.run(60);
      bench.way = {};
      CHECK(world.acknowledged() <= bench.stored[std::string(LockFixture::kId)].size());
      if (lock_restarts) {
        REQUIRE(world.restart() == Lock::Start::ready);
        bench.connect(world);
      } else {
        bench.restart();
      }
      bench.run_rounds(2);
      CHECK(bench.stored[std::string(LockFixture::kId)].size() == 3);
      CHECK(world.acknowledged() == 3);
    }
  }
}

}  // namespace greentill::dock::licence_test
