// SPDX-License-Identifier: Apache-2.0
// Claims whose own signature is spoilt: the next claim that their device signed speaks for them, since it links to them.
#include "daemon/crypto/hasher.hpp"
#include "tests/unit/cli/verify/dock.hpp"
#include "tools/cli/verify/unproven.hpp"

namespace greentill::cli::verify_attested_test {
namespace {

using test::Bytestring;
using test::Dock;
using test::Findings;
using test::predecessor;

TEST_CASE("verify: a spoilt signature is made up for by a later one of the chain") {
  Dock dock;
  for (const std::size_t index : {4, 5, 6, 8}) dock.messages()[index].back() ^= 1;
  CHECK(dock.verify() == Findings{});
  CHECK(dock.summary.sound == 10);
  CHECK(dock.summary.attested == 4);
  CHECK(dock.summary.by_activity.at("ride.bike.shared").claims == 9);
}

TEST_CASE("verify: a start with a spoilt signature is made up for as well, a chain's last claim is not") {
  Dock dock;
  const claim::ChainHead first = dock.chain.head();
  dock.chain.restart(2);
  dock.chain.add_start({claim::StartReason::new_key, predecessor(first), {}, 1});
  dock.chain.add_ride();
  for (const std::size_t index : {0, 9, 10}) dock.messages()[index].back() ^= 1;
  CHECK(dock.verify() == Findings{"bad-signature 10"});
  CHECK(dock.summary.attested == 2);
  CHECK(dock.summary.starts == 2);
}

TEST_CASE("verify: what else is wrong with an attested claim is told, and what it declares lost is lost") {
  Dock dock;
  dock.chain.add(claim::Gap{dock.chain.head().chain, 3, 3, "disk"});
  dock.chain.add_ride(2000, [](claim::Claim& claim) { std::get<claim::Reduction>(claim.entry).credited_mg += 1; });
  dock.chain.add_ride();
  dock.messages()[10].back() ^= 1;
  dock.messages()[11].back() ^= 1;
  dock.messages().erase(dock.messages().begin() + 2);
  CHECK(dock.verify() == Findings{"wrong-arithmetic 12"});
  CHECK(dock.summary.attested == 1);
  CHECK(dock.summary.declared_lost == 1);
}

TEST_CASE("verify: a claim behind which the chain breaks is attested by nobody") {
  Dock dock;
  dock.messages()[4].back() ^= 1;
  SUBCASE("the next is missing") {
    dock.messages().erase(dock.messages().begin() + 5);
    CHECK(dock.verify() == Findings{"bad-signature 5", "missing 6"});
  }
  SUBCASE("the next links to another") {
    dock.chain.change(5, [](claim::Claim& claim) { claim.prev[0] ^= 1; });
    CHECK(dock.verify() == Findings{"bad-signature 5", "broken-link 6", "broken-link 7"});
  }
  SUBCASE("the next cannot be read") {
    Bytestring& next = dock.messages()[5];
    const auto message = claim::parse_message(next, claim::MessageType::claim);
    Bytestring payload(message->payload.begin(), message->payload.end());
    ++payload[0];
    next = dock.chain.sign_payload(dock.signer, payload);
    CHECK(dock.verify() == Findings{"bad-signature 5", "malformed 6", "broken-link 7"});
  }
  CHECK(dock.summary.attested == 0);
}

TEST_CASE("verify: only the key of the named certificate speaks for a claim, and only under a certificate that is accepted") {
  Dock dock;
  test::TestSigner other("dock-7");
  SUBCASE("it names another key's") {
    dock.trust.certificates.push_back(certificate_of(other));
    dock.sign_again(4, other);
    dock.messages()[4].back() ^= 1;
    CHECK(dock.verify() == Findings{"bad-signature 5"});
  }
  SUBCASE("it names one that was not given") {
    dock.sign_again(4, other);
    dock.messages()[3].back() ^= 1;
    CHECK(dock.verify() == Findings{"unknown-certificate 5"});
    CHECK(dock.summary.attested == 1);
  }
  SUBCASE("it names one that is not the authority's") {
    const auto foreign = crypto::Authority::from_pem(other.certificate_pem());
    REQUIRE(foreign);
    dock.trust.authority = *foreign;
    dock.messages()[4].back() ^= 1;
    CHECK(dock.verify().size() == 11);
    CHECK(dock.summary.attested == 0);
  }
}

TEST_CASE("verify: a forged claim that nobody goes on from is told, though another has its place") {
  Dock dock;
  Bytestring forged = dock.messages()[5];
  dock.chain.change(5, [](claim::Claim& claim) { claim.issued_at += 1; });
  std::swap(forged, dock.messages()[5]);
  forged.back() ^= 1;
  dock.messages().insert(dock.messages().begin() + 5, forged);
  CHECK(dock.verify() == Findings{"bad-signature 6"});
  CHECK(dock.summary.sound == 10);
}

TEST_CASE("unproven claims: no more than so many are kept, and room is made again") {
  std::size_t alone = 0;
  UnprovenClaims claims([&](UnprovenClaim&&) { ++alone; });
  claim::Claim claim;
  claim.device = "dock-7";
  for (std::size_t i = 0; i < UnprovenClaims::kMost; ++i) {
    claim.seq = i + 1;
    claims.approach(claim);
    REQUIRE(claims.keep(claim, {}));
  }
  claim.seq = UnprovenClaims::kMost + 1;
  claims.approach(claim);
  CHECK_FALSE(claims.keep(claim, {}));
  CHECK(alone == 0);
  claims.leave("dock-7");
  CHECK(alone == UnprovenClaims::kMost);
  CHECK(claims.keep(claim, {}));
  CHECK(claims.take("dock-7").size() == 1);
  CHECK(claims.take("dock-7").empty());
}

}  // namespace
}  // namespace greentill::cli::verify_attested_test
