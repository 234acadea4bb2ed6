// SPDX-License-Identifier: Apache-2.0
#include "daemon/credential/secured.hpp"

#include <doctest/doctest.h>

#include "daemon/base/hex.hpp"
#include "daemon/crypto/hasher.hpp"
#include "tests/unit/credential/programme.hpp"

namespace greentill::credential::secured_test {
namespace {

std::string why_not(std::string_view bytes) {
  const auto read = parse_secured(as_bytes(bytes));
  return read ? "" : read.error().message;
}

}  // namespace

TEST_CASE("secured: what is written is read, with any chain") {
  const std::string leaf(300, 'a');
  const std::string issuer(400, 'b');
  claim::Signature signature{};
  signature[63] = 9;
  Digest thumbprint{};
  thumbprint[0] = 7;
  for (const std::vector<ByteView>& chain : {std::vector<ByteView>{}, {as_bytes(leaf)}, {as_bytes(leaf), as_bytes(issuer)}}) {
    const std::string message = encode_secured(thumbprint, chain, as_bytes("{}"), signature);
    const auto read = parse_secured(as_bytes(message));
    REQUIRE_MESSAGE(read.ok(), read.error().message);
    CHECK(read->thumbprint == thumbprint);
    CHECK(read->signature == signature);
    CHECK(as_text(read->payload) == "{}");
    REQUIRE(read->chain.size() == chain.size());
    for (std::size_t i = 0; i < chain.size(); ++i) CHECK(as_text(read->chain[i]) == as_text(chain[i]));
  }
}

TEST_CASE("secured: every cut and every changed byte of what is around the payload is refused or changes what is signed") {
  const test::Certifier certifier;
  const std::string message = certifier.issue();
  const auto sound = parse_secured(as_bytes(message)).value();
  const Digest digest = digest_to_sign(crypto::hasher(), sound.thumbprint, sound.payload);
  for (std::size_t size = 0; size < message.size(); ++size) REQUIRE(why_not(std::string_view(message).substr(0, size)) != "");
  const std::size_t header_end = 80;
  for (std::size_t at = 0; at < header_end; ++at) {
    std::string changed = message;
    changed[at] = static_cast<char>(changed[at] ^ 1);
    const auto read = parse_secured(as_bytes(changed));
    if (read) CHECK(digest_to_sign(crypto::hasher(), read->thumbprint, read->payload) != digest);
  }
  CHECK(why_not(message + 'x') == "byte " + std::to_string(message.size()) + ": bytes follow the message");
}

TEST_CASE("secured: what is signed is the Sig_structure of RFC 9052") {
  const std::string header = "a4012603" +
                             to_hex(as_bytes("\x6e"
                                             "application/vc")) +
                             "10" +
                             to_hex(as_bytes("\x73"
                                             "application/vc+cose")) +
                             "1822822f5820" + std::string(64, '0');
  const auto bytes = from_hex("846a" + to_hex(as_bytes("Signature1")) + "584e" + header + "40427b7d");
  REQUIRE(bytes);
  REQUIRE(header.size() == 2 * 0x4e);
  CHECK(digest_to_sign(crypto::hasher(), Digest{}, as_bytes("{}")) == crypto::hasher().sha256({*bytes}));
}

TEST_CASE("secured: hostile chains are bounded") {
  const claim::Signature signature{};
  const std::string one(kMaxCertificateBytes + 1, 'a');
  CHECK(why_not(encode_secured({}, {as_bytes(one)}, as_bytes("{}"), signature))
            .ends_with("a certificate is larger than 4,096 bytes"));
  const std::vector<ByteView> many(kMaxChain + 1, as_bytes("a"));
  CHECK(why_not(encode_secured({}, many, as_bytes("{}"), signature)).ends_with("or an array of one"));
  const std::string large(kMaxSecuredBytes, ' ');
  CHECK(why_not(encode_secured({}, {}, as_bytes(large), signature)).ends_with("it is larger than 2 MiB"));
}

}  // namespace greentill::credential::secured_test
