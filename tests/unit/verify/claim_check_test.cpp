// SPDX-License-Identifier: Apache-2.0
// What the checks find of single claims is held by the tests of their two users, greentill verify and the credit service.
#include "daemon/verify/claim_check.hpp"

#include <doctest/doctest.h>

#include <set>

#include "daemon/crypto/hasher.hpp"
#include "tests/unit/cli/chain_builder.hpp"

namespace greentill::test {
namespace {

using verify::Reason;

/// A claim of a ride by dock-7, and who its certificate says signed it.
struct Ride {
  TestSigner key{"dock-7"};
  ChainBuilder chain{key};
  crypto::Hasher hasher;
  verify::Signer signer{"dock-7", {}, nullptr};
  verify::Flaws flaws;

  Ride() {
    chain.add_start();
    chain.add_ride();
    auto verifier = key.certificate().make_verifier();
    REQUIRE(verifier);
    signer.verifier = std::move(*verifier);
  }
  claim::Message message() {
    const auto read = claim::parse_message(chain.messages().back(), claim::MessageType::claim);
    REQUIRE(read);
    return *read;
  }
};

std::vector<Reason> reasons(const verify::Flaws& flaws) {
  std::vector<Reason> all;
  for (const verify::Flaw& flaw : flaws) all.push_back(flaw.reason);
  return all;
}

}  // namespace

TEST_CASE("verify: reasons have names of their own that fit a receipt, and only some are worth another try") {
  std::set<std::string_view> names;
  std::set<std::string_view> later;
  for (std::size_t i = 0; i < verify::kReasonNames.size(); ++i) {
    const auto reason = static_cast<Reason>(i);
    CHECK(names.insert(to_string(reason)).second);
    CHECK(to_string(reason).size() <= claim::kMaxTextBytes);
    if (is_retryable(reason)) later.insert(to_string(reason));
  }
  CHECK(later == std::set<std::string_view>{"certificate-not-valid", "in-the-future", "lock-revoked", "no-statement",
                                            "not-assigned", "quarantined", "replaces-unknown", "revoked", "too-many-reversals",
                                            "unchecked-statement", "unknown-certificate", "unknown-key-version", "unknown-lock",
                                            "unknown-methodology", "unknown-root", "unsupported"});
}

TEST_CASE("verify: a reason says what it is given for, and each has words") {
  using verify::ReasonKind;
  CHECK(kind_of(Reason::too_many_reversals) == ReasonKind::refusal);
  CHECK(kind_of(Reason::wrong_device) == ReasonKind::finding);
  CHECK(kind_of(Reason::wrong_start) == ReasonKind::finding);
  CHECK(kind_of(Reason::unknown_root) == ReasonKind::refusal);
  CHECK(kind_of(Reason::taken_back) == ReasonKind::refusal);
  CHECK(kind_of(Reason::revoked) == ReasonKind::refusal);
  CHECK(kind_of(Reason::probation) == ReasonKind::hold);
  CHECK(kind_of(Reason::key_withdrawn) == ReasonKind::hold);
  CHECK(kind_of(Reason::methodology_not_in_force) == ReasonKind::hold);
  CHECK(kind_of(Reason::granted) == ReasonKind::change);
  CHECK(kind_of(Reason::reversal_undone) == ReasonKind::change);
  CHECK(kind_of(Reason::unknown_lock) == ReasonKind::refusal);
  CHECK(kind_of(Reason::unchecked_statement) == ReasonKind::refusal);
  CHECK(kind_of(Reason::lock_retired) == ReasonKind::hold);
  CHECK(kind_of(Reason::lock_fork) == ReasonKind::hold);
  std::set<std::string_view> words;
  for (std::size_t i = 0; i < verify::kReasonNames.size(); ++i) {
    const auto reason = static_cast<Reason>(i);
    CHECK(words.insert(in_words(reason)).second);
    CHECK_FALSE(in_words(reason).empty());
    CHECK(verify::parse_reason(to_string(reason)) == reason);
    CHECK_FALSE((kind_of(reason) != ReasonKind::refusal && is_retryable(reason)));
  }
}

TEST_CASE("verify: a receipt says malformed of what only findings have a word for") {
  CHECK(verify::in_receipt(Reason::wrong_device) == Reason::malformed);
  CHECK(verify::in_receipt(Reason::wrong_account) == Reason::malformed);
  CHECK(verify::in_receipt(Reason::bad_signature) == Reason::bad_signature);
}

TEST_CASE("verify: a signature is judged apart from its certificate, and what is wrong with it told first") {
  Ride ride;
  SUBCASE("sound") {
    CHECK(verify::check_signature(ride.hasher, ride.message(), &ride.signer, ride.flaws));
    CHECK(ride.flaws.empty());
  }
  SUBCASE("a certificate that is not known") {
    CHECK_FALSE(verify::check_signature(ride.hasher, ride.message(), nullptr, ride.flaws));
    CHECK(reasons(ride.flaws) == std::vector{Reason::unknown_certificate});
  }
  SUBCASE("a certificate that is refused") {
    ride.signer.refused = "it expired";
    CHECK(verify::check_signature(ride.hasher, ride.message(), &ride.signer, ride.flaws));
    CHECK(reasons(ride.flaws) == std::vector{Reason::certificate_not_valid});
    CHECK(ride.flaws[0].detail == "it expired");
  }
  SUBCASE("both") {
    ride.signer.refused = "it expired";
    ride.chain.messages().back().back() ^= 1;
    CHECK_FALSE(verify::check_signature(ride.hasher, ride.message(), &ride.signer, ride.flaws));
    CHECK(reasons(ride.flaws) == std::vector{Reason::bad_signature, Reason::certificate_not_valid});
  }
}

TEST_CASE("verify: each amount that the methodology does not give is told of") {
  Ride ride;
  ride.chain.add_ride(2000, [](claim::Claim& claim) {
    auto& reduction = std::get<claim::Reduction>(claim.entry);
    ++reduction.estimate_mg;
    ++reduction.credited_mg;
  });
  const claim::Message message = ride.message();
  const auto claim = claim::parse_payload(message.payload);
  REQUIRE(claim);
  const measure::Library library = ride_library();
  verify::check_content(ride.hasher, library, "dock-8", message, *claim, ride.flaws);
  CHECK(reasons(ride.flaws) == std::vector{Reason::wrong_device, Reason::wrong_arithmetic, Reason::wrong_arithmetic});
}

}  // namespace greentill::test
