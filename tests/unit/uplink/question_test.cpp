// SPDX-License-Identifier: Apache-2.0
// The question at each connection, what is said with each batch, and what is decided later.
#include <doctest/doctest.h>

#include <chrono>
#include <thread>

#include "tests/unit/uplink/rig.hpp"

using namespace greentill;
using namespace greentill::test;
using namespace std::chrono_literals;

namespace {

struct Pair {
  TempDir folder;
  Broker broker{certificates(), folder.path()};
  FakeService service{certificates()};
};

}  // namespace

TEST_CASE("uplink: at each connection it asks, and sends nothing else before the answer") {
  Pair at;
  at.service.answers_questions = false;
  at.service.connect(at.broker.uri());
  auto options = Device::options(at.broker);
  options.receipt_timeout = 100ms;
  Device device(options);
  device.sell(5);
  device.start();
  REQUIRE(eventually([&] { return at.service.questions() >= 3; }));
  CHECK(at.service.heard().find('b') == std::string::npos);
  CHECK(device.status().last_error.find("Is the credit service running?") != std::string::npos);
  at.service.answers_questions = true;
  CHECK(eventually([&] { return device.all_delivered(); }));
  CHECK(device.status().last_error.empty());
  CHECK(at.service.last_batch().stored == "0101010101010101 0 1 0");

  const std::size_t asked = at.service.questions();
  device.sell(1);
  REQUIRE(eventually([&] { return device.all_delivered(); }));
  CHECK(at.service.last_batch().stored == "0101010101010101 6 1 0");
  CHECK(at.service.questions() == asked);
  device.stop();
  device.start();
  CHECK(eventually([&] { return at.service.questions() == asked + 1; }));
}

TEST_CASE("uplink: it asks once a day") {
  Pair at;
  at.service.connect(at.broker.uri());
  Device device(Device::options(at.broker), Time::by_hand);
  device.start();
  REQUIRE(eventually([&] { return device.all_delivered(); }));
  REQUIRE(at.service.questions() == 1);
  device.advance(std::chrono::hours(23));
  static_cast<void>(device.strand_delay());
  CHECK(at.service.questions() == 1);
  CHECK(eventually([&] {
    device.advance(std::chrono::minutes(20));
    return at.service.questions() == 2;
  }));
}

TEST_CASE("uplink: it asks when somebody wants to know, also where an earlier question has no answer") {
  Pair at;
  at.service.connect(at.broker.uri());
  Device device(Device::options(at.broker));
  device.question_now();  // before the start it is for nothing
  device.start();
  REQUIRE(eventually([&] { return device.all_delivered() && device.status().receipts > 0; }));
  const std::uint64_t before = device.status().receipts;
  CHECK(eventually([&] {
    device.question_now();
    return device.status().receipts > before;
  }));
  at.service.answers_questions = false;
  const std::size_t asked = at.service.questions();
  REQUIRE(eventually([&] {
    device.question_now();
    return at.service.questions() > asked;
  }));
  const std::uint64_t unanswered = device.status().receipts;
  at.service.answers_questions = true;
  CHECK(eventually([&] {
    device.question_now();
    return device.status().receipts > unanswered;
  }));
}

TEST_CASE("uplink: one question is enough, also where something sent is not acknowledged yet") {
  Pair at;
  at.service.connect(at.broker.uri());
  Device device(Device::options(at.broker));
  device.start();
  REQUIRE(eventually([&] { return device.all_delivered() && device.status().receipts > 0; }));
  for (int i = 0; i < 50; ++i) {
    device.sell(1);
    while (!device.all_delivered()) std::this_thread::yield();  // its receipt is often here before the broker's acknowledgement
    const std::uint64_t before = device.status().receipts;
    device.question_now();
    REQUIRE_MESSAGE(eventually([&] { return device.status().receipts > before; }), i);
  }
}

TEST_CASE("uplink: what is decided later is heard at the next question, all of it at once") {
  Pair at;
  at.service.connect(at.broker.uri());
  Device device(Device::options(at.broker));
  device.sell(600);
  device.start();
  REQUIRE(eventually([&] { return device.all_delivered(); }));
  for (std::uint64_t seq = 2; seq <= 601; ++seq) at.service.change(seq, claim::Stands::held, 0, "screening");
  device.stop();
  device.start();
  CHECK(eventually([&] { return device.backlog().held == 600; }));
  CHECK(device.log.count("the service holds 256 claims") == 2);
  CHECK(device.claim(2).reason == "screening");
  CHECK(eventually([&] { return at.service.heard().ends_with("???"); }));
}

TEST_CASE("uplink: the state of the chain is told once, and shown as long as it lasts") {
  Pair at;
  at.service.state = claim::ChainStanding::on_probation;
  at.service.connect(at.broker.uri());
  Device device(Device::options(at.broker));
  device.sell(3);
  device.start();
  REQUIRE(eventually([&] { return device.all_delivered(); }));
  CHECK(device.status().chain == claim::ChainStanding::on_probation);
  CHECK(device.status().chain_words.find("72 h") != std::string::npos);
  device.sell(3);
  REQUIRE(eventually([&] { return device.all_delivered(); }));
  CHECK(device.log.count("on probation") == 1);
  at.service.state = claim::ChainStanding::open;
  device.sell(1);
  CHECK(eventually([&] { return device.all_delivered() && device.status().chain == claim::ChainStanding::open; }));
  CHECK(device.status().chain_words.empty());
  CHECK(device.log.count("the chain is open") == 1);
}

TEST_CASE("uplink: where the service says when to come again nothing is sent before") {
  Pair at;
  at.service.connect(at.broker.uri());
  Device device(Device::options(at.broker), Time::by_hand);
  device.sell(3);
  device.start();
  REQUIRE(eventually([&] { return device.all_delivered(); }));
  at.service.come_again_s = 600;
  device.sell(1);
  REQUIRE(eventually([&] { return device.status().paused_until != 0; }));
  CHECK(eventually([&] { return device.log.count("the service takes no claims before") == 1; }));
  at.service.come_again_s = 0;
  const std::string heard = at.service.heard();
  device.sell(1);
  device.advance(599s);
  static_cast<void>(device.strand_delay());
  CHECK(at.service.heard() == heard);
  device.stop();
  device.start();
  REQUIRE(eventually([&] { return device.status().connects == 2; }));
  static_cast<void>(device.strand_delay());
  CHECK(at.service.heard() == heard);
  device.advance(2s);
  CHECK(eventually([&] { return device.all_delivered(); }));
  CHECK(at.service.heard().starts_with(heard + '?'));
  CHECK(device.status().paused_until == 0);
}
