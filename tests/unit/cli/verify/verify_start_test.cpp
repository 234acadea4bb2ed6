// SPDX-License-Identifier: Apache-2.0
// What a start says beside its predecessor: the assignment, and the operator's consent.
#include "daemon/claim/consent.hpp"
#include "tests/support/test_authority.hpp"
#include "tests/unit/cli/verify/dock.hpp"

namespace greentill::cli::verify_start_test {
namespace {

using claim::StartReason;
using test::Bytestring;
using test::Dock;
using test::Findings;
using test::predecessor;

/// A dock whose key is exchanged behind its chain, by a consent of the operator's.
struct Exchanged : Dock {
  test::TestSigner new_key{"dock-7"};
  test::ChainBuilder next{new_key, "dock-7", 2};
  test::TestAuthority authority{"signers"};
  test::TestSigner operator_key;
  claim::Consent consent;

  static constexpr const char* kConsents =
      "basicConstraints=critical,CA:FALSE;keyUsage=digitalSignature;"
      "extendedKeyUsage=2.25.207861434512389410537416087632598513417.2";

  explicit Exchanged(const char* usage = kConsents) : operator_key(issued(authority, usage)) {
    trust.certificates.push_back(certificate_of(new_key));
    const claim::ChainHead& end = chain.head();
    consent = {"dock-7", 1'700'000'000, new_key.certificate().key_hash(), end.chain, end.seq, end.payload_hash};
  }

  static test::TestSigner issued(const test::TestAuthority& by, const char* usage) {
    const auto made = by.issue("operator", usage);
    return {made.key, made.certificate};
  }

  Bytestring signed_consent() {
    Bytes<256> payload{};
    const auto length = claim::encode_consent(consent, payload);
    REQUIRE(length);
    const ByteView view = ByteView(payload).first(*length);
    const crypto::Hasher hasher;
    claim::Signature signature{};
    const Digest digest = claim::signature_digest(hasher, claim::MessageType::consent, operator_key.thumbprint(), view);
    REQUIRE(operator_key.sign(digest, signature));
    Bytes<claim::kMaxConsentBytes> message{};
    const auto whole =
        claim::encode_message(claim::MessageType::consent, operator_key.thumbprint(), std::nullopt, view, signature, message);
    REQUIRE(whole);
    return {message.begin(), message.begin() + static_cast<std::ptrdiff_t>(*whole)};
  }

  const Findings& verify_with(const Bytestring& carried) {
    next.add_start({StartReason::replaced_device, predecessor(chain.head()), carried, 1});
    messages().push_back(next.messages().back());
    return verify();
  }
};

}  // namespace

TEST_CASE("verify: a consent lets a new key go on; its signature is looked at where its signer is given") {
  Exchanged dock;
  CHECK(dock.verify_with(dock.signed_consent()) == Findings{});
  CHECK(dock.summary.unchecked_consents == 1);
  dock.trust.signers = {certificate_of(dock.operator_key)};
  CHECK(dock.verify() == Findings{});
  CHECK(dock.summary.unchecked_consents == 0);
}

TEST_CASE("verify: a consent that is for something else is found") {
  Exchanged dock;
  SUBCASE("another device") { dock.consent.device = "dock-8"; }
  SUBCASE("another key") { dock.consent.key[0] ^= 1; }
  SUBCASE("another chain") { dock.consent.chain[0] ^= 1; }
  SUBCASE("another place") { dock.consent.last_seq -= 1; }
  SUBCASE("another hash") { dock.consent.payload_hash[0] ^= 1; }
  CHECK(dock.verify_with(dock.signed_consent()) == Findings{"wrong-start 1"});
}

TEST_CASE("verify: a consent for a device of which the ledger had no chain names no place") {
  Exchanged dock;
  dock.consent.chain = {};
  dock.consent.last_seq = 0;
  dock.consent.payload_hash = {};
  CHECK(dock.verify_with(dock.signed_consent()) == Findings{});
}

TEST_CASE("verify: bytes that are no consent, or that no given signer signed, are found") {
  Exchanged dock;
  Bytestring consent = dock.signed_consent();
  SUBCASE("no message") { consent = {1, 2, 3}; }
  SUBCASE("a spoilt signature") {
    dock.trust.signers = {certificate_of(dock.operator_key)};
    consent.back() ^= 1;
  }
  SUBCASE("another's signature") {
    test::TestSigner other("operator");
    dock.trust.signers = {certificate_of(other)};
  }
  CHECK(dock.verify_with(consent) == Findings{"wrong-start 1"});
}

TEST_CASE("verify: a signer without the usage for consents signs none") {
  Exchanged dock(test::TestAuthority::kService);
  dock.trust.signers = {certificate_of(dock.operator_key)};
  CHECK(dock.verify_with(dock.signed_consent()) == Findings{"wrong-start 1"});
}

TEST_CASE("verify: a device works under one assignment after another, and never goes back") {
  Dock dock;
  const auto next = [&](std::uint8_t chain, std::uint32_t assignment, const char* merchant) {
    const claim::ChainHead before = dock.chain.head();
    dock.chain.restart(chain);
    const auto of_shop = [merchant](claim::Claim& claim) { claim.merchant = merchant; };
    dock.chain.add_start({StartReason::other_assignment, predecessor(before), {}, assignment}, of_shop);
    dock.chain.add_ride(2000, of_shop);
  };
  next(2, 2, "another");
  CHECK(dock.verify() == Findings{});
  next(3, 1, "merchant");
  CHECK(dock.verify() == Findings{"wrong-assignment 1"});
  next(4, 2, "merchant");
  CHECK(dock.verify() == Findings{"wrong-assignment 1", "not-assigned 1", "not-assigned 2"});
}

TEST_CASE("verify: the claims of a chain are one merchant's and site's") {
  Dock dock;
  dock.chain.add_ride(2000, [](claim::Claim& claim) { claim.site = "elsewhere"; });
  dock.chain.add_ride(2000, [](claim::Claim& claim) { claim.merchant = "another"; });
  dock.chain.add_ride();
  CHECK(dock.verify() == Findings{"not-assigned 11", "not-assigned 12"});
  CHECK(dock.summary.by_activity.at("ride.bike.shared").claims == 10);
  dock.messages().erase(dock.messages().begin(), dock.messages().begin() + 5);
  CHECK(dock.verify({.partial = true, .threads = 1}) == Findings{"not-assigned 11", "not-assigned 12"});
}

}  // namespace greentill::cli::verify_start_test
