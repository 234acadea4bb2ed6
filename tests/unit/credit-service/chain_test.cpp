// SPDX-License-Identifier: Apache-2.0
// Batches in any order and number, and devices that were cloned or set back.
#include <algorithm>
#include <random>

#include "tests/unit/credit-service/office.hpp"

using namespace greentill;
using namespace greentill::test;

namespace {

struct OneDevice {
  OneDevice() : chain(office.enrol("dock-7")), desk(office) {}
  void ride(std::uint32_t count) {
    if (chain.messages().empty()) chain.add_start();
    for (std::uint32_t i = 0; i < count; ++i) chain.add_ride(2000, of_event(++events));
  }
  Answered send(std::size_t first, std::size_t last) { return desk.take("dock-7", slice(chain.messages(), first - 1, last)); }

  Office office;
  ChainBuilder chain;
  Desk desk;
  std::uint32_t events = 0;
};

}  // namespace

TEST_CASE("a repeated batch is booked once and answered the same") {
  OneDevice at;
  at.ride(5);
  const Answered first = at.send(1, 6);
  CHECK(first.up_to == 6);
  CHECK(first.correlation == std::vector<std::uint8_t>{1, 2, 3});
  CHECK(first.payload_hash == at.chain.head().payload_hash);
  for (int i = 0; i < 3; ++i) {
    const Answered again = at.send(1, 6);
    CHECK(again.granted == first.granted);
    CHECK(again.up_to == 6);
  }
  CHECK(at.send(3, 4).granted == std::map<std::uint64_t, std::int64_t>{{3, 167}, {4, 167}});
  CHECK(at.desk.report().granted_mg == 5 * 167);
  CHECK(at.desk.wrong().empty());
}

TEST_CASE("a batch beyond the head is kept, answered with the head as it is, and booked when its turn comes") {
  OneDevice at;
  at.ride(9);
  const Answered early = at.send(4, 6);
  CHECK(early.up_to == 0);
  CHECK(early.payload_hash == Digest{});
  CHECK(early.granted.empty());
  CHECK(at.send(7, 10).up_to == 0);
  CHECK(at.send(7, 10).up_to == 0);  // kept once
  CHECK(at.desk.report().pending == 2);
  const auto answers = at.desk.try_take("dock-7", slice(at.chain.messages(), 0, 3));
  REQUIRE(answers);
  REQUIRE(answers->size() == 3);
  CHECK((*answers)[0].up_to == 3);
  CHECK((*answers)[1].up_to == 6);
  CHECK((*answers)[2].up_to == 10);
  CHECK((*answers)[2].granted.size() == 4);
  CHECK(at.desk.report().pending == 0);
  CHECK(at.desk.report().granted_mg == 9 * 167);
  CHECK(at.desk.wrong().empty());
}

TEST_CASE("only so many batches of a chain are kept") {
  OneDevice at;
  at.ride(80);
  for (std::size_t seq = 3; seq <= 81; ++seq) at.send(seq, seq);
  CHECK(at.desk.report().pending == 64);
  CHECK(at.send(1, 2).up_to == 2);
  CHECK(at.send(67, 81).up_to == 81);
  CHECK(at.desk.report().granted_mg == 80 * 167);
}

TEST_CASE("batches in any order and number give the same books") {
  for (std::uint32_t seed = 1; seed <= 10; ++seed) {
    CAPTURE(seed);
    std::mt19937 random(seed);
    OneDevice at;
    at.ride(60);
    std::vector<std::pair<std::size_t, std::size_t>> batches;
    for (std::size_t first = 1; first <= 61;) {
      const std::size_t last = std::min<std::size_t>(61, first + random() % 12);
      for (std::size_t copies = 1 + random() % 3; copies > 0; --copies) batches.emplace_back(first, last);
      if (random() % 2 == 0) batches.emplace_back(first, std::min<std::size_t>(61, last + random() % 5));
      first = last + 1;
    }
    std::shuffle(batches.begin(), batches.end(), random);
    for (const auto& [first, last] : batches) at.send(first, last);
    CHECK(at.send(61, 61).up_to == 61);
    CHECK(at.desk.report().granted_mg == 60 * 167);
    CHECK(at.desk.report().pending == 0);
    CHECK(at.desk.wrong().empty());
  }
}
