// SPDX-License-Identifier: Apache-2.0
// When what went wrong is handed to a lock again, and when not: trials that nobody said hello to, files that were mended, flash
// that fails, riders who come in the middle.
#include <doctest/doctest.h>

#include "tests/unit/plugins/dock/handing_bench.hpp"

namespace greentill::dock::test {
namespace {

using firmware::OtherSlot;
using firmware::TrialEnd;
using std::chrono::seconds;

/// The flash's sector of slot 1, into which a lock from factory takes its first update.
constexpr std::uint32_t kSlot1 = LockFixture::kJournalSectors + 2 + UpdateModel::kSlotSectors;

constexpr Pace slow() {
  Pace pace;
  pace.greet = std::chrono::hours(1);
  return pace;
}

}  // namespace

TEST_CASE("handing again: a lock that has a new image is greeted within seconds, however seldom it is greeted else") {
  Handing at(slow());
  at.hand_out(at.model.make_image(2));
  at.pass(seconds(30));
  CHECK(at.model.running() == 2);
  CHECK(at.images_of_lock().ended == TrialEnd::confirmed);
  CHECK(at.dock.number("image") == 2);
  CHECK(at.logs("it runs image version 2") == 1);
  int greetings = 0;
  at.dock.forge = [&](firmware::Request request, std::vector<std::uint8_t>&) {
    greetings += request == firmware::Request::hello ? 1 : 0;
  };
  at.pass(seconds(120));
  CHECK(greetings == 0);
}

TEST_CASE("handing again: a lock on trial that took another's place is greeted within its trial") {
  Handing at(slow());
  UpdateModel other(UpdateModel::Begin::provisioned);
  at.dock.connect(other);
  at.pass(seconds(5));
  REQUIRE(at.dock.number("there") == 1);
  REQUIRE(at.model.update(at.model.make_image(2), 1));
  REQUIRE(at.model.send(at.model.make_image(3)));
  at.model.second();
  REQUIRE(at.model.updater->on_trial());
  at.dock.connect(at.model);
  at.starts = at.model.starts;
  at.pass(seconds(310));
  CHECK(at.model.running() == 3);
  CHECK(at.images_of_lock().ended == TrialEnd::confirmed);
}

TEST_CASE("handing again: a lock whose rider takes it away before a hello is brought the image once more") {
  Handing at;
  at.hand_out(at.model.make_image(2));
  bool away = false;
  int trials = 0;
  at.then = [&] {
    // It is ridden off as soon as it has begun with the new image.
    if (trials == 0 && at.model.running() == 2) {
      ++trials;
      away = true;
      at.model.lock->unlock();
    }
  };
  at.dock.way = [&](std::uint8_t byte, bool) { return away ? std::nullopt : std::optional(byte); };
  at.pass(seconds(11 * 60));
  REQUIRE(trials == 1);
  CHECK(at.model.running() == 2);  // a ride is under way
  at.model.lock->close();
  at.model.lock->dock();
  at.pass(seconds(5));
  CHECK(at.model.running() == 1);
  CHECK(at.images_of_lock().ended == TrialEnd::not_confirmed);
  away = false;
  at.pass(seconds(40));
  CHECK(at.model.running() == 2);
  CHECK(at.images_of_lock().ended == TrialEnd::confirmed);
  CHECK(at.fault().empty());
}

TEST_CASE("handing again: an image that ends its trials itself is told once the lock has enough of it") {
  Handing at;
  at.hand_out(at.model.make_image(2, Nature::unable));
  at.dock.run_rounds(6);
  CHECK(at.model.running() == 1);
  CHECK(at.images_of_lock().failures == firmware::BootState::kMostFailures);
  CHECK(at.fault() == "image version 2 did not hold on it (by itself), and it went back to 1");
  const int starts = at.model.starts;
  at.dock.run_rounds(3);
  CHECK(at.model.starts == starts);
}

TEST_CASE("handing again: settings that were mended under their number are taken") {
  Handing at;
  auto damaged = at.model.settings(3, 1'900);
  damaged.settings.circumference_mm = 2'000;
  at.hand_out(damaged);
  at.dock.run_rounds(5);
  CHECK(at.settings_of_lock() == 0);
  CHECK(at.fault().find("it does not take settings 3") != std::string::npos);
  at.hand_out(at.model.settings(3, 1'900));
  at.dock.run_rounds(2);
  CHECK(at.settings_of_lock() == 3);
  CHECK(at.fault().empty());
}

TEST_CASE("handing again: a lock that knows no settings is not told to have a flash that fails") {
  Handing at;
  at.hand_out(at.model.settings(3, 1'900));
  at.dock.forge = [](firmware::Request request, std::vector<std::uint8_t>& content) {
    if (request == firmware::Request::configure) content = {static_cast<std::uint8_t>(firmware::Answer::unknown)};
  };
  at.pass(seconds(3));
  CHECK(at.fault().find("it does not know how to take settings 3") != std::string::npos);
}

TEST_CASE("handing again: images that were mended under their version are brought, whatever was wrong with them") {
  Handing at;
  auto forged = at.model.make_image(2);
  const auto genuine = forged;
  forged.message.back() ^= 1;
  at.hand_out(forged);
  at.dock.run_rounds(3);
  CHECK(at.fault().find("it does not take image version 2") != std::string::npos);
  at.hand_out(genuine);
  at.dock.run_rounds(3);
  CHECK(at.model.running() == 2);
  CHECK(at.fault().empty());

  auto copied_badly = at.model.make_image(3);
  const auto whole = copied_badly;
  for (auto& form : copied_badly.forms) form[700] ^= 1;
  at.hand_out(copied_badly);
  at.dock.run_rounds(3);
  CHECK(at.fault().find("image version 3 arrives damaged each time") != std::string::npos);
  at.hand_out(whole);
  at.dock.run_rounds(3);
  CHECK(at.model.running() == 3);

  at.hand_out(at.model.make_image(4, Nature::hangs));
  at.dock.run_rounds(3);
  CHECK(at.fault().find("image version 4 did not hold on it") != std::string::npos);
  at.hand_out(at.model.make_image(4, Nature::good, 2512));
  at.dock.run_rounds(3);
  CHECK(at.model.running() == 4);
  CHECK(at.fault().empty());
}

TEST_CASE("handing again: one image that does not hold keeps no lower one from a lock") {
  Handing at;
  at.hand_out(at.model.make_image(9, Nature::hangs));
  at.hand_out_more(at.model.make_image(8, Nature::hangs));
  at.hand_out_more(at.model.make_image(3));
  at.dock.run_rounds(6);
  CHECK(at.model.running() == 3);
  CHECK(at.fault().find("image version 9 did not hold on it") != std::string::npos);
  const int starts = at.model.starts;
  at.dock.run_rounds(4);
  CHECK(at.model.starts == starts);
}

TEST_CASE("handing again: a slot that does not take bytes is given up after three tries, and told") {
  for (const bool when_erased : {true, false}) {
    Handing at;
    at.hand_out(at.model.make_image(2));
    at.hand_out_more(at.model.make_image(1));
    at.then = [&] {
      if (when_erased || at.images_of_lock().other == OtherSlot::receiving) at.model.flash.wear_out(kSlot1 + 1);
    };
    at.dock.run_rounds(5);
    CHECK(at.model.running() == 1);
    CHECK(at.fault() == "it does not keep image version 2: its flash fails");
    const auto operations = at.model.flash.operations();
    at.dock.run_rounds(20);
    CHECK(at.model.flash.operations() == operations);
    CHECK(at.fault() == "it does not keep image version 2: its flash fails");
  }
}

TEST_CASE("handing again: a lock that is unlocked while an image is sent gets no more of it until it rests") {
  Pace pace;
  pace.pieces = 2;
  Handing at(pace);
  const auto image = at.model.make_image(2);
  at.hand_out(image);
  bool rides = false;
  std::size_t pieces = 0;
  at.dock.forge = [&](firmware::Request request, std::vector<std::uint8_t>&) {
    pieces += request == firmware::Request::write_image ? 1 : 0;
    if (pieces == 1 && !std::exchange(rides, true)) at.model.lock->unlock();
  };
  at.dock.run_rounds(5);
  CHECK(pieces <= pace.pieces);
  CHECK(at.images_of_lock().other == OtherSlot::receiving);
  at.model.lock->close();
  at.model.lock->dock();
  at.dock.run_rounds(3);
  CHECK(at.model.running() == 2);
  CHECK(pieces == (image.forms[0].size() + kImagePiece - 1) / kImagePiece);  // it went on where it was
}

TEST_CASE("handing again: the version of the floor is brought again to a lock on whose flash it rotted") {
  Handing at;
  const auto image = at.model.make_image(2);
  at.hand_out(image);
  at.dock.run_rounds(3);
  REQUIRE(at.model.running() == 2);
  at.dock.images.clear();
  at.model.flash.image()[std::size_t{kSlot1} * 2048 + 100] ^= 1;
  at.model.start(firmware::ResetReason::power_on);
  REQUIRE(at.model.running() == 1);
  at.dock.run_rounds(3);
  CHECK(at.fault() ==
        "image version 2 rotted on its flash, and it runs version 1 until a dock brings it that version or a newer one");
  at.hand_out(image);
  at.dock.run_rounds(4);
  CHECK(at.model.running() == 2);
  CHECK(at.fault().empty());
}

}  // namespace greentill::dock::test
