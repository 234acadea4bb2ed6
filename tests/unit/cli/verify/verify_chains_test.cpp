// SPDX-License-Identifier: Apache-2.0
// Several chains in one file: how they begin, go on from one another, and stand between one another.
#include "tests/unit/cli/verify/dock.hpp"

namespace greentill {
namespace {

using cli::VerifyOptions;
using test::certificate_of;
using test::ChainBuilder;
using test::Dock;
using test::Findings;
using test::predecessor;
using test::TwoDocks;

TEST_CASE("verify: a chain that begins later holds only where it may") {
  Dock dock;
  dock.messages().erase(dock.messages().begin(), dock.messages().begin() + 3);
  CHECK(dock.verify() == Findings{"missing 1-3"});
  CHECK(dock.verify({true, 1}) == Findings{});
  CHECK(dock.summary.chains[0].first_seq == 4);
}

TEST_CASE("verify: a start stands at seq 1 and nowhere else") {
  Dock dock;
  dock.chain.add_start();
  CHECK(dock.verify() == Findings{"wrong-start 11"});
  dock.messages().erase(dock.messages().begin() + 9);
  CHECK(dock.verify() == Findings{"wrong-start 11", "missing 10"});
  dock.messages().erase(dock.messages().begin(), dock.messages().begin() + 9);
  CHECK(dock.verify({true, 1}) == Findings{"wrong-start 11"});
  Dock other;
  other.messages().clear();
  other.chain.restart(2);
  other.chain.add_ride();
  CHECK(other.verify() == Findings{"wrong-start 1"});
}

TEST_CASE("verify: another chain goes on where its start names the one before as it ended") {
  Dock dock;
  const claim::ChainHead first = dock.chain.head();
  dock.chain.restart(2);
  dock.chain.add_start({claim::StartReason::new_key, predecessor(first), {}, 1});
  dock.chain.add_ride();
  CHECK(dock.verify() == Findings{});
  REQUIRE(dock.summary.chains.size() == 2);
  CHECK(dock.summary.chains[1].last_seq == 2);
}

TEST_CASE("verify: another chain that hides the one before, or its end, is found") {
  Dock dock;
  const claim::ChainHead first = dock.chain.head();
  dock.chain.restart(2);
  SUBCASE("it names none") { dock.chain.add_start(); }
  SUBCASE("it names another chain") {
    claim::ChainHead other = first;
    other.chain.fill(9);
    dock.chain.add_start({claim::StartReason::new_key, predecessor(other), {}, 1});
  }
  SUBCASE("it names an earlier end") {
    claim::ChainHead earlier = first;
    earlier.seq = 7;
    dock.chain.add_start({claim::StartReason::recovered_store, predecessor(earlier), {}, 1});
  }
  SUBCASE("it names another hash") {
    claim::ChainHead forged = first;
    forged.payload_hash[0] ^= 1;
    dock.chain.add_start({claim::StartReason::new_key, predecessor(forged), {}, 1});
  }
  CHECK(dock.verify() == Findings{"wrong-start 1"});
}

TEST_CASE("verify: claims lost with a store are missing until the device declares them lost") {
  Dock dock;
  claim::ChainHead known = dock.chain.head();
  known.seq = 13;
  dock.messages().erase(dock.messages().begin() + 4);
  dock.chain.restart(2);
  dock.chain.add_start({claim::StartReason::recovered_store, predecessor(known), {}, 1});
  CHECK(dock.verify() == Findings{"missing 5", "missing 11-13"});
  dock.chain.add(claim::Gap{known.chain, 5, 5, "disk"});
  dock.chain.add(claim::Gap{known.chain, 11, 12, "disk"});
  CHECK(dock.verify() == Findings{"missing 13"});
  CHECK(dock.summary.declared_lost == 3);
  CHECK(dock.summary.gaps == 2);
}

TEST_CASE("verify: a predecessor that the file does not hold is missing, unless it may be") {
  Dock dock;
  const claim::ChainHead first = dock.chain.head();
  dock.messages().clear();
  dock.chain.restart(2);
  dock.chain.add_start({claim::StartReason::new_key, predecessor(first), {}, 1});
  CHECK(dock.verify() == Findings{"missing 1-10"});
  CHECK(dock.verify({true, 1}) == Findings{});
}

TEST_CASE("verify: no chain goes on from another device's, whoever consented") {
  Dock dock;
  test::TestSigner next("dock-8");
  dock.trust.certificates.push_back(certificate_of(next));
  ChainBuilder chain(next, "dock-8", 3);
  chain.add_start({claim::StartReason::replaced_device, predecessor(dock.chain.head()), {}, 1});
  dock.messages().push_back(chain.messages().front());
  CHECK(dock.verify() == Findings{"wrong-start 1"});
}

TEST_CASE("verify: a chain goes on behind another device's as if nothing stood between") {
  TwoDocks docks;
  SUBCASE("sound") {
    docks.put_between(5);
    CHECK(docks.verify() == Findings{});
    CHECK(docks.summary.sound == 12);
  }
  SUBCASE("what it lacks is missing") {
    docks.put_between(5);
    docks.messages().erase(docks.messages().begin() + 7);
    CHECK(docks.verify() == Findings{"missing 6"});
  }
  SUBCASE("another chain of its own names the one before") {
    const claim::ChainHead first = docks.chain.head();
    docks.chain.restart(2);
    docks.chain.add_start({claim::StartReason::new_key, predecessor(first), {}, 1});
    docks.put_between(10);
    CHECK(docks.verify() == Findings{});
  }
  SUBCASE("another chain of its own names none") {
    docks.chain.restart(2);
    docks.chain.add_start();
    docks.put_between(10);
    CHECK(docks.verify() == Findings{"wrong-start 1"});
  }
}

TEST_CASE("verify: a chain told a second time behind another device's is repeated, and so is a fork of it") {
  TwoDocks docks;
  const std::vector<test::Bytestring> own = docks.messages();
  docks.put_between(10);
  SUBCASE("whole") {
    docks.messages().insert(docks.messages().end(), own.begin(), own.begin() + 2);
    CHECK(docks.verify() == Findings{"repeated 1", "repeated 2"});
  }
  SUBCASE("a fork") {
    ChainBuilder fork(docks.signer);
    fork.add_start();
    fork.add_ride(9000);
    docks.messages().push_back(fork.messages()[1]);
    CHECK(docks.verify() == Findings{"repeated 2"});
  }
  SUBCASE("a fork of its end") {
    docks.messages().erase(docks.messages().begin() + 9);
    docks.chain.change(8, [](claim::Claim& claim) { claim.issued_at += 1; });
    CHECK(docks.verify() == Findings{});
    docks.messages().push_back(own[9]);
    CHECK(docks.verify() == Findings{"broken-link 10"});
  }
  CHECK(docks.summary.by_activity.at("ride.bike.shared").claims >= 9);
}

TEST_CASE("verify: another key behind another device's chain is still another key") {
  TwoDocks docks;
  test::TestSigner new_key("dock-7");
  docks.trust.certificates.push_back(certificate_of(new_key));
  const test::Bytestring original = docks.messages()[9];
  docks.messages()[9] = docks.chain.sign_payload(new_key, claim::parse_message(original, claim::MessageType::claim)->payload);
  docks.put_between(9);
  CHECK(docks.verify() == Findings{"key-changed 10"});
}

TEST_CASE("verify: a chain that goes on behind its successor's start is out of order, and that is told once") {
  Dock dock;
  const claim::ChainHead first = dock.chain.head();
  std::vector<test::Bytestring> own = dock.messages();
  dock.chain.restart(2);
  dock.chain.add_start({claim::StartReason::new_key, predecessor(first), {}, 1});
  own.insert(own.begin() + 7, dock.messages().back());
  dock.messages() = own;
  CHECK(dock.verify() == Findings{"out-of-order 8"});
}

TEST_CASE("verify: a chain behind its successor has one finding of its place, and what it lacks is missing once") {
  Dock dock;
  const std::vector<test::Bytestring> own = dock.messages();
  const claim::ChainHead first = dock.chain.head();
  dock.chain.restart(2);
  dock.chain.add_start({claim::StartReason::new_key, predecessor(first), {}, 1});
  const test::Bytestring successor = dock.messages().back();
  const auto verify = [&](std::initializer_list<std::size_t> seqs) {
    dock.messages() = {successor};
    for (const std::size_t seq : seqs) dock.messages().push_back(own[seq - 1]);
    return dock.verify();
  };
  CHECK(verify({1, 2, 3, 4, 5, 6, 7, 8, 9, 10}) == Findings{"out-of-order 1"});
  CHECK(dock.summary.sound == 10);
  CHECK(verify({5, 6, 7, 8, 9, 10}) == Findings{"out-of-order 5", "missing 1-4"});
  CHECK(verify({1, 2, 3, 4, 8, 9}) == Findings{"out-of-order 1", "missing 10", "missing 5-7"});
}

TEST_CASE("verify: a chain behind its successor still names the chain before it, which is missing") {
  Dock dock;
  const claim::ChainHead first = dock.chain.head();
  dock.messages().clear();
  dock.chain.restart(2);
  dock.chain.add_start({claim::StartReason::new_key, predecessor(first), {}, 1});
  const claim::ChainHead second = dock.chain.head();
  dock.chain.restart(3);
  dock.chain.add_start({claim::StartReason::new_key, predecessor(second), {}, 1});
  std::swap(dock.messages()[0], dock.messages()[1]);
  CHECK(dock.verify() == Findings{"out-of-order 1", "missing 1-10"});
}

}  // namespace
}  // namespace greentill
