// SPDX-License-Identifier: Apache-2.0
#include "daemon/crypto/certificate.hpp"
#include "daemon/crypto/hasher.hpp"
#include "daemon/crypto/key_verifier.hpp"

#include <doctest/doctest.h>

#include <string>

#include "daemon/base/hex.hpp"
#include "daemon/crypto/key_verifier.hpp"
#include "tests/support/mbedtls_crypto.hpp"
#include "tests/support/test_signer.hpp"

namespace greentill {
namespace {

crypto::Certificate certificate_of(const test::TestSigner& signer) {
  auto certificates = crypto::Certificate::all_from_pem(signer.certificate_pem());
  REQUIRE(certificates);
  REQUIRE(certificates->size() == 1);
  return certificates->front();
}

std::vector<std::uint8_t> bytes_of(const char* hex) { return *from_hex(hex); }

TEST_CASE("crypto: SHA-256 over parts is SHA-256 over them joined") {
  const crypto::Hasher hasher;
  CHECK(to_hex(hasher.sha256({})) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(to_hex(hasher.sha256({as_bytes("a"), as_bytes(""), as_bytes("bc")})) ==
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST_CASE("crypto: HMAC-SHA-256 gives RFC 4231's answers, for keys longer than a block too") {
  const crypto::Hasher hasher;
  CHECK(to_hex(hasher.hmac_sha256(as_bytes("Jefe"), {as_bytes("what do ya want "), as_bytes("for nothing?")})) ==
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  const std::vector<std::uint8_t> long_key(131, 0xaa);
  CHECK(to_hex(hasher.hmac_sha256(long_key, {as_bytes("Test Using Larger Than Block-Size Key - Hash Key First")})) ==
        "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST_CASE("crypto: hashes and MACs are those of mbedTLS, for keys and parts of every length around the block") {
  const test::MbedtlsHasher reference;
  std::vector<std::uint8_t> bytes(200);
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::uint8_t>(i * 37);
  for (const std::size_t length : {0, 1, 31, 32, 55, 56, 63, 64, 65, 127, 128, 129, 200}) {
    const ByteView part(bytes.data(), length);
    CHECK(crypto::hasher().sha256({part, part}) == reference.sha256({part, part}));
    CHECK(crypto::hasher().hmac_sha256(part, {part, bytes}) == reference.hmac_sha256(part, {part, bytes}));
  }
}

TEST_CASE("crypto: OpenSSL and mbedTLS each verify what the other signed") {
  test::TestSigner openssl("dock-7");
  test::MbedtlsSigner mbedtls(openssl.key_pem(), openssl.certificate_pem());
  CHECK(openssl.thumbprint() == mbedtls.thumbprint());
  const auto openssl_verifier = std::move(openssl.certificate().make_verifier()).value();
  auto mbedtls_verifier = test::MbedtlsVerifier::from_certificate(openssl.certificate_pem());
  // Enough that some have a number with a leading zero byte, and about half one with the high bit set.
  for (int i = 0; i < 300; ++i) {
    const Digest digest = crypto::hasher().sha256({as_bytes(std::to_string(i))});
    claim::Signature signature{};
    REQUIRE(openssl.sign(digest, signature));
    CHECK(mbedtls_verifier.verify(digest, signature));
    REQUIRE(mbedtls.sign(digest, signature));
    CHECK(openssl_verifier->verify(digest, signature));
    signature[static_cast<std::size_t>(i % 64)] ^= 1;
    CHECK_FALSE(openssl_verifier->verify(digest, signature));
    CHECK_FALSE(mbedtls_verifier.verify(digest, signature));
  }
}

TEST_CASE("crypto: a verifier accepts its key's signatures alone, again and again") {
  test::TestSigner signer("dock-7");
  const crypto::Hasher hasher;
  auto verifier = certificate_of(signer).make_verifier();
  auto stranger = certificate_of(test::TestSigner("dock-8")).make_verifier();
  REQUIRE(verifier);
  REQUIRE(stranger);
  // Enough signatures that some have a number with a leading zero byte, and about half one with the high bit set.
  for (int i = 0; i < 600; ++i) {
    const Digest digest = hasher.sha256({as_bytes(std::to_string(i))});
    claim::Signature signature{};
    REQUIRE(signer.sign(digest, signature));
    CHECK((*verifier)->verify(digest, signature));
    CHECK_FALSE((*stranger)->verify(digest, signature));
    signature[static_cast<std::size_t>(i % 64)] ^= 1;
    CHECK_FALSE((*verifier)->verify(digest, signature));
  }
}

TEST_CASE("crypto: numbers of zero or of the group order and beyond are no signature") {
  test::TestSigner signer;
  auto verifier = certificate_of(signer).make_verifier();
  REQUIRE(verifier);
  const Digest digest{};
  claim::Signature good{};
  REQUIRE(signer.sign(digest, good));
  const auto order = bytes_of("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551");
  for (const std::size_t at : {std::size_t{0}, std::size_t{32}}) {
    claim::Signature zero = good;
    std::fill_n(zero.begin() + static_cast<std::ptrdiff_t>(at), 32, std::uint8_t{0});
    CHECK_FALSE((*verifier)->verify(digest, zero));
    claim::Signature too_large = good;
    std::copy(order.begin(), order.end(), too_large.begin() + static_cast<std::ptrdiff_t>(at));
    CHECK_FALSE((*verifier)->verify(digest, too_large));
  }
  CHECK_FALSE((*verifier)->verify(digest, claim::Signature{}));
  CHECK((*verifier)->verify(digest, good));
}

TEST_CASE("crypto: a certificate tells its thumbprint, its name and its validity") {
  const test::TestSigner signer("dock-7");
  const crypto::Certificate certificate = certificate_of(signer);
  CHECK(certificate.thumbprint() == signer.thumbprint());
  CHECK(certificate.common_name() == "dock-7");
  CHECK(certificate.to_pem() == signer.certificate_pem());
  CHECK(certificate.not_after() - certificate.not_before() == 10LL * 365 * 24 * 3600 + 3600);
}

TEST_CASE("crypto: a PEM text gives all its certificates, or says what it holds instead") {
  const test::TestSigner first("one");
  const test::TestSigner second("two");
  auto both = crypto::Certificate::all_from_pem("a remark\n" + first.certificate_pem() + second.certificate_pem());
  REQUIRE(both);
  REQUIRE(both->size() == 2);
  CHECK(both->back().common_name() == "two");

  for (const std::string_view text : {std::string_view{}, std::string_view("no certificate")}) {
    auto none = crypto::Certificate::all_from_pem(text);
    REQUIRE_FALSE(none);
    CHECK(none.error().code == ErrorCode::invalid);
    CHECK(none.error().message == "the PEM text holds no certificate");
  }
  const std::string cut = first.certificate_pem() + second.certificate_pem().substr(0, 200);
  CHECK_FALSE(crypto::Certificate::all_from_pem(cut));
  CHECK_FALSE(crypto::Certificate::from_der(as_bytes("not DER")));
}

TEST_CASE("crypto: an authority accepts what it issued, when it was valid") {
  const test::TestSigner issuer("root");
  const crypto::Certificate root = certificate_of(issuer);
  auto authority = crypto::Authority::from_pem(issuer.certificate_pem());
  REQUIRE(authority);
  CHECK(authority->check(root, std::nullopt).ok());
  CHECK(authority->check(root, root.not_before() + 1).ok());

  const Status late = authority->check(root, root.not_after() + 1);
  REQUIRE_FALSE(late);
  CHECK(late.error().code == ErrorCode::denied);
  const Status foreign = authority->check(certificate_of(test::TestSigner("root")), std::nullopt);
  REQUIRE_FALSE(foreign);
  CHECK(foreign.error().code == ErrorCode::denied);
}

TEST_CASE("crypto: bytes that are no point of the curve make no verifier") {
  CHECK_FALSE(crypto::verifier_from_point(Bytes<65>{0x04, 1}));
  CHECK_FALSE(crypto::verifier_from_point(Bytes<10>{0x04}));
}

}  // namespace
}  // namespace greentill
