// SPDX-License-Identifier: Apache-2.0
// Whose consents count, and what they say of the key before.
#include "tools/credit-service/registry/consents.hpp"

#include "daemon/base/calendar.hpp"
#include "daemon/base/system.hpp"
#include "daemon/claim/signing.hpp"
#include "daemon/crypto/hasher.hpp"
#include "daemon/crypto/signer.hpp"
#include "tests/support/test_authority.hpp"
#include "tests/unit/credit-service/registry_book.hpp"

namespace greentill::credit::consents_test {
namespace {

using test::RegistryBook;
using test::TestAuthority;

constexpr const char* kSigner =
    "basicConstraints=critical,CA:FALSE;keyUsage=digitalSignature;"
    "extendedKeyUsage=2.25.207861434512389410537416087632598513417.2";

const TestAuthority& signers() {
  static const TestAuthority one("Signers");
  return one;
}
const TestAuthority::Issued& signer() {
  static const TestAuthority::Issued one = signers().issue("signer-1", kSigner);
  return one;
}
std::int64_t now() { return SystemClock().unix_seconds(); }

claim::Consent consent_at(std::int64_t given_at) { return {"dock-7", given_at, Digest{9}, {1, 2}, 1203, Digest{3}}; }

using Signed = std::vector<std::uint8_t>;

Signed sign(const claim::Consent& consent, const TestAuthority::Issued& by = signer(),
            claim::MessageType type = claim::MessageType::consent) {
  const auto certificate = crypto::Certificate::leaf_from(by.certificate);
  REQUIRE(certificate);
  auto key = crypto::Signer::from(by.key, *certificate);
  REQUIRE(key);
  Bytes<256> payload{};
  const auto size = claim::encode_consent(consent, payload);
  REQUIRE(size);
  Signed message(claim::kMaxConsentBytes);
  const auto whole = claim::sign_message(crypto::hasher(), *key, type, std::nullopt, ByteView(payload).first(*size), message);
  REQUIRE(whole);
  message.resize(*whole);
  return message;
}

Consents listed(const std::string& certificates = signer().certificate) {
  auto made = Consents::from_pem(signers().pem(), certificates, crypto::hasher());
  REQUIRE_MESSAGE(made, (made ? "" : made.error().message));
  return std::move(*made);
}

/// The error's code and words.
std::pair<ErrorCode, std::string> refused(const Consents& consents, const Signed& message) {
  const auto read = consents.verify(message, now());
  REQUIRE_FALSE(read);
  return {read.error().code, read.error().message};
}

}  // namespace

TEST_CASE("consents: a signer's is read, whoever else is listed") {
  const std::string other = signers().issue("signer-2", kSigner).certificate;
  const Signed message = sign(consent_at(now()));
  const Consents consents = listed(other + signer().certificate);
  const auto consent = consents.verify(message, now());
  REQUIRE_MESSAGE(consent, (consent ? "" : consent.error().message));
  CHECK(consent->device == "dock-7");
  CHECK(consent->key == Digest{9});
  CHECK(consent->chain == claim::ChainId{1, 2});
  CHECK(consent->last_seq == 1203);
  CHECK(consent->payload_hash == Digest{3});
}

TEST_CASE("consents: nobody else's counts, nor one that was altered") {
  const Signed message = sign(consent_at(now()));
  const std::string other = signers().issue("signer-2", kSigner).certificate;
  CHECK(refused(listed(other), message).first == ErrorCode::denied);
  CHECK_HAS(refused(listed(other), message).second, "is none of those whose consents count");
  CHECK(refused(Consents(crypto::hasher()), message).first == ErrorCode::denied);
  for (const std::size_t at : {message.size() - 1, message.size() - 70}) {  // in the signature, in what it signs
    Signed altered = message;
    altered[at] ^= 1;
    CHECK(refused(listed(), altered).first == ErrorCode::denied);
    CHECK_HAS(refused(listed(), altered).second, "did not sign it");
  }
  Signed cut = message;
  cut.pop_back();
  CHECK(refused(listed(), cut).first == ErrorCode::invalid);
  Signed longer = message;
  longer.push_back(0);
  CHECK(refused(listed(), longer).first == ErrorCode::invalid);
  CHECK_FALSE(listed().verify(sign(consent_at(now()), signer(), claim::MessageType::receipt), now()));
}

TEST_CASE("consents: a signer's certificate is judged at the time that its consent says") {
  CHECK_FALSE(listed().verify(sign(consent_at(now() + 2 * kSecondsADay)), now()));
  CHECK_HAS(refused(listed(), sign(consent_at(now() + 2 * kSecondsADay))).second, "which is still to come");
  CHECK_HAS(refused(listed(), sign(consent_at(now() - 20 * kSecondsADay))).second, "was not valid when it was given");
  // Long after the certificate is over, what was given before stands.
  const Consents consents = listed();
  const Signed message = sign(consent_at(now() + 60));
  CHECK(consents.verify(message, now() + 1000 * kSecondsADay));
}

TEST_CASE("consents: who may sign them is listed under an authority, and has the key usage") {
  const auto error = [](const std::string& certificates) {
    const auto made = Consents::from_pem(signers().pem(), certificates, crypto::hasher());
    return made ? "" : made.error().message;
  };
  CHECK_HAS(error(signers().issue("credit", TestAuthority::kService).certificate), "which signs consents");
  CHECK_HAS(error(TestAuthority("Elsewhere").issue("signer-1", kSigner).certificate), "the certificate of \"signer-1\": ");
  CHECK(error("nothing") != "");
  CHECK_FALSE(Consents::from_pem("nothing", signer().certificate, crypto::hasher()));
}

TEST_CASE("consents: the end of a key is named, raised, and never lowered") {
  RegistryBook book;
  const TestAuthority authority("Root");
  const auto key = [&](bool replaces) {
    const std::string pem = authority.issue("cafe-1").certificate;
    CHECK(book.said([&](Registry& r) { return replaces ? r.replace_key("cafe-1", pem) : r.add_key("cafe-1", pem); }) == "");
    return book.store().keys("cafe-1").value().back().hash;
  };
  const auto take = [&](const Digest& of, const claim::ChainId& chain, std::uint64_t seq, const Digest& hash) {
    return book.said([&](Registry& r) { return r.take_consent({"cafe-1", 5, of, chain, seq, hash}); });
  };
  const auto end = [&](const Digest& of) { return book.store().key(of).value().value().end; };
  const Digest first = key(false);
  CHECK_HAS(take(first, {1}, 5, {1}), "no key went before that one");
  CHECK_HAS(take(Digest{77}, {1}, 5, {1}), "the device has no such key");
  CHECK_HAS(book.said([&](Registry& r) { return r.take_consent({"cafe-9", 5, first, {1}, 5, {1}}); }), "no device \"cafe-9\"");
  CHECK_HAS(book.said([&](Registry& r) { return r.take_consent({"bikes-1", 5, first, {1}, 5, {1}}); }), "no such key");
  const Digest second = key(true);
  CHECK_FALSE(end(first));
  CHECK(take(second, {}, 0, {}) == "");
  CHECK(end(first) == KeyEnd{});
  CHECK(take(second, {1}, 5, {1}) == "");
  CHECK(end(first) == KeyEnd{{1}, 5, {1}});
  const std::size_t noted = book.audit("cafe-1").size();
  CHECK(take(second, {1}, 5, {1}) == "");
  CHECK(book.audit("cafe-1").size() == noted);
  CHECK_HAS(take(second, {1}, 4, {1}), "a place never falls");
  CHECK_HAS(take(second, {1}, 5, {2}), "that place with another hash");
  CHECK(end(first) == KeyEnd{{1}, 5, {1}});
  CHECK(take(second, {1}, 9, {2}) == "");
  CHECK(end(first) == KeyEnd{{1}, 9, {2}});
  CHECK_FALSE(end(second));
  const Digest third = key(true);
  CHECK(take(third, {2}, 1, {3}) == "");
  CHECK(end(second) == KeyEnd{{2}, 1, {3}});
  CHECK(end(first) == KeyEnd{{1}, 9, {2}});
}

}  // namespace greentill::credit::consents_test
