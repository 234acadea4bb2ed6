// SPDX-License-Identifier: Apache-2.0
// What receipts say beside the answer to their batch, and what a device that missed some of them learns.
#include <algorithm>
#include <set>

#include "tests/unit/credit-service/one_device.hpp"

using namespace greentill;
using namespace greentill::test;

namespace {

/// What a device learns that stores each receipt: nothing behind its head is named by a later one.
struct Learned {
  void take(const Answered& answered) {
    up_to = std::max(up_to, answered.up_to);
    for (const auto& [seq, why] : answered.refused) refused.insert(seq);
  }
  std::uint64_t up_to = 0;
  std::set<std::uint64_t> refused;
};

}  // namespace

TEST_CASE("a refusal whose receipt was lost is named by the next ones, for ten minutes") {
  OneDevice at;
  at.ride(1);
  at.ride_unknown(1);
  at.ride(3);
  at.send(1, 2);
  at.send(3, 3);  // its receipt is lost with the worker
  const Answered next = at.send(4, 4);
  CHECK(next.up_to == 4);
  CHECK(next.reason(3) == "unknown-methodology, later");
  at.office.clock.now += 600;
  CHECK(at.send(5, 5).reason(3) == "unknown-methodology, later");
  at.office.clock.now += 1;
  CHECK(at.send(6, 6).refused.empty());
  CHECK(at.send(1, 6).reason(3) == "unknown-methodology, later");
}

TEST_CASE("after a restore what is refused for now is named until it is tried again") {
  OneDevice at;
  at.ride(1);
  at.ride_unknown(1);
  at.ride(3);
  at.send(1, 3);
  at.office.clock.now += 601;
  CHECK(at.send(4, 4).refused.empty());
  REQUIRE(at.desk.ledger().begin_epoch());  // the device may have seen it granted by what the backup lacks
  at.office.clock.now += 1'000'000;
  CHECK(at.send(5, 5).reason(3) == "unknown-methodology, later");
  CHECK(at.send(6, 6).reason(3) == "unknown-methodology, later");
  at.send(3, 3);
  at.office.clock.now += 601;
  CHECK(at.send(6, 6).refused.empty());
}

TEST_CASE("a receipt holds what it must where a device is refused everything") {
  OneDevice at;
  at.chain.add_start();
  for (std::uint32_t i = 1; i <= 1200; ++i) at.chain.add_ride(2000, of_event(1));  // one event, again and again
  Answered last;
  for (std::size_t seq = 1; seq <= 1201; seq += 200) last = at.send(seq, std::min<std::size_t>(seq + 199, 1201));
  CHECK(last.up_to == 1201);
  CHECK(last.refused.size() >= 512);
  CHECK(last.reason(1201) == "duplicate");
  CHECK(at.desk.report().granted_mg == 167);
}

TEST_CASE("a device that sends again what it has no receipt for is moved past no refusal it did not learn of") {
  OneDevice at;
  at.ride_unknown(1599);
  for (std::size_t seq = 1; seq <= 1600; seq += 200) at.send(seq, seq + 199);  // nobody hears the receipts
  SUBCASE("at once") {}
  SUBCASE("when what was refused lately is something else") { at.office.clock.now += 601; }
  Learned learned;
  learned.take(at.send(1, 200));
  CHECK(learned.up_to == 200);
  for (std::size_t seq = 201; seq <= 1600; seq += 200) {
    learned.take(at.send(seq, seq + 199));
    CHECK(learned.up_to == seq + 199);
    CHECK(learned.refused.size() == learned.up_to - 1);
  }
}

TEST_CASE("the last receipt of a full window names what all of it was refused") {
  OneDevice at;
  at.ride_unknown(2047);
  Answered last;
  for (std::size_t seq = 1; seq <= 2048; seq += 256) last = at.send(seq, seq + 255);
  CHECK(last.up_to == 2048);
  CHECK(last.refused.size() == 2047);
}

TEST_CASE("a receipt that answers a claim below the head names nothing behind it, which its device would not take") {
  OneDevice at;
  at.ride(1);
  at.ride_unknown(3);
  at.send(1, 5);
  const Answered again = at.send(1, 3);
  CHECK(again.up_to == 3);
  CHECK(again.refused.size() == 1);
  CHECK(again.reason(3) == "unknown-methodology, later");
}

TEST_CASE("in a later epoch a claim that is tried again does not send its device back to it") {
  OneDevice at;
  at.ride_unknown(1);
  at.ride(3);
  at.ride_unknown(2);
  at.ride(1);
  at.send(1, 8);
  at.office.clock.now += 601;
  CHECK(at.send(2, 2).up_to == 2);
  REQUIRE(at.desk.ledger().begin_epoch());
  const Answered tried = at.send(2, 2);
  CHECK(tried.up_to == 8);
  CHECK(tried.payload_hash == at.chain.head().payload_hash);
  CHECK(tried.refused.size() == 3);
  CHECK(tried.reason(7) == "unknown-methodology, later");
}

TEST_CASE("in a later epoch a batch below more refusals than a receipt holds is answered up to its own end") {
  OneDevice at;
  at.ride_unknown(1900);
  for (std::size_t seq = 1; seq <= 1901; seq += 200) at.send(seq, std::min<std::size_t>(seq + 199, 1901));
  REQUIRE(at.desk.ledger().begin_epoch());
  const Answered first = at.send(1, 2);
  CHECK(first.up_to == 2);
  CHECK(first.refused.size() == 1);
  CHECK(at.send(1, 200).refused.size() == 1900);  // 1701 behind it: they fit
}
