// SPDX-License-Identifier: Apache-2.0
// Several devices in one file: what one of them signs says nothing about another's chain.
#include "tests/unit/cli/verify/dock.hpp"

namespace greentill {
namespace {

using test::Bytestring;
using test::ChainBuilder;
using test::Dock;
using test::Findings;
using test::predecessor;
using test::TwoDocks;

void append(std::vector<Bytestring>& to, const std::vector<Bytestring>& from, std::size_t first, std::size_t last) {
  to.insert(to.end(), from.begin() + static_cast<std::ptrdiff_t>(first - 1), from.begin() + static_cast<std::ptrdiff_t>(last));
}

TEST_CASE("verify: a device that takes another's chain id does not stand in for its missing claims") {
  TwoDocks docks;
  const std::vector<Bytestring> own = docks.messages();
  ChainBuilder thief(docks.other_signer, "dock-8", 1);
  thief.add_start();
  for (int i = 0; i < 3; ++i) thief.add_ride();
  docks.messages().clear();
  append(docks.messages(), thief.messages(), 1, 2);
  append(docks.messages(), own, 1, 2);
  append(docks.messages(), own, 5, 6);
  append(docks.messages(), thief.messages(), 3, 4);
  CHECK(docks.verify() == Findings{"missing 3-4"});
}

TEST_CASE("verify: a chain whose claims stand between another's is summed up once") {
  TwoDocks docks;
  const std::vector<Bytestring> own = docks.messages();
  for (int i = 0; i < 8; ++i) docks.other.add_ride();
  docks.messages().clear();
  for (std::size_t i = 0; i < own.size(); ++i) {
    docks.messages().push_back(own[i]);
    docks.messages().push_back(docks.other.messages()[i]);
  }
  CHECK(docks.verify() == Findings{});
  REQUIRE(docks.summary.chains.size() == 2);
  for (const cli::ChainSummary& chain : docks.summary.chains) {
    CHECK(chain.first_seq == 1);
    CHECK(chain.last_seq == 10);
  }
  CHECK(docks.summary.chains[1].device == "dock-8");
}

TEST_CASE("verify: of each device the claims may begin in the middle of a chain where the file is partial") {
  TwoDocks docks;
  const std::vector<Bytestring> own = docks.messages();
  for (int i = 0; i < 4; ++i) docks.other.add_ride();
  docks.messages().clear();
  append(docks.messages(), own, 5, 10);
  append(docks.messages(), docks.other.messages(), 4, 6);
  CHECK(docks.verify({true, 1}) == Findings{});
  CHECK(docks.verify() == Findings{"missing 1-4", "missing 1-3"});
  // Of one device, once.
  docks.other.restart(9);
  for (int i = 0; i < 3; ++i) docks.other.add_ride();
  docks.messages().push_back(docks.other.messages().back());
  CHECK(docks.verify({true, 1}) == Findings{"missing 1-2"});
}

TEST_CASE("verify: a claim that cannot be read takes its place in the chain of the device whose certificate it names") {
  TwoDocks docks;
  docks.other.add_ride();
  // The map's head, so that it promises one pair more than there are.
  docks.other.spoil_last([](Bytestring& payload) { ++payload[0]; });
  docks.other.add_ride();
  const std::vector<Bytestring> other = docks.other.messages();
  std::vector<Bytestring>& all = docks.messages();
  SUBCASE("behind its own") {
    docks.put_between(5);
    CHECK(docks.verify() == Findings{"malformed 3"});
    CHECK(docks.summary.sound == 13);
  }
  SUBCASE("behind another's") {
    all.insert(all.begin() + 5, other[2]);
    all.insert(all.begin() + 3, other.begin(), other.begin() + 2);
    all.push_back(other[3]);
    CHECK(docks.verify() == Findings{"malformed 3"});
    CHECK(docks.summary.sound == 13);
  }
  SUBCASE("of a device that the file holds nothing else of") {
    std::size_t at = 0;
    for (std::size_t i = 0; i < 5; ++i) at += all[i].size();
    all.insert(all.begin() + 5, other[2]);
    CHECK(docks.verify() == Findings{"malformed @" + std::to_string(at)});
    CHECK(docks.summary.sound == 10);
  }
  SUBCASE("under a certificate that was not given") {
    std::size_t at = 0;
    for (std::size_t i = 0; i < 5; ++i) at += all[i].size();
    docks.trust.certificates.pop_back();
    all.insert(all.begin() + 5, other[2]);
    CHECK(docks.verify() == Findings{"unknown-certificate @" + std::to_string(at), "malformed @" + std::to_string(at)});
    CHECK(docks.summary.sound == 10);
  }
}

TEST_CASE("verify: a chain that its own device left is not missing where another device goes on from it") {
  TwoDocks docks;
  const claim::ChainHead first = docks.chain.head();
  docks.chain.restart(2);
  docks.chain.add_start({claim::StartReason::new_key, predecessor(first), {}});
  const auto go_on_from = [&](const claim::ChainHead& end) {
    ChainBuilder heir(docks.other_signer, "dock-8", 3);
    heir.add_start({claim::StartReason::new_device, predecessor(end), as_bytes("signed by the operator")});
    docks.messages().push_back(heir.messages().front());
    const Findings found = docks.verify();
    docks.messages().pop_back();
    return found;
  };
  CHECK(go_on_from(first) == Findings{});
  claim::ChainHead other_end = first;
  other_end.payload_hash[0] ^= 1;
  CHECK(go_on_from(other_end) == Findings{"wrong-start 1"});
  other_end.seq = 12;
  CHECK(go_on_from(other_end) == Findings{"missing 11-12"});
}

TEST_CASE("verify: a gap entry speaks of its own device, and of one that it went on from by consent") {
  TwoDocks docks;
  const claim::ChainHead first = docks.chain.head();
  docks.messages().erase(docks.messages().begin() + 4);
  ChainBuilder heir(docks.other_signer, "dock-8", 8);
  const auto verify = [&](const std::vector<Bytestring>& behind, cli::VerifyOptions options = {}) {
    const std::vector<Bytestring> own = docks.messages();
    append(docks.messages(), behind, 1, behind.size());
    const Findings found = docks.verify(options);
    docks.messages() = own;
    return found;
  };
  const claim::Gap lost{first.chain, 5, 5, "disk"};
  SUBCASE("another device that began by itself") {
    heir.add_start();
    heir.add(lost);
    CHECK(verify(heir.messages()) == Findings{"missing 5"});
    CHECK(docks.summary.declared_lost == 0);
  }
  SUBCASE("another device without consent") {
    heir.add_start({claim::StartReason::new_device, predecessor(first), {}});
    heir.add(lost);
    CHECK(verify(heir.messages()) == Findings{"wrong-start 1", "missing 5"});
  }
  SUBCASE("another device with consent") {
    heir.add_start({claim::StartReason::new_device, predecessor(first), as_bytes("signed by the operator")});
    heir.add(lost);
    CHECK(verify(heir.messages()) == Findings{});
    CHECK(docks.summary.declared_lost == 1);
  }
  SUBCASE("another device in a later chain of its own") {
    heir.add_start({claim::StartReason::new_device, predecessor(first), as_bytes("signed by the operator")});
    const claim::ChainHead before = heir.head();
    heir.restart(9);
    heir.add_start({claim::StartReason::new_key, predecessor(before, "dock-8"), {}});
    heir.add(lost);
    CHECK(verify(heir.messages()) == Findings{});
  }
  SUBCASE("another device whose beginning the file does not hold") {
    heir.add_start();
    const claim::ChainHead before = heir.head();
    heir.restart(9);
    heir.add_start({claim::StartReason::new_key, predecessor(before, "dock-8"), {}});
    heir.add(lost);
    const std::vector<Bytestring> rest = {heir.messages()[1], heir.messages()[2]};
    CHECK(verify(rest, {true, 1}) == Findings{});
    CHECK(verify(rest) == Findings{"missing 1"});
  }
}

}  // namespace
}  // namespace greentill
