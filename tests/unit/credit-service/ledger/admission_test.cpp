// SPDX-License-Identifier: Apache-2.0
// Which start is admitted: each row of docs/chains.md, and what decides between them.
#include "tools/credit-service/ledger/admission.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "daemon/base/error.hpp"

namespace greentill::credit::admission_test {
namespace {

using Outcome = Admission::Outcome;
constexpr std::int64_t kNow = 1'800'000'000;

Digest hash_of(std::uint8_t chain, std::uint64_t seq) {
  Digest hash{};
  hash[0] = chain;
  hash[1] = static_cast<std::uint8_t>(seq);
  return hash;
}

/// Every place that a chain has holds hash_of().
class Places final : public PlaceReader {
 public:
  Result<std::optional<Digest>> hash_at(const Chain& chain, std::uint64_t seq) override {
    return seq == 0 || seq > chain.seq ? std::optional<Digest>() : std::optional(hash_of(chain.id[0], seq));
  }
};

struct Known {
  Chain& add(ChainStanding state, std::uint64_t seq, std::int64_t predecessor = 0) {
    Chain chain;
    chain.no = static_cast<std::int64_t>(chains.size()) + 1;
    chain.id[0] = static_cast<std::uint8_t>(chain.no);
    chain.state = state;
    chain.seq = seq;
    chain.opened_at = state == ChainStanding::open || state == ChainStanding::closed ? 1 : 0;
    chain.hash = hash_of(chain.id[0], seq);
    chain.assignment = 1;
    chain.key[0] = 1;
    chain.predecessor = predecessor;
    if (state == ChainStanding::closed) chain.closed_at = seq;
    return chains.emplace_back(chain);
  }
  void names(std::uint8_t chain, std::uint64_t seq) {
    claim::ChainId id{};
    id[0] = chain;
    start.predecessor = claim::Predecessor{"dock-7", id, seq, hash_of(chain, seq)};
  }
  Admission admitted() {
    facts.device = "dock-7";
    facts.start = &start;
    facts.now = kNow;
    Places places;
    const auto made = admit(chains, facts, places);
    REQUIRE(made);
    return *made;
  }
  Known() {
    start.assignment = 1;
    facts.key[0] = 1;
  }
  std::vector<Chain> chains;
  claim::Start start;
  StartFacts facts;
};

}  // namespace

TEST_CASE("admission: a device's first chain is open at once, whatever it names") {
  Known device;
  CHECK(device.admitted().outcome == Outcome::open);
  device.names(9, 40);
  CHECK(device.admitted().outcome == Outcome::open);
  device.start.predecessor->device = "dock-8";
  CHECK(device.admitted().reason == Reason::fork);
  device.facts.assigned = Assigned::never_had;
  CHECK(device.admitted().reason == Reason::wrong_assignment);
  CHECK(device.admitted().outcome == Outcome::held);
}

TEST_CASE("admission: by the place that the start names") {
  Known device;
  device.add(ChainStanding::open, 10);
  SUBCASE("the head") {
    device.names(1, 10);
    CHECK(device.admitted().outcome == Outcome::open);
    CHECK(device.admitted().place == 10);
    CHECK(device.admitted().is_repair);
  }
  SUBCASE("beyond the head") {
    device.names(1, 14);
    CHECK(device.admitted().outcome == Outcome::waits);
    device.facts.gaps_cover = true;
    CHECK(device.admitted().outcome == Outcome::probation);
    CHECK(device.admitted().place == 14);
  }
  SUBCASE("before the head") {
    device.names(1, 7);
    CHECK(device.admitted().outcome == Outcome::probation);
    CHECK(device.admitted().place == 7);
  }
  SUBCASE("nothing, or what the ledger does not know: the head at its coming") {
    CHECK(device.admitted().outcome == Outcome::probation);
    CHECK(device.admitted().place == 10);
    device.names(9, 3);
    CHECK(device.admitted().outcome == Outcome::probation);
    CHECK(device.admitted().place == 10);
  }
  SUBCASE("a place with another hash") {
    device.names(1, 10);
    device.start.predecessor->payload_hash[5] = 9;
    CHECK(device.admitted().outcome == Outcome::held);
    CHECK(device.admitted().reason == Reason::fork);
    CHECK(device.admitted().holds_predecessor);
    device.names(1, 4);
    device.start.predecessor->payload_hash[5] = 9;
    CHECK(device.admitted().reason == Reason::fork);
  }
  SUBCASE("another device's") {
    device.names(1, 10);
    device.start.predecessor->device = "dock-8";
    CHECK(device.admitted().reason == Reason::fork);
    CHECK_FALSE(device.admitted().holds_predecessor);
  }
}

TEST_CASE("admission: a place at which a successor stands already is a fork with that one") {
  Known device;
  device.add(ChainStanding::closed, 10);
  device.add(ChainStanding::open, 5, 1);
  device.names(1, 10);
  const Admission made = device.admitted();
  CHECK(made.outcome == Outcome::held);
  CHECK(made.reason == Reason::fork);
  CHECK(made.predecessor == 2);
  CHECK(made.holds_predecessor);
}

TEST_CASE("admission: a chain that was closed before the named place lets its successor go on on probation") {
  Known device;
  device.add(ChainStanding::closed, 10);
  device.names(1, 14);
  CHECK(device.admitted().outcome == Outcome::probation);
}

TEST_CASE("admission: the place of its key's consent opens the chain, whatever the ledger has") {
  Known device;
  device.add(ChainStanding::open, 10);
  device.facts.key[0] = 2;
  device.facts.key_succeeds = true;
  device.names(1, 14);
  device.facts.consented = *device.start.predecessor;
  CHECK(device.admitted().outcome == Outcome::open);
  CHECK(device.admitted().place == 14);
  CHECK_FALSE(device.admitted().is_repair);
  device.facts.consented->last_seq = 12;
  CHECK(device.admitted().outcome == Outcome::waits);
}

TEST_CASE("admission: a key that has a successor starts no chain") {
  Known device;
  device.add(ChainStanding::open, 10);
  device.names(1, 10);
  device.facts.key_succeeded = true;
  CHECK(device.admitted().outcome == Outcome::held);
  CHECK(device.admitted().reason == Reason::after_consent);
  CHECK_FALSE(device.admitted().holds_predecessor);
}

TEST_CASE("admission: a second repair within 30 days holds itself and the open chain; another key or assignment is none") {
  Known device;
  device.add(ChainStanding::open, 10);
  device.names(1, 10);
  device.facts.repaired_at = kNow - kRepairSeconds + 1;
  SUBCASE("the second") {
    CHECK(device.admitted().reason == Reason::second_repair);
    CHECK(device.admitted().holds_predecessor);
  }
  SUBCASE("long ago") {
    device.facts.repaired_at = kNow - kRepairSeconds;
    CHECK(device.admitted().outcome == Outcome::open);
  }
  SUBCASE("after a person's decision") {
    device.facts.repaired_at = kRepairFree;
    CHECK(device.admitted().outcome == Outcome::open);
  }
  SUBCASE("an assignment that it has left, or never had") {
    for (const Assigned assigned : {Assigned::left, Assigned::never_had}) {
      device.facts.assigned = assigned;
      CHECK(device.admitted().reason == Reason::wrong_assignment);
      CHECK_FALSE(device.admitted().holds_predecessor);
      CHECK_FALSE(device.admitted().is_repair);
    }
  }
  SUBCASE("another key") {
    device.facts.key[0] = 2;
    CHECK(device.admitted().outcome == Outcome::open);
    CHECK_FALSE(device.admitted().is_repair);
  }
  SUBCASE("a later assignment") {
    device.start.assignment = 2;
    CHECK(device.admitted().outcome == Outcome::open);
    CHECK_FALSE(device.admitted().is_repair);
  }
}

TEST_CASE("admission: after a contradiction every start is held with it; else by the chain that was closed last") {
  Known device;
  device.add(ChainStanding::closed, 10);
  Chain& last = device.add(ChainStanding::held, 5, 1);
  last.reason = Reason::fork;
  device.names(2, 5);
  CHECK(device.admitted().outcome == Outcome::held);
  CHECK(device.admitted().reason == Reason::fork);
  last.state = ChainStanding::closed;
  last.closed_at = 5;
  CHECK(device.admitted().outcome == Outcome::open);
}

TEST_CASE("admission: one that waits, and one on probation or held; more are not stored") {
  Known device;
  device.add(ChainStanding::open, 10);
  device.facts.repaired_at = kRepairFree;
  Chain& other = device.add(ChainStanding::waiting, 0, 1);
  device.names(1, 14);
  CHECK(device.admitted().outcome == Outcome::not_stored);
  device.names(1, 7);
  CHECK(device.admitted().outcome == Outcome::probation);
  other.state = ChainStanding::on_probation;
  CHECK(device.admitted().outcome == Outcome::not_stored);
  other.state = ChainStanding::held;
  other.reason = Reason::after_consent;
  CHECK(device.admitted().outcome == Outcome::not_stored);
  device.facts.assigned = Assigned::left;  // stored whatever there is
  CHECK(device.admitted().reason == Reason::wrong_assignment);
  CHECK(device.admitted().outcome == Outcome::held);
  device.facts.assigned = Assigned::good;
  for (const Reason not_counted : {Reason::fork, Reason::second_repair, Reason::wrong_assignment}) {
    other.reason = not_counted;
    CHECK(device.admitted().outcome == Outcome::probation);
  }
  while (device.chains.size() < 1'024) device.add(ChainStanding::closed, 1);
  CHECK(device.admitted().outcome == Outcome::not_stored);
}

}  // namespace greentill::credit::admission_test
