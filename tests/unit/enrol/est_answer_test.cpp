// SPDX-License-Identifier: Apache-2.0
#include "daemon/enrol/est_answer.hpp"

#include <doctest/doctest.h>

#include "daemon/crypto/base64.hpp"
#include "daemon/crypto/fingerprint.hpp"
#include "daemon/crypto/hasher.hpp"
#include "tests/support/test_authority.hpp"

namespace greentill::enrol {
namespace {

using crypto::CertificateDer;
using test::TestAuthority;

constexpr std::int64_t kDay = 86'400;

/// One authority with an issuing one below it, made once.
struct Office {
  TestAuthority root{"root"};
  TestAuthority issuing{"issuing", &root};
  TestAuthority::Issued issued = issuing.issue("till-1");
  crypto::Certificate leaf = *crypto::Certificate::leaf_from(issued.certificate);

  [[nodiscard]] Expected expected() const { return {"till-1", leaf.key_hash(), root.pem(), leaf.not_before() + kDay}; }
};

Office& office() {
  static Office made;
  return made;
}

std::vector<CertificateDer> all_of(const std::string& pem) { return *crypto::ders_of(pem); }

std::string why(const std::string& pem, const Expected& expected) {
  const auto taken = take_certificate(all_of(pem), expected);
  return taken ? "taken" : taken.error().message;
}

}  // namespace

TEST_CASE("est answer: our certificate is taken with its issuers, wherever it stands") {
  for (const std::string& pem : {office().issued.certificate + office().issuing.pem(),
                                 office().root.pem() + office().issuing.pem() + office().issued.certificate}) {
    const auto taken = take_certificate(all_of(pem), office().expected());
    REQUIRE(taken.ok());
    CHECK(taken->certificate.thumbprint() == office().leaf.thumbprint());
    CHECK(taken->pem == office().issued.certificate + office().issuing.pem());
  }
}

TEST_CASE("est answer: what may not be used is refused by its reason") {
  const std::string whole = office().issued.certificate + office().issuing.pem();
  Expected other_key = office().expected();
  other_key.key_hash[0] ^= 1;
  CHECK(why(whole, other_key).find("for another key than this device's") != std::string::npos);
  Expected other_device = office().expected();
  other_device.device = "till-2";
  CHECK(why(whole, other_device).find("for the device 'till-1', and this one is 'till-2'") != std::string::npos);
  CHECK(why(office().issued.certificate, office().expected()).find("issued by 'issuing'") != std::string::npos);
  Expected other_anchor = office().expected();
  const TestAuthority stranger("stranger");
  other_anchor.anchors = stranger.pem();
  CHECK(why(whole, other_anchor) != "taken");
  const auto server = office().issuing.issue("till-1", "basicConstraints=critical,CA:FALSE;extendedKeyUsage=serverAuth");
  Expected of_server = office().expected();
  of_server.key_hash = crypto::Certificate::leaf_from(server.certificate)->key_hash();
  CHECK(why(server.certificate + office().issuing.pem(), of_server).find("lacks clientAuth") != std::string::npos);
}

TEST_CASE("est answer: dates are judged by the server's clock alone, and not without it") {
  const std::string whole = office().issued.certificate + office().issuing.pem();
  Expected expected = office().expected();
  expected.server_time = office().leaf.not_after() + 1;
  CHECK(why(whole, expected).find("it ended on") != std::string::npos);
  expected.server_time = office().leaf.not_before() - kDay;
  CHECK(why(whole, expected).find("it begins only on") != std::string::npos);
  expected.server_time = office().leaf.not_before() - 300;
  CHECK(why(whole, expected) == "taken");
  expected.server_time = std::nullopt;
  CHECK(why(whole, expected) == "taken");
}

TEST_CASE("est answer: the digest of a set is of the thumbprints in their order, each once") {
  const auto all = all_of(office().root.pem() + office().issuing.pem());
  std::vector<Digest> thumbprints{crypto::hasher().sha256({all[0]}), crypto::hasher().sha256({all[1]})};
  CHECK(digest_of(all) == crypto::digest_of_set(thumbprints, crypto::hasher()));
  CHECK(digest_of({all[1], all[0], all[1]}) == digest_of(all));
}

TEST_CASE("est answer: what is no base64 or no message is refused") {
  for (const char* wrong : {"", "====", "not base64!", "QUJD", "-----BEGIN PKCS7-----\n-----END PKCS7-----\n", "\x30\x80"}) {
    CHECK(read_certificates(wrong).error().code == ErrorCode::invalid);
  }
}

}  // namespace greentill::enrol
