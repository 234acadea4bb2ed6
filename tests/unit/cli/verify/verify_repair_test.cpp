// SPDX-License-Identifier: Apache-2.0
// A device whose store went back, or whose disk was exchanged: it makes anew, in a chain that names the ledger's head, what the
// ledger lacks. What it made before counts for nothing then.
#include "tests/unit/cli/verify/dock.hpp"
#include "tools/cli/verify/kept_claims.hpp"

namespace greentill::cli::verify_repair_test {
namespace {

using claim::StartReason;
using test::Dock;
using test::Findings;
using test::predecessor;

/// The place of a claim that a builder made.
claim::Predecessor place_of(const Dock& dock, const std::vector<test::Bytestring>& messages, std::uint64_t seq) {
  claim::ChainHead head;
  head.chain = dock.chain.head().chain;
  head.seq = seq;
  head.payload_hash = crypto::Hasher().sha256({claim::parse_message(messages[seq - 1], claim::MessageType::claim)->payload});
  return predecessor(head);
}

claim::Start repair(const claim::Predecessor& from) { return {StartReason::store_went_back, from, {}, 1}; }

std::uint64_t rides(const Dock& dock) { return dock.summary.by_activity.at("ride.bike.shared").claims; }

}  // namespace

TEST_CASE("verify: a repair goes on from a place before the end, and what was behind it is not counted twice") {
  Dock dock;
  const claim::Predecessor seventh = place_of(dock, dock.messages(), 7);
  dock.chain.restart(2);
  dock.chain.add_start(repair(seventh));
  for (int i = 0; i < 3; ++i) dock.chain.add_ride();
  CHECK(dock.verify() == Findings{});
  CHECK(dock.summary.sound == 14);
  CHECK(rides(dock) == 9);
  CHECK(dock.summary.by_activity.at("ride.bike.shared").credited_mg == 9 * 167);
  CHECK(dock.summary.set_apart == 3);
  REQUIRE(dock.summary.chains.size() == 2);
  CHECK(dock.summary.chains[0].set_apart_from == 8);
  CHECK(dock.summary.chains[0].last_seq == 10);
  CHECK_FALSE(dock.summary.chains[1].set_apart_from.has_value());
}

TEST_CASE("verify: a repair at the head sets nothing apart, one beyond it lacks claims unless gaps declare them lost") {
  Dock dock;
  claim::ChainHead first = dock.chain.head();
  dock.chain.restart(2);
  SUBCASE("at the head") {
    dock.chain.add_start(repair(predecessor(first)));
    CHECK(dock.verify() == Findings{});
    CHECK(dock.summary.set_apart == 0);
  }
  SUBCASE("beyond it") {
    first.seq = 13;
    dock.chain.add_start(repair(predecessor(first)));
    CHECK(dock.verify() == Findings{"missing 11-13"});
    dock.chain.add(claim::Gap{first.chain, 11, 13, "disk"});
    CHECK(dock.verify() == Findings{});
    CHECK(dock.summary.declared_lost == 3);
  }
}

TEST_CASE("verify: a repair that names another claim than the file holds at its place is found") {
  Dock dock;
  claim::Predecessor seventh = place_of(dock, dock.messages(), 7);
  seventh.payload_hash[0] ^= 1;
  dock.chain.restart(2);
  dock.chain.add_start(repair(seventh));
  CHECK(dock.verify() == Findings{"wrong-start 1"});
  CHECK(rides(dock) == 9);
}

TEST_CASE("verify: only a repair may go back, and only by what its device signed") {
  Dock dock;
  const claim::Predecessor seventh = place_of(dock, dock.messages(), 7);
  dock.chain.restart(2);
  SUBCASE("another reason") {
    dock.chain.add_start({StartReason::recovered_store, seventh, {}, 1});
    CHECK(dock.verify() == Findings{"wrong-start 1"});
  }
  SUBCASE("not signed") {
    dock.chain.add_start(repair(seventh));
    dock.messages().back().back() ^= 1;
    CHECK(dock.verify() == Findings{"bad-signature 1"});
  }
  CHECK(dock.summary.set_apart == 0);
  CHECK(rides(dock) == 9);
}

TEST_CASE("verify: a repair sets apart the chains that began behind its place, and what they lack is not missing") {
  Dock dock;
  const std::vector<test::Bytestring> own = dock.messages();
  const claim::ChainHead first = dock.chain.head();
  dock.chain.restart(2);
  dock.chain.add_start({StartReason::recovered_store, predecessor(first), {}, 1});
  for (int i = 0; i < 4; ++i) dock.chain.add_ride();
  claim::Predecessor seventh = place_of(dock, own, 7);
  seventh.chain = first.chain;
  dock.chain.restart(3);
  dock.chain.add_start(repair(seventh));
  dock.chain.add_ride();
  SUBCASE("all there") {
    CHECK(dock.verify() == Findings{});
    CHECK(dock.summary.set_apart == 3 + 5);
  }
  SUBCASE("with holes") {
    dock.messages().erase(dock.messages().begin() + 12);
    dock.messages().erase(dock.messages().begin() + 8);
    CHECK(dock.verify() == Findings{});
    CHECK(dock.summary.set_apart == 2 + 4);
  }
  CHECK(rides(dock) == 7);
  CHECK(dock.summary.starts == 2);
}

TEST_CASE("verify: a new disk's first chain counts for nothing once the ledger's answer was gone by") {
  Dock dock;
  claim::ChainHead of_ledger;
  of_ledger.chain.fill(9);
  of_ledger.seq = 40;
  of_ledger.payload_hash.fill(9);
  dock.chain.restart(2);
  dock.chain.add_start(repair(predecessor(of_ledger)));
  for (int i = 0; i < 9; ++i) dock.chain.add_ride();
  CHECK(dock.verify() == Findings{"missing 1-40"});
  CHECK(dock.verify({.partial = true, .threads = 1}) == Findings{});
  CHECK(dock.summary.set_apart == 10);
  CHECK(rides(dock) == 9);
}

TEST_CASE("kept claims: what is set apart is gone from the sums, once") {
  KeptClaims kept;
  claim::Claim claim;
  claim.device = "dock-7";
  claim.chain.fill(1);
  for (claim.seq = 1; claim.seq <= 5; ++claim.seq) {
    claim::Reduction ride;
    ride.activity = claim.seq == 5 ? "cup" : "ride";
    ride.credited_mg = static_cast<std::int64_t>(claim.seq);
    claim.entry = ride;
    Digest hash{};
    hash.fill(static_cast<std::uint8_t>(claim.seq));
    kept.keep(claim, hash, claim.seq != 2);
  }
  Digest third{};
  third.fill(3);
  CHECK(kept.match("dock-7", claim.chain, 3, third) == KeptClaims::Match::same);
  CHECK(kept.match("dock-7", claim.chain, 2, third) == KeptClaims::Match::other);
  CHECK(kept.match("dock-7", claim.chain, 6, third) == KeptClaims::Match::unknown);
  CHECK(kept.match("dock-8", claim.chain, 3, third) == KeptClaims::Match::unknown);
  CHECK(kept.match("dock-7", claim.chain, 0, {}) == KeptClaims::Match::same);
  CHECK(kept.match("dock-7", claim.chain, 0, third) == KeptClaims::Match::other);
  CHECK(kept.set_apart("dock-7", claim.chain, 3).size() == 1);
  CHECK(kept.set_apart("dock-7", claim.chain, 4).size() == 1);
  CHECK(kept.set_apart("dock-8", claim.chain, 0).empty());
  VerifySummary summary;
  kept.sum_up(summary);
  CHECK(summary.set_apart == 2);
  CHECK(summary.by_activity.at("ride").credited_mg == 1 + 3);
  CHECK_FALSE(summary.by_activity.contains("cup"));
}

}  // namespace greentill::cli::verify_repair_test
