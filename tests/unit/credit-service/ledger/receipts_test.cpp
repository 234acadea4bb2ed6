// SPDX-License-Identifier: Apache-2.0
// What receipts say beside the answer to their batch, and what a device that missed some of them learns.
#include <algorithm>
#include <set>

#include "tests/unit/credit-service/one_device.hpp"

using namespace greentill;
using namespace greentill::test;

namespace {

/// What a device stores of receipts, and says with its batches.
struct Learned {
  void take(const Answered& answered) {
    CHECK(answered.from_head <= stored.head);
    if (answered.from_head > stored.head || answered.up_to < stored.head) return;
    for (const auto& [seq, why] : answered.refused) refused.insert(seq);
    const std::uint64_t change = stored.change;
    stored = stored_of(answered);
    stored.change = std::max(change, stored.change);
  }
  claim::Stored stored;
  std::set<std::uint64_t> refused;
};

}  // namespace

TEST_CASE("a refusal whose receipt was lost is named by the next ones, until the device says that it has stored it") {
  OneDevice at;
  at.ride(1);
  at.ride_unknown(1);
  at.ride(3);
  at.desk.stored = stored_of(at.send(1, 2));
  at.send(3, 3);  // its receipt is lost with the worker
  at.office.clock.now += 100'000;
  const Answered next = at.send(4, 4);
  CHECK(next.up_to == 4);
  CHECK(next.from_head == 2);
  CHECK(next.reason(3) == "unknown-methodology, later");
  CHECK(at.send(5, 5).reason(3) == "unknown-methodology, later");
  at.desk.stored = stored_of(next);
  CHECK(at.send(6, 6).refused.empty());
  CHECK(at.send(3, 3).reason(3) == "unknown-methodology, later");  // it asks about that one
}

TEST_CASE("what a device says of another epoch, or beyond the ledger, counts for nothing") {
  OneDevice at;
  at.ride_unknown(2);
  at.ride(1);
  at.send(1, 4);
  at.desk.stored = {at.chain.head().chain, 3, 7, 0};
  CHECK(at.send(4, 4).refused.size() == 2);
  at.desk.stored = {at.chain.head().chain, 1'000, 1, 0};
  const Answered beyond = at.send(4, 4);
  CHECK(beyond.from_head == 4);
  CHECK(beyond.up_to == 4);
  at.desk.stored = {claim::ChainId{9}, 4, 1, 0};
  CHECK(at.send(4, 4).refused.size() == 2);
}

TEST_CASE("a receipt goes no further than the lowest refusal that it has no room for") {
  OneDevice at;
  at.ride_unknown(1'600);
  for (std::size_t seq = 1; seq <= 1'601; seq += 200) at.send(seq, std::min<std::size_t>(seq + 199, 1'601));  // nobody hears
  const Answered whole = at.desk.ask("dock-7");  // without a chain in what it says: it is told where that stands
  CHECK(whole.up_to == 0);
  CHECK(whole.head == 1'601);
  Learned learned;
  learned.stored.chain = at.chain.head().chain;
  learned.stored.epoch = 1;
  for (int asked = 0; learned.stored.head < 1'601; ++asked) {
    REQUIRE(asked < 10);
    at.desk.stored = learned.stored;
    const Answered answered = at.desk.ask("dock-7");
    CHECK(answered.up_to > learned.stored.head);
    CHECK(answered.head == 1'601);
    learned.take(answered);
    CHECK(learned.refused.size() == learned.stored.head - 1);
  }
}

TEST_CASE("50,000 refusals in a row, each second receipt lost: the device knows each, and its head moves") {
  OneDevice at;
  at.ride_unknown(50'000);
  Learned learned;
  std::size_t lost = 0;
  for (std::size_t seq = 1; seq <= 50'001; seq += 250) {
    at.desk.stored = learned.stored;
    const Answered answered = at.send(seq, std::min<std::size_t>(seq + 249, 50'001));
    if (++lost % 2 == 0) continue;
    CHECK(answered.up_to > learned.stored.head);
    learned.take(answered);
  }
  for (int asked = 0; learned.stored.head < 50'001; ++asked) {
    REQUIRE(asked < 200);
    at.desk.stored = learned.stored;
    learned.take(at.desk.ask("dock-7"));
  }
  CHECK(learned.refused.size() == 50'000);
}

TEST_CASE("a grant of another amount than was asked for is named like a refusal, until it is stored") {
  Office office(kFixedProgramme);
  ChainBuilder chain(office.enrol("dock-7"));
  Desk desk(office);
  chain.add_start();
  for (std::uint32_t i = 1; i <= 3; ++i) chain.add_ride(2000, of_event(i));
  desk.take("dock-7", slice(chain.messages(), 0, 3));
  const Answered next = desk.take("dock-7", slice(chain.messages(), 3, 4));
  CHECK(next.granted == std::map<std::uint64_t, std::int64_t>{{2, 46'000}, {3, 46'000}, {4, 46'000}});
  desk.stored = stored_of(next);
  CHECK(desk.ask("dock-7").granted.empty());
}

TEST_CASE("a device without a chain is answered that there is none; with a closed one, by the one that is open") {
  OneDevice at;
  const Answered none = at.desk.ask("dock-7");
  CHECK(none.chain == claim::ChainId{});
  CHECK(none.up_to == 0);
  CHECK(none.state == claim::ChainStanding::open);
  at.ride(1);
  at.send(1, 2);
  const claim::ChainHead end = at.chain.head();
  at.chain.restart(2);
  at.chain.add_start(
      start_of(claim::StartReason::recovered_store, claim::Predecessor{"dock-7", end.chain, end.seq, end.payload_hash}));
  at.send(3, 3);
  at.desk.stored = {end.chain, 2, 1, 0};
  const Answered open = at.desk.ask("dock-7");
  CHECK(open.chain == at.chain.head().chain);
  CHECK(open.up_to == 0);
  CHECK(open.head == 1);
}

TEST_CASE("changes are numbered for the device, come until they are stored, and again in a later epoch") {
  Office office;
  ChainBuilder chain(office.enrol("dock-7"));
  ChainBuilder other(office.enrol("till-2"), "till-2", 2);
  Desk desk(office);
  chain.add_start();
  chain.add_ride(2000, of_event(1));
  chain.add_ride(2000, of_event(2));
  const claim::Stored here = stored_of(desk.take("dock-7", chain.messages()));
  other.add_start();
  other.add(reversal_of(1));
  other.add(reversal_of(2, 500));
  desk.take("till-2", other.messages());
  desk.stored = here;
  for (int i = 0; i < 2; ++i) {
    const Answered told = desk.ask("dock-7");
    REQUIRE(told.changes.size() == 2);
    CHECK(told.changes[0].number == 1);
    CHECK(told.changes[0].seq == 2);
    CHECK(told.changes[0].granted_mg == 0);
    CHECK(told.changes[0].reason == "taken-back");
    CHECK(told.changes[1].seq == 3);
    CHECK(told.changes[1].granted_mg == 125);
  }
  desk.stored.change = 2;
  CHECK(desk.ask("dock-7").changes.empty());
  REQUIRE(desk.ledger().begin_epoch());
  const Answered again = desk.ask("dock-7");
  CHECK(again.epoch == 2);
  CHECK(again.changes.size() == 2);
}
