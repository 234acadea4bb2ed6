// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/certificate/issuing.hpp"

#include <doctest/doctest.h>

#include "tests/unit/credential/programme.hpp"

namespace greentill::credit::issuing_test {

TEST_CASE("issuing: what does not hold together, or nobody would take, is not signed") {
  const test::Certifier by;
  credential::TreeCertificate certificate = test::two_trees();
  certificate.trees.clear();
  CHECK(by.signer()->issue(certificate).error().message == "credentialSubject.trees: it is no list of 1 to 500 trees");
  certificate = test::two_trees();
  certificate.issued_at += 400 * kSecondsADay;
  const auto late = by.signer()->issue(certificate);
  REQUIRE_FALSE(late.ok());
  CHECK(late.error().code == ErrorCode::denied);
  CHECK(late.error().message.ends_with("not at 2028-01-04 12:00:00 UTC"));
  credential::StatusList list{test::example_programme(), credential::StatusPurpose::revocation, 1, test::kIssued, test::kIssued,
                              credential::Bitstring()};
  CHECK(by.signer()->sign(list).error().message == "validUntil: it is not behind validFrom");
}

TEST_CASE("issuing: key and certificate must belong together") {
  const test::Certifier by;
  const test::Certifier other;
  CHECK_FALSE(CertificateSigner::make(by.certificate, other.made.key).ok());
  CHECK_FALSE(CertificateSigner::make("", by.made.key).ok());
}

TEST_CASE("issuing: the largest certificate is issued and read") {
  const test::Certifier by;
  credential::TreeCertificate large = test::two_trees();
  while (large.trees.size() < credential::kMaxTrees) {
    large.trees.push_back(large.trees.front());
    large.trees.back().number.serial = static_cast<std::uint32_t>(1000 + large.trees.size());
  }
  const std::string message = by.issue(large);
  const auto verdict = credential::check_certificate({message, nullptr, {}}, *by.anchors, test::kIssued);
  CHECK(verdict.holds());
  CHECK(verdict.certificate == large);
}

}  // namespace greentill::credit::issuing_test
