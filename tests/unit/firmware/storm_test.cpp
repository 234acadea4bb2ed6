// SPDX-License-Identifier: Apache-2.0
// A lock's days with everything that can go wrong between it and a dock, in an order that a seed decides: power that fails in any
// flash operation, either end that starts anew between any two bytes, docks that forget what they acknowledged.
// GREENTILL_STORMS=N: how many, 1,000 unless told.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <random>
#include <set>
#include <stdexcept>
#include <string>

#include "tests/unit/firmware/dock_model.hpp"

namespace greentill::test::storm_test {
namespace {

using namespace firmware;
using Message = LockFixture::Message;

class Storm {
 public:
  explicit Storm(std::uint64_t seed) : random_(seed), world_({0, true, seed}), dock_(world_) {
    world_.provision();
    // Every other lock wants licensed docks.
    if (seed % 2 == 0) world_.demand_licences();
    dock_.licence = world_.licence();
  }

  void run() {
    for (int step = 0; step < 40; ++step) {
      if (random_() % 3 == 0) arm();
      switch (random_() % 4) {
        case 0:
        case 1: ride(); break;
        case 2: visit(dock_, true); break;
        default: restart(); break;
      }
      if (step == 20) forgetful_dock();
    }
    calm();
  }

 private:
  static void require(bool holds, const std::string& what) {
    if (!holds) throw std::logic_error(what);
  }

  void arm() { world_.flash.cut_at(world_.flash.operations() + 1 + random_() % 120); }

  /// What a board does when its power is back, and what must be there then.
  void restart() {
    for (;;) {
      const bool failed = !world_.flash.powered();
      if (failed) {
        ++cuts_;
        world_.flash.power_up();
      }
      const Lock::Start start = world_.restart();
      if (!world_.flash.powered()) continue;
      require(start == Lock::Start::ready, "the lock is not ready");
      dock_.connect();
      return check();
    }
  }

  void check() {
    const LockState& state = world_.lock->journal().state();
    require(state.last_counter >= last_, "a counter went back");
    require(state.acknowledged >= acknowledged_ && state.settled >= settled_, "what was acknowledged is so no more");
    last_ = state.last_counter;
    acknowledged_ = state.acknowledged;
    settled_ = state.settled;
    Message out(claim::kMaxLockRideBytes);
    for (std::uint32_t counter = 1; counter <= last_; ++counter) {
      const auto size = world_.lock->journal().ride(counter, out);
      require(size || counter <= std::max(acknowledged_, settled_), "undelivered ride " + std::to_string(counter) + " is gone");
      if (!size) continue;
      const Message there(out.begin(), out.begin() + static_cast<std::ptrdiff_t>(*size));
      const auto known = rides_.emplace(counter, there).first;
      require(known->second == there, "ride " + std::to_string(counter) + " is another");
    }
    for (std::uint32_t counter = settled_ + 1; counter <= acknowledged_; ++counter)
      require(kept_by_docks_.count(counter) != 0, "a ride was acknowledged before a dock had it");
  }

  void ride() {
    ++begun_;
    world_.ride(1 + static_cast<int>(random_() % 5));
    world_.flash.powered() ? check() : restart();
  }

  /// `ends`: one of both may start anew at any byte.
  void visit(DockModel& dock, bool ends) {
    const std::uint64_t silent_from = ends && random_() % 2 == 0 ? 1 + random_() % 1500 : ~0ull;
    std::uint64_t passed = 0;
    // A dock has what it stored, whatever becomes of it; until then the lock must not be told so.
    dock.on_the_way([&](std::uint8_t byte, bool) {
      for (const auto& [counter, message] : dock.stored) kept_by_docks_[counter] = message;
      return ++passed < silent_from ? std::optional(byte) : std::nullopt;
    });
    const bool done = dock.collect();
    dock.on_the_way({});
    if (done && random_() % 3 == 0 && dock.last > settled_)
      static_cast<void>(dock.ask(Request::settle,
                                 world_.receipt(settled_ + 1 + static_cast<std::uint32_t>(random_() % (dock.last - settled_)))));
    if (!world_.flash.powered() || random_() % 2 == 0) return restart();
    dock.restart();
    check();
  }

  /// It acknowledges all, and keeps nothing: the rides come again at the next dock.
  void forgetful_dock() {
    DockModel forgets(world_);
    forgets.licence = world_.licence();
    static_cast<void>(forgets.collect());
    for (const auto& [counter, message] : forgets.stored) kept_by_docks_[counter] = message;
    restart();
  }

  /// The weather is fine: what is left is fetched, and all is counted.
  void calm() {
    world_.flash.cut_at(0);
    restart();
    // What a dock acknowledged and forgot comes as long as it is there.
    std::set<std::uint32_t> on_flash;
    Message there(claim::kMaxLockRideBytes);
    for (std::uint32_t counter = settled_ + 1; counter <= last_; ++counter) {
      if (world_.lock->journal().ride(counter, there)) on_flash.insert(counter);
    }
    int tries = 0;
    while (!dock_.collect()) require(++tries < 3, "the rides cannot be fetched");
    const LockState& state = world_.lock->journal().state();
    require(state.last_counter + state.refused <= begun_, "there are more rides than were begun");
    require(state.last_counter + state.refused + cuts_ >= begun_, "there are fewer rides than were begun");
    std::int64_t link = 0;
    for (std::uint32_t counter = state.settled + 1; counter <= state.last_counter; ++counter) {
      const auto found = dock_.stored.find(counter);
      if (found == dock_.stored.end()) {
        // Only where another dock said that it has it, and its room was needed before this dock came.
        require(on_flash.count(counter) == 0 && counter <= acknowledged_ && kept_by_docks_.count(counter) != 0,
                "ride " + std::to_string(counter) + " did not come");
        link = 0;
        continue;
      }
      require(found->second == rides_.at(counter), "ride " + std::to_string(counter) + " came as another");
      const auto message = claim::parse_keyed_message(found->second, claim::MessageType::lock_ride);
      const auto ride = claim::parse_lock_ride(message->payload);
      require(ride->counter == counter, "a ride came under another number");
      if (link != 0) require(ride->ride.get(claim::RideKey::previous) == link, "a ride does not follow the one before");
      link = claim::ride_link(world_.hasher, message->payload);
    }
    require(!world_.flash.rewrote(), "a word was programmed twice");
  }

  std::mt19937_64 random_;
  LockFixture world_;
  DockModel dock_;
  std::map<std::uint32_t, Message> rides_;
  std::map<std::uint32_t, Message> kept_by_docks_;
  std::uint32_t last_ = 0;
  std::uint32_t acknowledged_ = 0;
  std::uint32_t settled_ = 0;
  std::uint32_t begun_ = 0;
  std::uint32_t cuts_ = 0;
};

}  // namespace

TEST_CASE("storm: no ride is lost, doubled or forgotten before a dock has it, whatever fails and whenever") {
  const char* told = std::getenv("GREENTILL_STORMS");
  const std::uint64_t storms = told != nullptr ? std::strtoull(told, nullptr, 10) : 1000;
  for (std::uint64_t seed = 1; seed <= storms; ++seed) {
    try {
      Storm(seed).run();
    } catch (const std::logic_error& wrong) {
      FAIL("seed " << seed << ": " << std::string(wrong.what()));
    }
  }
}

}  // namespace greentill::test::storm_test
