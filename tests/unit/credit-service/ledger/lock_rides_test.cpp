// SPDX-License-Identifier: Apache-2.0
// Rides that locks signed: what the service takes of them, how they go on from one another, and up to where they are settled.
#include <doctest/doctest.h>

#include "tests/unit/credit-service/locked_docks.hpp"

namespace greentill::credit::lock_rides_test {
namespace {

using test::ChainBuilder;
using test::LockedDocks;
using test::TestLock;
using Bytestring = std::vector<std::uint8_t>;

claim::Reduction& ride_of(claim::Claim& claim) { return std::get<claim::Reduction>(claim.entry); }

constexpr std::int64_t kThirtyDays = std::int64_t{30} * 86'400;

}  // namespace

TEST_CASE("lock rides: a ride that a dock claims as its lock signed it is granted and settled") {
  LockedDocks at;
  CHECK(at.claim("dock-1", at.lock.ride(), 1) == "accepted");
  CHECK(at.claim("dock-1", at.lock.ride(), 2) == "accepted");
  CHECK(at.desk->report().granted_mg == 2 * LockedDocks::kWorth);
  CHECK(at.settled() == 2);
  CHECK(at.state().open == 0);
  CHECK(at.desk->report().locks == std::map<std::string, std::uint64_t>{{"active", 1}});
  CHECK(at.desk->wrong() == "");
}

TEST_CASE("lock rides: what a dock changes, makes up or claims of another's lock is refused, with a reason of its own") {
  LockedDocks at;
  TestLock other("lock-0043");
  at.add(other);
  const Bytestring statement = at.lock.ride();
  SUBCASE("a byte changed in the statement") {
    Bytestring changed = statement;
    changed[changed.size() - 69] ^= 1;  // of its seconds
    CHECK(at.claim("dock-1", changed, 1) == "bad-statement");
    CHECK(at.state().rides == 0);
    CHECK(at.office.log.says("did not sign the statement as it stands"));
  }
  SUBCASE("more metres than the lock counted") {
    const ChainBuilder::Edit honest = at.honest(statement, 1);
    CHECK(at.send("dock-1", [&](claim::Claim& claim) {
      honest(claim);
      claim::Reduction& ride = ride_of(claim);
      ride.quantities[0].value = 4000;
      const auto amounts = measure::quantify(test::ride_methodology(), ride.quantities, ride.begin, ride.end);
      REQUIRE(amounts);
      ride.estimate_mg = amounts->estimate_mg;
      ride.credited_mg = amounts->credited_mg;
    }) == "other-statement");
    CHECK(at.office.log.says("it claims m.odometer 4000, the lock says 2000"));
    CHECK(at.settled() == 0);  // a lock does not forget what a dock claims wrongly
  }
  SUBCASE("another act's nullifier") { CHECK(at.claim("dock-1", statement, 2) == "other-statement"); }
  SUBCASE("another lock's nullifier") { CHECK(at.send("dock-1", at.honest(statement, 1, "lock-0043")) == "other-statement"); }
  SUBCASE("another lock's statement") {
    const Bytestring others = other.ride();
    CHECK(at.send("dock-1", at.honest(others, 1)) == "other-statement");
  }
  SUBCASE("a statement of a key that the lock does not have") {
    TestLock impostor("lock-0042");
    CHECK(at.claim("dock-1", impostor.ride(), 1) == "unknown-lock, later");
  }
  SUBCASE("no statement, though its act is a ride of the lock's") {
    CHECK(at.claim("dock-1", statement, 1, [](claim::Claim& claim) { ride_of(claim).evidence.reset(); }) ==
          "no-statement, later");
  }
  SUBCASE("its hash in place of the statement") {
    const Digest hash = at.office.hasher.sha256({statement});
    CHECK(at.claim("dock-1", statement, 1, [&](claim::Claim& claim) {
      ride_of(claim).evidence = claim::Evidence{claim::Evidence::Kind::hashed, hash};
    }) == "no-statement, later");
  }
  SUBCASE("a ride of nobody's under the root of locks") { CHECK(at.send("dock-1", test::of_event(7)) == "no-statement, later"); }
  CHECK(at.desk->report().granted_mg == 0);
  CHECK(at.desk->wrong() == "");
  CHECK(at.claim("dock-2", statement, 1) == "accepted");
  CHECK(at.settled() == 1);
  CHECK(at.desk->wrong() == "");
}

TEST_CASE("lock rides: once all of a root's locks are retired or revoked, no ride is made up in place of theirs") {
  LockedDocks at;
  for (const bool revokes : {false, true}) {
    at.change_lock(
        [&](Registry& registry) { return revokes ? registry.revoke_lock("lock-0042") : registry.retire_lock("lock-0042"); });
    CHECK(at.send("dock-1", test::of_event(7)) == "no-statement, later");
  }
  CHECK(at.desk->report().granted_mg == 0);
}

TEST_CASE("lock rides: a lock that is not registered yet, is revoked, or was retired") {
  LockedDocks at;
  TestLock late("lock-0044");
  const Bytestring statement = late.ride();
  CHECK(at.send("dock-1", at.honest(statement, 1, "lock-0044")) == "unknown-lock, later");
  at.add(late);
  CHECK(at.deliver("dock-1", 2) == "accepted");
  at.change_lock([](Registry& registry) { return registry.revoke_lock("lock-0044"); });
  const Bytestring second = late.ride();
  CHECK(at.send("dock-1", at.honest(second, 2, "lock-0044")) == "lock-revoked, later");
  at.change_lock([](Registry& registry) { return registry.trust_lock("lock-0044"); });
  CHECK(at.deliver("dock-1", 3) == "accepted");
  at.change_lock([](Registry& registry) { return registry.retire_lock("lock-0044"); });
  CHECK(at.send("dock-1", at.honest(late.ride(), 3, "lock-0044")) == "held: lock-retired");
  CHECK(at.state("lock-0044").settled == 2);
  CHECK(at.desk->wrong() == "");
}

TEST_CASE("lock rides: a worker without the programme's key takes none, and loses none") {
  LockedDocks at;
  const Bytestring statement = at.lock.ride();
  at.office.programme_key.reset();
  test::Desk without(at.office);
  at.office.programme_key = Bytes<32>{9, 8, 7};
  ChainBuilder& chain = at.chains.at("dock-1");
  chain.add_ride(2000, at.honest(statement, 1));
  CHECK(without.take("dock-1", chain.messages()).reason(2) == "unchecked-statement, later");
  CHECK(at.deliver("dock-1", 2) == "accepted");
}

TEST_CASE("lock rides: two docks report one ride, and it is claimed once") {
  LockedDocks at;
  const Bytestring statement = at.lock.ride();
  CHECK(at.claim("dock-1", statement, 1) == "accepted");
  CHECK(at.claim("dock-2", statement, 1) == "duplicate");
  CHECK(at.desk->report().granted_mg == LockedDocks::kWorth);
  CHECK(at.settled() == 1);
  CHECK(at.state().rides == 1);
  CHECK(at.desk->wrong() == "");
}

TEST_CASE("lock rides: one ride is one act, also where two docks date it under two versions of the root's key") {
  LockedDocks at;
  const std::int64_t begins = at.office.clock.now + std::int64_t{91} * 86'400;
  at.ok(at.office.change([&](Registry& registry) -> Status {
    const auto made = registry.add_version("rides", begins);
    return made ? Status(Done{}) : Status(Failure{made.error()});
  }));
  at.office.clock.now = begins + 10 * 86'400;
  at.desk = std::make_unique<test::Desk>(at.office);
  TestLock::Ride unset;
  unset.ended_at = 400;
  unset.clock = 2;
  const Bytestring statement = at.lock.ride(unset);
  const auto dated = [&](std::int64_t end, std::uint32_t version) {
    return [&at, end, honest = at.honest(statement, 1, "lock-0042", version)](claim::Claim& claim) {
      honest(claim);
      claim.issued_at = at.office.clock.now;
      ride_of(claim).end = end;
      ride_of(claim).begin = end - 500;
    };
  };
  CHECK(at.send("dock-1", dated(begins - 5 * 86'400, 1)) == "accepted");
  CHECK(at.send("dock-2", dated(begins + 5 * 86'400, 2)) == "duplicate");
  CHECK(at.desk->report().granted_mg == LockedDocks::kWorth);
  CHECK(at.desk->wrong() == "");
}

TEST_CASE("lock rides: the chain goes on across docks, in whichever order rides come") {
  LockedDocks at;
  const Bytestring one = at.lock.ride(), two = at.lock.ride(), three = at.lock.ride();
  CHECK(at.claim("dock-2", three, 3) == "accepted");
  CHECK(at.settled() == 0);
  CHECK(at.claim("dock-1", one, 1) == "accepted");
  CHECK(at.settled() == 1);
  CHECK(at.claim("dock-2", two, 2) == "accepted");
  CHECK(at.settled() == 3);
  CHECK(at.state().faults.empty());
  CHECK(at.desk->wrong() == "");
}

TEST_CASE("lock rides: twin locks are found by two rides of one number, or by a link, through whichever docks") {
  LockedDocks at;
  CHECK(at.claim("dock-1", at.lock.ride(), 1) == "accepted");
  TestLock twin = at.lock.twin();
  TestLock::Ride longer;
  longer.metres = 2000;
  longer.ended_at = 1'700'000'500;
  longer.clock = 1;
  SUBCASE("two rides of one number: the second is a duplicate, and what follows is held") {
    CHECK(at.claim("dock-1", at.lock.ride(), 2) == "accepted");
    CHECK(at.claim("dock-2", twin.ride(longer), 2) == "duplicate");
    CHECK(at.state().faults.at(0).kind == LockFaultKind::two_rides);
    CHECK(at.claim("dock-1", at.lock.ride(), 3) == "held: lock-fork");
  }
  SUBCASE("a link that does not fit the ride before") {
    at.lock.ride();
    CHECK(at.claim("dock-1", twin.ride(longer), 2) == "accepted");
    CHECK(at.claim("dock-2", at.lock.ride(), 3) == "held: lock-fork");
    CHECK(at.state().faults.at(0).kind == LockFaultKind::broken_link);
    CHECK(at.state().faults.at(0).counter == 3);
  }
  SUBCASE("a link that does not fit the ride behind") {
    at.lock.ride();
    CHECK(at.claim("dock-1", at.lock.ride(), 3) == "accepted");
    CHECK(at.claim("dock-2", twin.ride(longer), 2) == "held: lock-fork");
    CHECK(at.state().faults.at(0).counter == 2);
    CHECK(at.claim("dock-2", at.lock.ride(), 4) == "held: lock-fork");
  }
  SUBCASE("no link where there must be one") {
    CHECK(at.claim("dock-2", at.lock.sign({}, 2, std::nullopt), 2) == "held: lock-fork");
  }
  CHECK(at.office.log.says("two locks sign with one key"));
  CHECK(at.desk->report().contradicted == 1);
  CHECK(at.desk->wrong() == "");
  // A person looks: what comes then passes, and what is held stays so.
  const std::uint64_t held = at.desk->report().held_in_all.claims;
  auto store = at.office.open_store();
  REQUIRE(store);
  CHECK((*store)->lift_lock_faults("lock-0042", at.office.clock.now).value() >= 1);
  const Bytestring next = at.lock.ride();
  CHECK(at.claim("dock-1", next, at.lock.counter()) == "accepted");
  CHECK(at.desk->report().held_in_all.claims == held);
  CHECK(at.desk->report().contradicted == 0);
  CHECK(at.desk->wrong() == "");
}

TEST_CASE("lock rides: what is held is not settled until a person decides, or thirty days are over") {
  LockedDocks at;
  at.change_lock([](Registry& registry) { return registry.retire_lock("lock-0042"); });
  CHECK(at.claim("dock-1", at.lock.ride(), 1) == "held: lock-retired");
  CHECK(at.claim("dock-1", at.lock.ride(), 2) == "held: lock-retired");
  CHECK(at.settled() == 0);
  credit::Desk::Selection all;
  all.device = "dock-1";
  SUBCASE("released") {
    CHECK(at.desk->ledger().desk().decide(all, credit::Desk::Verdict::release).value() == 2);
    CHECK(at.settled() == 2);
    CHECK(at.desk->report().granted_mg == 2 * LockedDocks::kWorth);
  }
  SUBCASE("dismissed") {
    CHECK(at.desk->ledger().desk().decide(all, credit::Desk::Verdict::dismiss).value() == 2);
    CHECK(at.settled() == 2);
  }
  SUBCASE("thirty days") {
    at.office.clock.now += kThirtyDays - 10;
    at.due();
    CHECK(at.settled() == 0);
    at.office.clock.now += 10;
    at.due();
    CHECK(at.settled() == 2);
    at.due();
    CHECK(at.settled() == 2);
  }
  CHECK(at.desk->wrong() == "");
}

TEST_CASE("lock rides: a ride that was taken back or corrected is settled, and stays so") {
  LockedDocks at;
  const Bytestring statement = at.lock.ride();
  CHECK(at.claim("dock-1", statement, 1) == "accepted");
  ChainBuilder& chain = at.chains.at("dock-1");
  claim::Reversal back;
  REQUIRE(
      back.nullifiers.push_back(test::ride_nullifier(at.office.hasher, *at.office.programme_key, 1, "rides", "lock-0042", 1)));
  back.reason = claim::ReversalReason::correction;
  chain.add(back);
  CHECK(at.deliver("dock-1", chain.messages().size()) == "accepted");
  CHECK(at.settled() == 1);
  CHECK(at.desk->report().granted_mg == 0);
  // The mistake was what its merchant had recorded by then.
  CHECK(at.claim("dock-2", statement, 1, [](claim::Claim& claim) { claim.issued_at += 60; }) == "accepted");
  CHECK(at.desk->report().granted_mg == LockedDocks::kWorth);
  CHECK(at.desk->wrong() == "");
}

TEST_CASE("lock rides: a ride that nobody claims is passed over, thirty days after a later one") {
  LockedDocks at;
  CHECK(at.claim("dock-1", at.lock.ride(), 1) == "accepted");
  at.lock.ride();  // of 40 m, say
  CHECK(at.claim("dock-1", at.lock.ride(), 3) == "accepted");
  at.office.clock.now += 86'400;
  CHECK(at.claim("dock-1", at.lock.ride(), 4) == "accepted");
  CHECK(at.settled() == 1);
  at.due();
  CHECK(at.settled() == 1);
  at.office.clock.now += kThirtyDays - 86'400;
  at.due();
  CHECK(at.settled() == 4);
  CHECK(at.claim("dock-1", at.lock.ride(), 5) == "accepted");
  CHECK(at.settled() == 5);
  CHECK(at.desk->wrong() == "");
}

TEST_CASE("lock rides: a ride that a dock claims wrongly on purpose is kept by its lock for thirty days") {
  LockedDocks at;
  const Bytestring statement = at.lock.ride();
  const auto other_end = [](claim::Claim& claim) { ++ride_of(claim).end, ++ride_of(claim).begin; };
  CHECK(at.claim("dock-1", statement, 1, other_end) == "other-statement");
  CHECK(at.state().rides == 1);
  at.office.clock.now += kThirtyDays - 10;
  at.due();
  CHECK(at.settled() == 0);
  at.office.clock.now += 10;
  at.due();
  CHECK(at.settled() == 1);
  CHECK(at.desk->wrong() == "");
}

}  // namespace greentill::credit::lock_rides_test
