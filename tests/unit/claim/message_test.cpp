// SPDX-License-Identifier: Apache-2.0
#include "daemon/claim/message.hpp"
#include "daemon/crypto/hasher.hpp"
#include "tests/support/mbedtls_crypto.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include "daemon/claim/cbor.hpp"
#include "tests/support/test_signer.hpp"
#include "tests/unit/claim/tree.hpp"

using namespace greentill;
using namespace greentill::claim;
using namespace greentill::test;

namespace {

const crypto::Hasher kOpenssl;

Buffer sealed(MessageType type, TestSigner& signer, const std::optional<AccountHint>& account, ByteView payload) {
  Signature signature{};
  REQUIRE(signer.sign(signature_digest(kOpenssl, type, signer.thumbprint(), payload), signature));
  Buffer out(payload.size() + 256);
  const auto size = encode_message(type, signer.thumbprint(), account, payload, signature, out);
  if (!size) FAIL(size.error().reason);
  out.resize(*size);
  return out;
}

const AccountHint kAccount{counted<16>(0x33), "customer-7"};

/// A claim message of no real key: parsing looks at the signature's shape alone.
Buffer claim_message() {
  Buffer out(kMaxClaimBytes);
  const auto size = encode_message(MessageType::claim, counted<32>(0x90), kAccount, payload_of(sample_gap()), Signature{}, out);
  REQUIRE(size.ok());
  out.resize(*size);
  return out;
}

Buffer with_protected(const Buffer& message, std::string_view header_hex) {
  Tree tree = Tree::parse(message);
  Tree& header = tree.at({0, 0, 0});
  header.content = hex_bytes(header_hex);
  header.head.argument = header.content.size();
  return tree.bytes();
}

const std::string kX5t = "1822 82 2f 5820 " + [] {
  std::string hex;
  for (int i = 0; i < 32; ++i) hex += "ab";
  return hex;
}();

Fault refused(const Buffer& message, MessageType type = MessageType::claim) {
  const auto result = parse_message(message, type);
  if (result) {
    FAIL("accepted");
    return {};
  }
  return result.error();
}

void check_refused_for_ever(const Buffer& message, const std::string& reason) {
  const Fault fault = refused(message);
  CHECK(fault.kind == Fault::Kind::malformed);
  CHECK(std::string(fault.reason) == reason);
}

}  // namespace

TEST_CASE("message: a signed claim with an account is read back whole and verifies") {
  TestSigner signer;
  test::MbedtlsVerifier verifier = test::MbedtlsVerifier::from_certificate(signer.certificate_pem());
  const Buffer payload = payload_of(sample_reduction());
  const Buffer bytes = sealed(MessageType::claim, signer, kAccount, payload);
  CHECK(bytes[0] == 0xd8);
  CHECK(bytes[1] == 61);
  const auto message = parse_message(bytes, MessageType::claim);
  REQUIRE(message.ok());
  CHECK(message->thumbprint == signer.thumbprint());
  CHECK(std::ranges::equal(message->payload, payload));
  CHECK(std::ranges::equal(message->whole, bytes));
  REQUIRE(message->account.has_value());
  CHECK(message->account->salt == kAccount.salt);
  CHECK(message->account->token == kAccount.token);
  CHECK(verify_message(kOpenssl, verifier, *message));
}

TEST_CASE("message: a changed byte of payload, certificate hash or signature does not verify, nor does another key") {
  TestSigner signer;
  TestSigner other;
  test::MbedtlsVerifier verifier = test::MbedtlsVerifier::from_certificate(signer.certificate_pem());
  test::MbedtlsVerifier stranger = test::MbedtlsVerifier::from_certificate(other.certificate_pem());
  const Buffer bytes = sealed(MessageType::claim, signer, std::nullopt, payload_of(sample_gap()));
  const auto message = parse_message(bytes, MessageType::claim);
  REQUIRE(message.ok());
  CHECK_FALSE(verify_message(kOpenssl, stranger, *message));
  for (const std::size_t offset : {bytes.size() - 1, bytes.size() - 64, bytes.size() - 70, std::size_t{40}}) {
    Buffer changed = bytes;
    changed[offset] ^= 1;
    const auto parsed = parse_message(changed, MessageType::claim);
    REQUIRE(parsed.ok());
    CHECK_FALSE(verify_message(kOpenssl, verifier, *parsed));
  }
  Message as_receipt = *message;
  as_receipt.type = MessageType::receipt;
  CHECK_FALSE(verify_message(kOpenssl, verifier, as_receipt));
}

