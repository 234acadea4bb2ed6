// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <algorithm>
#include <stdexcept>
#include <string>

#include "tests/unit/firmware/update_model.hpp"

namespace greentill::test::update_test {
namespace {

using namespace firmware;
using Nature = UpdateModel::Nature;

/// Rides, an update while another is made, and rides again.
void whole_update(UpdateModel& world) {
  world.ride_on();
  const auto image = world.make_image(2);
  if (!world.update(image, 9)) throw std::logic_error("the new image does not come to be the good one");
  world.ride_on();
  world.check();
}

std::uint64_t operations_of_update(std::uint64_t seed) {
  UpdateModel world(seed);
  const std::uint64_t before = world.flash.operations();
  whole_update(world);
  return world.flash.operations() - before;
}

void update_with(std::uint64_t seed, const std::vector<std::uint64_t>& cuts) {
  try {
    UpdateModel world(seed);
    world.fail_in(cuts);
    whole_update(world);
  } catch (const std::logic_error& wrong) {
    std::string at;
    for (const auto cut : cuts) at += " " + std::to_string(cut);
    FAIL("seed " << seed << ", power failed in operations" << at << ": " << std::string(wrong.what()));
  }
}

}  // namespace

TEST_CASE("update: a new image is taken in, tried, confirmed at the first hello, and the former stays until the next comes") {
  UpdateModel world;
  CHECK(world.running() == 1);
  CHECK(world.updater->running_slot() == 0);
  const auto second = world.make_image(2);
  REQUIRE(world.send(second));
  CHECK(world.running() == 1);
  CHECK(world.updater->state().other == OtherSlot::ready);
  world.second();
  CHECK(world.running() == 2);
  CHECK(world.updater->on_trial());
  REQUIRE(world.dock->hello());
  CHECK_FALSE(world.updater->on_trial());
  CHECK(world.updater->state().other == OtherSlot::former);
  CHECK(world.updater->state().floor == 2);
  const auto third = world.make_image(3);
  REQUIRE(world.update(third, 1));
  CHECK(world.updater->running_slot() == 0);
  world.start(ResetReason::pin);
  CHECK(world.running() == 3);
  CHECK(world.board.reset_reason() == ResetReason::pin);
}

TEST_CASE("update: the power fails in each flash operation of an update, and the lock starts a whole image and loses no ride") {
  const std::uint64_t all = operations_of_update(3);
  REQUIRE(all > 500);
  // Several times: what a word reads as that the power failed in is by chance.
  for (std::uint64_t seed = 3; seed < 9; ++seed) {
    for (std::uint64_t cut = 1; cut <= all; ++cut) update_with(seed, {cut});
  }
}

TEST_CASE("update: the power fails five times, wherever") {
  std::mt19937_64 random(8);
  for (std::uint64_t seed = 1; seed <= 1000; ++seed) {
    std::vector<std::uint64_t> cuts(5);
    std::uint64_t at = 0;
    for (auto& cut : cuts) {
      const std::uint64_t most = random() % 2 == 0 ? 20 : 500;
      cut = at += 1 + random() % most;
    }
    update_with(seed, cuts);
  }
}

TEST_CASE(
    "update: an image that hangs, cannot sign or answers nobody gives way to the former, and is taken three times at most") {
  for (const Nature nature : {Nature::hangs, Nature::unable, Nature::silent}) {
    UpdateModel world;
    const auto bad = world.make_image(2, nature);
    for (std::uint32_t trial = 1; trial <= 3; ++trial) {
      REQUIRE(world.send(bad));
      world.second();
      CHECK(world.running() == 1);
      CHECK(world.updater->state().ended == TrialEnd::not_confirmed);
      CHECK(world.updater->state().reason == (nature == Nature::hangs ? ResetReason::watchdog : ResetReason::software));
      CHECK(world.updater->state().failures == trial * BootState::kOwnFailure);
    }
    CHECK_FALSE(world.send(bad));
    world.ride_on();
    REQUIRE(world.update(world.make_image(3), 1));
    CHECK(world.running() == 3);
  }
}

TEST_CASE("update: a trial whose power fails before the first hello is given up, and may be tried again") {
  UpdateModel world;
  const auto image = world.make_image(2);
  REQUIRE(world.send(image));
  world.second();
  CHECK(world.running() == 2);
  world.start(ResetReason::power_on);
  CHECK(world.running() == 1);
  CHECK(world.updater->state().reason == ResetReason::power_on);
  CHECK(world.update(image, 1));
}

TEST_CASE(
    "update: a good image whose trials the power ends time and again is not given up, one that ends the power each time is") {
  UpdateModel world;
  const auto image = world.make_image(2);
  for (int trial = 1; trial <= 11; ++trial) {
    REQUIRE(world.send(image));
    world.second();
    REQUIRE(world.running() == 2);
    world.start(trial % 2 == 0 ? ResetReason::brown_out : ResetReason::power_on);
    REQUIRE(world.running() == 1);
  }
  SUBCASE("it is confirmed at last") { CHECK(world.update(image, 1)); }
  SUBCASE("it is not") {
    REQUIRE(world.send(image));
    world.second();
    world.start(ResetReason::power_on);
    CHECK_FALSE(world.send(image));
    CHECK(world.update(world.make_image(3), 1));
  }
}

TEST_CASE("update: what the trusted key did not sign for this board, or is not newer, is refused") {
  UpdateModel world;
  REQUIRE(world.update(world.make_image(5), 1));
  CHECK_FALSE(world.send(world.make_image(4)));
  CHECK_FALSE(world.send(world.make_image(5)));
  auto forged = world.make_image(6);
  forged.message.back() ^= 1;
  CHECK_FALSE(world.send(forged));
  CHECK_FALSE(world.send(world.make_image(7, Nature::good, 2048 * UpdateModel::kSlotSectors + 8)));
  Bytes<128> payload{};
  const auto other = claim::encode_lock_image({0, 8, UpdateModel::kBoard + 1, {{{8, {}}, {8, {}}}}}, payload);
  auto foreign = world.make_image(8);
  foreign.message = world.signed_by_programme(claim::MessageType::lock_image, ByteView(payload).first(*other));
  CHECK_FALSE(world.send(foreign));
  REQUIRE(world.dock->hello());
  CHECK(world.dock->ask(Request::offer_image, world.receipt(0))->answer == Answer::refused);
  CHECK(world.running() == 5);
}

TEST_CASE("update: an image that is not what was signed for is refused at its end, and taken when it comes right") {
  UpdateModel world;
  const auto image = world.make_image(2);
  auto spoilt = image;
  spoilt.forms[1][2000] ^= 4;
  CHECK_FALSE(world.send(spoilt));
  CHECK(world.updater->state().other == OtherSlot::nothing);
  world.start(ResetReason::pin);
  CHECK(world.running() == 1);
  CHECK(world.update(image, 1));
}

TEST_CASE("update: after a restart the sending goes on where it was, but for a sector") {
  UpdateModel world;
  const auto image = world.make_image(2, Nature::good, 4000);
  REQUIRE(world.dock->hello());
  const auto begun = world.dock->ask(Request::offer_image, image.message);
  REQUIRE(begun->answer == Answer::done);
  CHECK(ByteReader(ByteView(begun->content).subspan(1)).get<std::uint32_t>() == 0);
  for (std::uint32_t at = 0; at < 3008; at += 376) {
    Bytes<4 + 376> piece{};
    ByteWriter(piece).put(at).put(ByteView(image.forms[1]).subspan(at, 376));
    REQUIRE(world.dock->ask(Request::write_image, piece)->answer == Answer::done);
    // Said again, since the answer was lost: nothing changes.
    const auto again = world.dock->ask(Request::write_image, piece);
    CHECK(ByteReader(again->content).get<std::uint32_t>() == at + 376);
  }
  CHECK(world.dock->ask(Request::finish_image)->answer == Answer::not_there);
  world.start(ResetReason::pin);
  REQUIRE(world.dock->hello());
  Bytes<12> piece{};
  CHECK(world.dock->ask(Request::write_image, piece)->answer == Answer::not_there);
  const auto on = world.dock->ask(Request::offer_image, image.message);
  CHECK(ByteReader(ByteView(on->content).subspan(1)).get<std::uint32_t>() == 2048);
  CHECK(world.update(image, 1));
}

TEST_CASE("update: it waits for the end of a ride") {
  UpdateModel world;
  REQUIRE(world.send(world.make_image(2)));
  world.lock->unlock();
  for (int i = 0; i < 30; ++i) world.second();
  CHECK(world.running() == 1);
  world.lock->close();
  world.lock->dock();
  world.second();
  CHECK(world.running() == 2);
  CHECK(world.lock->journal().state().last_counter == 2);
}

TEST_CASE("update: a good image that rots gives way to the former, and its version may come again") {
  UpdateModel world;
  const auto image = world.make_image(2);
  REQUIRE(world.update(image, 1));
  const auto at = std::size_t{LockFixture::kJournalSectors + 2 + UpdateModel::kSlotSectors} * 2048 + 100;
  world.flash.image()[at] ^= 1;
  world.start(ResetReason::power_on);
  CHECK(world.running() == 1);
  CHECK(world.updater->state().ended == TrialEnd::damaged);
  CHECK(world.update(image, 1));
}

TEST_CASE("update: a lock without slots does not know the requests") {
  LockFixture world;
  world.provision();
  DockModel dock(world);
  REQUIRE(dock.hello());
  CHECK(dock.ask(Request::image)->answer == Answer::unknown);
  CHECK(dock.ask(Request::finish_image)->answer == Answer::unknown);
}

}  // namespace greentill::test::update_test
