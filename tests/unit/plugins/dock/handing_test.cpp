// SPDX-License-Identifier: Apache-2.0
// What a session hands to the firmware's lock: settings, and images until they run.
#include <doctest/doctest.h>

#include <random>

#include "tests/unit/plugins/dock/handing_bench.hpp"

namespace greentill::dock::test {

TEST_CASE("handing: settings of a higher number are handed to the lock that they are for, once") {
  Handing at;
  at.dock.settings[std::string(LockFixture::kId)] = at.model.settings(3, 1'900);
  at.dock.run_rounds(3);
  CHECK(at.model.lock->journal().state().settings_number == 3);
  CHECK(at.dock.number("settings") == 3);
  CHECK(at.logs("it has settings 3") == 1);
  at.dock.settings[std::string(LockFixture::kId)] = at.model.settings(2, 2'100);
  at.dock.run_rounds(2);
  CHECK(at.model.lock->journal().state().settings_number == 3);
  CHECK(at.fault().empty());
  CHECK(at.logs("it has settings 3, so it is not handed settings 2") == 1);
}

TEST_CASE("handing: settings wait while a ride is under way, and those that another signed are told") {
  Handing at;
  at.model.lock->unlock();
  at.model.lock->pulse();
  at.dock.settings[std::string(LockFixture::kId)] = at.model.settings(3, 1'900);
  at.dock.run_rounds(2);
  CHECK(at.model.lock->journal().state().settings_number == 0);
  CHECK(at.fault().empty());
  at.model.lock->close();
  at.model.lock->dock();
  at.dock.run_rounds(2);
  CHECK(at.model.lock->journal().state().settings_number == 3);

  auto forged = at.model.settings(4, 1'900);
  forged.settings.circumference_mm = 2'000;
  at.dock.settings[std::string(LockFixture::kId)] = forged;
  at.dock.run_rounds(5);
  CHECK(at.fault().find("it does not take settings 4") != std::string::npos);
  at.dock.settings[std::string(LockFixture::kId)] = at.model.settings(5, 2'000);
  at.dock.run_rounds(2);
  CHECK(at.model.lock->journal().state().settings_number == 5);
  CHECK(at.fault().empty());
}

TEST_CASE("handing: an image is sent, tried and confirmed while rides go on, and then left alone") {
  Handing at;
  at.hand_out(at.model.make_image(2));
  at.model.ride_on();
  at.dock.run_rounds(3);
  CHECK(at.model.running() == 2);
  CHECK(at.model.updater->state().ended == firmware::TrialEnd::confirmed);
  CHECK(at.dock.number("image") == 2);
  CHECK(at.logs("it runs image version 2"));
  CHECK(at.dock.number("rides_taken") == 1);
  const int starts = at.model.starts;
  at.dock.run_rounds(3);
  CHECK(at.model.starts == starts);
  CHECK(at.fault().empty());
}

TEST_CASE("handing: an image waits for the end of a ride") {
  Handing at;
  at.model.lock->unlock();
  at.model.lock->pulse();
  at.hand_out(at.model.make_image(2));
  at.dock.run_rounds(2);
  CHECK(at.model.running() == 1);
  at.model.lock->close();
  at.model.lock->dock();
  at.dock.run_rounds(3);
  CHECK(at.model.running() == 2);
}

TEST_CASE("handing: an image that does not hold is told, and tried once; the next one is taken") {
  Handing at;
  at.hand_out(at.model.make_image(2, Nature::hangs));
  at.dock.run_rounds(4);
  CHECK(at.model.running() == 1);
  CHECK(at.fault().find("image version 2 did not hold on it (") != std::string::npos);
  const int starts = at.model.starts;
  at.dock.run_rounds(4);
  CHECK(at.model.starts == starts);
  at.dock.restart();  // and a dock that knows nothing of it does not try it either
  at.dock.run_rounds(3);
  CHECK(at.model.starts == starts);
  CHECK(at.fault().find("image version 2 did not hold on it (") != std::string::npos);
  at.hand_out(at.model.make_image(3));
  at.dock.run_rounds(3);
  CHECK(at.model.running() == 3);
  CHECK(at.fault().empty());
}

TEST_CASE("handing: an image that another signed, or whose bytes are others, changes nothing and is told") {
  Handing at;
  auto forged = at.model.make_image(2);
  forged.message.back() ^= 1;
  at.hand_out(forged);
  at.dock.run_rounds(3);
  CHECK(at.model.running() == 1);
  CHECK(at.fault().find("it does not take image version 2") != std::string::npos);

  auto changed = at.model.make_image(3);
  changed.forms[0][700] ^= 1;
  changed.forms[1][700] ^= 1;
  at.hand_out(changed);
  at.dock.run_rounds(3);
  CHECK(at.model.running() == 1);
  CHECK(at.fault().find("image version 3 arrives damaged each time") != std::string::npos);

  at.hand_out(at.model.make_image(4), UpdateModel::kBoard + 1);
  at.dock.run_rounds(2);
  CHECK(at.model.running() == 1);
  CHECK(at.fault().empty());
}

TEST_CASE("handing: bytes that are lost or changed on the way, and docks that start anew, cost time alone") {
  Handing at;
  std::mt19937 random(7);
  at.dock.way = [&](std::uint8_t byte, bool) -> std::optional<std::uint8_t> {
    const auto drawn = random() % 1000;
    if (drawn == 0) return std::nullopt;
    return drawn == 1 ? static_cast<std::uint8_t>(byte ^ 4) : byte;
  };
  at.dock.settings[std::string(LockFixture::kId)] = at.model.settings(3, 1'900);
  at.hand_out(at.model.make_image(2));
  for (int i = 0; i < 30 && at.model.updater->state().ended != firmware::TrialEnd::confirmed; ++i) {
    at.dock.run(200);
    if (i % 3 == 2) at.dock.restart();
  }
  CHECK(at.model.running() == 2);
  CHECK(at.model.lock->journal().state().settings_number == 3);
}

}  // namespace greentill::dock::test