TEST_CASE("message: the digest is that of RFC 9052's Sig_structure, for payloads of every length of head") {
  for (const std::size_t size : {0u, 23u, 24u, 255u, 256u, 65535u, 65536u}) {
    const Buffer payload(size, 0x5a);
    const Buffer bytes = [&] {
      Buffer out(size + 256);
      const auto written = encode_message(MessageType::time, counted<32>(7), std::nullopt, payload, Signature{}, out);
      REQUIRE(written.ok());
      out.resize(*written);
      return out;
    }();
    const Buffer header = Tree::parse(bytes).at({0, 0}).content;
    Buffer structure(size + 128);
    CborWriter writer(structure);
    writer.array(4);
    writer.text("Signature1");
    writer.bytes(header);
    writer.bytes({});
    writer.bytes(payload);
    CHECK(signature_digest(kOpenssl, MessageType::time, counted<32>(7), payload) == kOpenssl.sha256({writer.written()}));
  }
}

TEST_CASE("message: without its account a claim still verifies, and the payload is untouched") {
  TestSigner signer;
  test::MbedtlsVerifier verifier = test::MbedtlsVerifier::from_certificate(signer.certificate_pem());
  const Buffer bytes = sealed(MessageType::claim, signer, kAccount, payload_of(sample_reduction()));
  const auto message = parse_message(bytes, MessageType::claim);
  REQUIRE(message.ok());
  Buffer out(bytes.size());
  const auto size = strip_account(*message, out);
  REQUIRE(size.ok());
  CHECK(*size < bytes.size());
  const auto stripped = parse_message(ByteView(out).first(*size), MessageType::claim);
  REQUIRE(stripped.ok());
  CHECK_FALSE(stripped->account.has_value());
  CHECK(std::ranges::equal(stripped->payload, message->payload));
  CHECK(verify_message(kOpenssl, verifier, *stripped));
}

TEST_CASE("message: every cut and every byte behind is refused") {
  const Buffer bytes = claim_message();
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    CHECK_FALSE(parse_message(ByteView(bytes).first(size), MessageType::claim).ok());
  }
  for (unsigned extra = 0; extra < 256; ++extra) {
    Buffer longer = bytes;
    longer.push_back(static_cast<std::uint8_t>(extra));
    CHECK(refused(longer).offset == bytes.size());
  }
}

TEST_CASE("message: every head that is longer than it must be is refused at its byte, in the protected header too") {
  const Buffer bytes = claim_message();
  for (const std::size_t offset : head_offsets(bytes)) {
    for (const Buffer& longer : with_longer_heads(bytes, offset)) CHECK(refused(longer).offset == offset);
  }
  Tree tree = Tree::parse(bytes);
  const Tree header = tree.at({0, 0, 0});
  const std::size_t inside = header.offset + 2;
  for (const std::size_t offset : head_offsets(header.content)) {
    for (const Buffer& longer : with_longer_heads(header.content, offset)) {
      Tree& place = tree.at({0, 0, 0});
      place.content = longer;
      place.head.argument = longer.size();
      const Fault fault = refused(tree.bytes());
      CHECK(fault.kind == Fault::Kind::malformed);
      CHECK(fault.offset == inside + offset);
    }
  }
}

TEST_CASE("message: tags, shape and signature length are as written") {
  const Buffer bytes = claim_message();
  check_refused_for_ever(Buffer(bytes.begin() + 2, bytes.end()), "a message of this type begins with the CWT tag, 61");
  Buffer tagged = bytes;
  tagged[2] = 0xd1;
  check_refused_for_ever(tagged, "not a COSE_Sign1: tag 18 is missing");
  check_refused_for_ever(replaced(bytes, {0}, "84404040 40"), "not a COSE_Sign1: tag 18 is missing");
  check_refused_for_ever(replaced(bytes, {0}, "d903e6 84404040 40"), "not a COSE_Sign1: tag 18 is missing");
  check_refused_for_ever(replaced(bytes, {0, 0, 3}, "40"), "the signature is not 64 bytes");
  check_refused_for_ever(replaced(bytes, {0, 0, 2}, "f6"), "the payload is not a byte string");
  check_refused_for_ever(replaced(bytes, {0, 0, 1}, "80"), "the unprotected header is not a map");
  check_refused_for_ever(replaced(bytes, {0, 0, 0}, "a0"), "the protected header is not a byte string");
  check_refused_for_ever(replaced(bytes, {0, 0}, "8340a040"), "a COSE_Sign1 is an array of four");
}

