// SPDX-License-Identifier: Apache-2.0
// Wycheproof's ECDSA cases on P-256 with SHA-256, on OpenSSL and on mbedTLS: each is the other's second opinion. Whatever is not
// 64 bytes long, and every DER form, must not even be read as the signature of a message.
#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "daemon/base/hex.hpp"
#include "daemon/claim/cbor.hpp"
#include "daemon/claim/message.hpp"
#include "daemon/crypto/hasher.hpp"
#include "daemon/crypto/key_verifier.hpp"
#include "daemon/crypto/public_key.hpp"
#include "tests/support/corpora.hpp"
#include "tests/support/mbedtls_crypto.hpp"

namespace greentill {
namespace {

using Json = nlohmann::json;
using Buffer = std::vector<std::uint8_t>;

Buffer bytes_of(const Json& test, const char* key) {
  const auto bytes = from_hex(test.at(key).get<std::string>());
  REQUIRE(bytes.has_value());
  return *bytes;
}

Json read_cases(const std::filesystem::path& path) {
  std::ifstream in(path);
  Json cases = Json::parse(in);
  REQUIRE_FALSE(cases.at("testGroups").empty());
  return cases;
}

/// A receipt message, sound but for its signature, which is any byte string.
Buffer message_with(ByteView signature) {
  const Buffer payload{0xa0};
  Buffer out(256);
  const auto size = encode_message(claim::MessageType::receipt, Digest{}, std::nullopt, payload, claim::Signature{}, out);
  REQUIRE(size.ok());
  constexpr std::size_t kSignatureItem = 2 + 64;
  out.resize(*size - kSignatureItem);
  Buffer item(signature.size() + 9);
  claim::CborWriter writer(item);
  writer.bytes(signature);
  out.insert(out.end(), writer.written().begin(), writer.written().end());
  return out;
}

void check_not_read(ByteView signature) {
  const auto message = claim::parse_message(message_with(signature), claim::MessageType::receipt);
  REQUIRE_FALSE(message.ok());
  CHECK(message.error().kind == claim::Fault::Kind::malformed);
  CHECK(std::string(message.error().reason) == "the signature is not 64 bytes");
}

// Half the order of P-256: an s above it is "high".
const Buffer kHalfOrder = *from_hex("7fffffff800000007fffffffffffffffde737d56d38bcf4279dce5617e3192a8");

struct Tally {
  unsigned valid = 0;
  unsigned invalid = 0;
  unsigned other_size = 0;
  unsigned high_s = 0;
};

/// The two that must agree: OpenSSL, which the daemon and the service verify with, and mbedTLS, which locks will.
struct Verifiers {
  std::unique_ptr<claim::Verifier> openssl;
  std::optional<test::MbedtlsVerifier> mbedtls;

  explicit Verifiers(ByteView point) : mbedtls(test::MbedtlsVerifier::from_point(point)) {
    auto made = crypto::verifier_from_point(point);
    REQUIRE(made.ok());
    REQUIRE(mbedtls.has_value());
    openssl = std::move(*made);
  }
  void check(const Json& test, const claim::Signature& signature, bool valid) {
    const Digest digest = crypto::hasher().sha256({bytes_of(test, "msg")});
    CHECK(openssl->verify(digest, signature) == valid);
    CHECK(mbedtls->verify(digest, signature) == valid);
  }
};

void run_p1363_case(const Json& test, Verifiers& verifiers, Tally& tally) {
  CAPTURE(test.dump());
  const Buffer signature = bytes_of(test, "sig");
  const bool valid = test.at("result") == "valid";
  if (signature.size() != 64) {
    CHECK_FALSE(valid);
    check_not_read(signature);
    ++tally.other_size;
    return;
  }
  claim::Signature raw{};
  std::copy(signature.begin(), signature.end(), raw.begin());
  verifiers.check(test, raw, valid);
  ++(valid ? tally.valid : tally.invalid);
  const ByteView s = ByteView(signature).last(32);
  if (valid && std::lexicographical_compare(kHalfOrder.begin(), kHalfOrder.end(), s.begin(), s.end())) ++tally.high_s;
}

/// No message holds DER; but what a canonical one says must be told right by both, and as it is by whoever reads a meter's.
void run_der_case(const Json& test, Verifiers& verifiers, const crypto::PublicKey& meter, Tally& tally) {
  CAPTURE(test.dump());
  const Buffer signature = bytes_of(test, "sig");
  const bool valid = test.at("result") == "valid";
  // DER of 64 bytes would be r and s of other numbers: the shape cannot tell, the verifier does.
  if (signature.size() != 64) check_not_read(signature);
  CHECK(meter.verify_sha256(bytes_of(test, "msg"), signature) == valid);
  const auto raw = test::signature_from_der(signature);
  if (valid) REQUIRE(raw.has_value());
  if (raw) verifiers.check(test, *raw, valid);
  ++(valid ? tally.valid : tally.invalid);
}

}  // namespace

TEST_CASE("crypto: Wycheproof's P1363 signatures are told right by OpenSSL and mbedTLS, high s among the valid") {
  const auto path = test::corpus("ecdsa/ecdsa_secp256r1_sha256_p1363_test_dev.json");
  if (!path) return;
  Tally tally;
  const Json cases = read_cases(*path);
  for (const Json& group : cases.at("testGroups")) {
    Verifiers verifiers(bytes_of(group.at("publicKey"), "uncompressed"));
    for (const Json& test : group.at("tests")) run_p1363_case(test, verifiers, tally);
  }
  CHECK(tally.valid + tally.invalid + tally.other_size == cases.at("numberOfTests"));
  CHECK(tally.valid > 0);
  CHECK(tally.invalid > 0);
  CHECK(tally.other_size > 0);
  CHECK(tally.high_s > 0);
}

TEST_CASE("crypto: Wycheproof's DER signatures are told right by OpenSSL and mbedTLS, and none is read as a message's") {
  const auto path = test::corpus("ecdsa/ecdsa_secp256r1_sha256_test_dev.json");
  if (!path) return;
  Tally tally;
  const Json cases = read_cases(*path);
  for (const Json& group : cases.at("testGroups")) {
    const Buffer point = bytes_of(group.at("publicKey"), "uncompressed");
    Verifiers verifiers(point);
    const auto meter = crypto::PublicKey::from_point(point, "prime256v1");
    REQUIRE(meter.has_value());
    for (const Json& test : group.at("tests")) run_der_case(test, verifiers, *meter, tally);
  }
  CHECK(tally.valid + tally.invalid == cases.at("numberOfTests"));
  CHECK(tally.valid > 0);
  CHECK(tally.invalid > 0);
}

}  // namespace greentill
