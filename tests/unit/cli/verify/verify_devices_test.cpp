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

TEST_CASE("verify: a gap entry speaks of its own device's chains alone") {
  TwoDocks docks;
  const claim::ChainHead first = docks.chain.head();
  docks.messages().erase(docks.messages().begin() + 4);
  const claim::Gap lost{first.chain, 5, 5, "disk"};
  SUBCASE("another device's") {
    docks.other.add(lost);
    append(docks.messages(), docks.other.messages(), 1, docks.other.messages().size());
    CHECK(docks.verify() == Findings{"missing 5"});
    CHECK(docks.summary.declared_lost == 0);
  }
  SUBCASE("another device's, of a chain with the same id") {
    ChainBuilder thief(docks.other_signer, "dock-8", 1);
    thief.add_start();
    thief.add(lost);
    append(docks.messages(), thief.messages(), 1, 2);
    CHECK(docks.verify() == Findings{"missing 5"});
  }
  SUBCASE("its own, in a later chain") {
    docks.chain.restart(9);
    docks.chain.add_start({claim::StartReason::recovered_store, predecessor(first), {}, 1});
    docks.chain.add(lost);
    CHECK(docks.verify() == Findings{});
    CHECK(docks.summary.declared_lost == 1);
  }
}

}  // namespace
}  // namespace greentill