TEST_CASE("message: the protected header holds ES256, the type and the certificate's SHA-256, nothing else") {
  const Buffer bytes = claim_message();
  const auto good = with_protected(bytes, "a3 0126 10 19fde9 " + kX5t);
  CHECK(parse_message(good, MessageType::claim).ok());
  check_refused_for_ever(with_protected(bytes, ""), "the bytes end where an item should begin");
  check_refused_for_ever(with_protected(bytes, "a0"), "a key that must stand before this byte is missing");
  check_refused_for_ever(with_protected(bytes, "a3 013822 10 19fde9 " + kX5t), "the algorithm is not ES256");
  check_refused_for_ever(with_protected(bytes, "a3 016161 10 19fde9 " + kX5t), "the algorithm is not an integer");
  check_refused_for_ever(with_protected(bytes, "a2 0126 " + kX5t), "a key that must stand before this byte is missing");
  check_refused_for_ever(with_protected(bytes, "a3 0126 10 19fdea " + kX5t), "another type of message than is expected here");
  check_refused_for_ever(with_protected(bytes, "a3 0126 10 19fde9 1822 82 2f 40"), "the certificate hash is not 32 bytes");
  check_refused_for_ever(with_protected(bytes, "a3 0126 10 19fde9 1822 82 2e 5820" + kX5t.substr(kX5t.size() - 64)),
                         "the certificate's hash is not SHA-256");
  check_refused_for_ever(with_protected(bytes, "a3 10 19fde9 0126 " + kX5t), "this map key is out of bytewise order");
  CHECK(refused(with_protected(bytes, "a3 0126 10 19ffff " + kX5t)).kind == Fault::Kind::unsupported);
  CHECK(refused(with_protected(bytes, "a4 0126 028110 10 19fde9 " + kX5t)).kind == Fault::Kind::unsupported);
  CHECK(refused(with_protected(bytes, "a4 0126 10 19fde9 " + kX5t + "1823 00")).kind == Fault::Kind::unsupported);
}

TEST_CASE("message: the unprotected header holds the account of a claim or nothing") {
  const Buffer bytes = claim_message();
  const char* reason = "the account is not [16 bytes, a text of 1 to 32 bytes]";
  CHECK(parse_message(replaced(bytes, {0, 0, 1}, "a0"), MessageType::claim).ok());
  check_refused_for_ever(replaced(bytes, {0, 0, 1, -65537, 1}, "60"), reason);
  check_refused_for_ever(replaced(bytes, {0, 0, 1, -65537, 0}, "40"), reason);
  check_refused_for_ever(replaced(bytes, {0, 0, 1, -65537}, "8140"), reason);
  CHECK(refused(with_pair(bytes, {0, 0, 1}, "04", "4101")).kind == Fault::Kind::unsupported);

  Buffer out(512);
  const Buffer payload = hex_bytes("a0");
  CHECK_FALSE(encode_message(MessageType::receipt, Digest{}, kAccount, payload, Signature{}, out).ok());
  const auto size = encode_message(MessageType::receipt, Digest{}, std::nullopt, payload, Signature{}, out);
  REQUIRE(size.ok());
  const Buffer receipt(out.begin(), out.begin() + static_cast<std::ptrdiff_t>(*size));
  CHECK(parse_message(receipt, MessageType::receipt).ok());
  const std::string account = "8250000102030405060708090a0b0c0d0e0f6161";
  const Fault fault = refused(with_pair(receipt, {0, 1}, "3a00010000", account), MessageType::receipt);
  CHECK(std::string(fault.reason) == "only a claim names an account");
  for (const AccountHint& wrong :
       {AccountHint{{}, ""}, AccountHint{{}, "123456789012345678901234567890123"}, AccountHint{{}, "\xff"}}) {
    CHECK_FALSE(encode_message(MessageType::claim, Digest{}, wrong, payload, Signature{}, out).ok());
  }
}

TEST_CASE("message: claims and consents wear the CWT tag, receipts do not, and the header's type decides") {
  const Buffer payload = hex_bytes("a0");
  const auto encoded = [&](MessageType type) {
    Buffer out(512);
    const auto size = encode_message(type, counted<32>(1), std::nullopt, payload, Signature{}, out);
    REQUIRE(size.ok());
    out.resize(*size);
    return out;
  };
  const Buffer claim = encoded(MessageType::claim);
  const Buffer consent = encoded(MessageType::consent);
  const Buffer receipt = encoded(MessageType::receipt);
  CHECK(consent[0] == 0xd8);
  CHECK(receipt[0] == 0xd2);
  CHECK(parse_message(consent, MessageType::consent).ok());
  CHECK(refused(claim, MessageType::consent).kind == Fault::Kind::malformed);
  CHECK(refused(consent, MessageType::claim).kind == Fault::Kind::malformed);
  CHECK(std::string(refused(receipt, MessageType::consent).reason) == "a message of this type begins with the CWT tag, 61");
  Buffer tagged = hex_bytes("d83d");
  tagged.insert(tagged.end(), receipt.begin(), receipt.end());
  CHECK(std::string(refused(tagged, MessageType::receipt).reason) == "not a COSE_Sign1: tag 18 is missing");
  const std::string account = "8250000102030405060708090a0b0c0d0e0f6161";
  const Buffer hinted = with_pair(consent, {0, 0, 1}, "3a00010000", account);
  CHECK(std::string(refused(hinted, MessageType::consent).reason) == "only a claim names an account");
}

TEST_CASE("message: the types that are known to the format go from claims to docks' licences") {
  const Buffer bytes = claim_message();
  for (const char* known : {"19fdea", "19fdf0"}) {
    const auto fault = refused(with_protected(bytes, "a3 0126 10 " + std::string(known) + kX5t));
    CHECK(fault.kind == Fault::Kind::malformed);
  }
  for (const char* unknown : {"19fde8", "19fdf1"}) {
    const auto fault = refused(with_protected(bytes, "a3 0126 10 " + std::string(unknown) + kX5t));
    CHECK(fault.kind == Fault::Kind::unsupported);
  }
}

TEST_CASE("message: a claim of 1,024 bytes passes and one more does not, written or read") {
  const std::size_t frame = claim_message().size() - payload_of(sample_gap()).size();
  Buffer out(4096);
  const Buffer most(kMaxClaimBytes - frame - 1);  // its length takes one byte more than the sample's
  const auto fits = encode_message(MessageType::claim, Digest{}, kAccount, most, Signature{}, out);
  REQUIRE(fits.ok());
  CHECK(*fits == kMaxClaimBytes);
  CHECK(parse_message(ByteView(out).first(*fits), MessageType::claim).ok());
  const Buffer too_much(most.size() + 1);
  Tree tree = Tree::parse(ByteView(out).first(*fits));
  tree.at({0, 0, 2}).content = too_much;
  tree.at({0, 0, 2}).head.argument = too_much.size();
  check_refused_for_ever(tree.bytes(), "a claim is at most 1,024 bytes");
  CHECK_FALSE(encode_message(MessageType::claim, Digest{}, kAccount, too_much, Signature{}, out).ok());
}

TEST_CASE("message: a sequence gives its messages one by one and stands still at a broken one") {
  const Buffer one = claim_message();
  Buffer sequence;
  for (int i = 0; i < 3; ++i) sequence.insert(sequence.end(), one.begin(), one.end());
  ByteView rest = sequence;
  for (int i = 0; i < 3; ++i) {
    const auto message = take_message(rest, MessageType::claim);
    REQUIRE(message.ok());
    CHECK(message->whole.size() == one.size());
  }
  CHECK(rest.empty());
  CHECK_FALSE(take_message(rest, MessageType::claim).ok());

  sequence[one.size() + 2] = 0xd1;
  rest = sequence;
  CHECK(take_message(rest, MessageType::claim).ok());
  const std::size_t before = rest.size();
  CHECK_FALSE(take_message(rest, MessageType::claim).ok());
  CHECK(rest.size() == before);
}
