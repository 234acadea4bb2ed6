// SPDX-License-Identifier: Apache-2.0
#include "daemon/identity/identity.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <cstdlib>
#include <string>
#include <vector>

#include "daemon/base/file.hpp"
#include "daemon/base/hex.hpp"
#include "tests/support/openssl_crypto.hpp"
#include "tests/support/temp_dir.hpp"

namespace greentill::identity {
namespace {

namespace fs = std::filesystem;

bool shell(const std::string& command) { return std::system(command.c_str()) == 0; }

std::string text_of(const fs::path& path) {
  const auto content = read_file(path);
  REQUIRE(content.ok());
  return *content;
}

/// A throw-away CA with what make_ca.sh makes, once for all tests.
const fs::path& authority() {
  static const test::TempDir folder;
  static const bool made = shell(GREENTILL_SOURCE_DIR "/tests/support/make_ca.sh " + folder.path().string() + " till-1 dock-2");
  REQUIRE(made);
  return folder.path();
}

fs::path in_ca(const std::string& name) { return authority() / name; }

Result<std::unique_ptr<DeviceIdentity>> load(const fs::path& key, const fs::path& certificate) {
  return DeviceIdentity::load(key, certificate);
}

/// A receipt message signed by the key, naming the certificate.
std::vector<std::uint8_t> signed_receipt(const std::string& key, const std::string& certificate) {
  test::OpensslSigner signer(text_of(in_ca(key)), text_of(in_ca(certificate)));
  const Bytes<3> payload = {1, 2, 3};
  claim::Signature signature;
  REQUIRE(signer.sign(claim::signature_digest(hasher(), claim::MessageType::receipt, signer.thumbprint(), payload), signature));
  std::vector<std::uint8_t> message(512);
  const auto length =
      claim::encode_message(claim::MessageType::receipt, signer.thumbprint(), std::nullopt, payload, signature, message);
  REQUIRE(length.ok());
  message.resize(*length);
  return message;
}

Status check(ReceiptTrust& trust, const std::vector<std::uint8_t>& bytes) {
  const auto message = claim::parse_message(bytes, claim::MessageType::receipt);
  REQUIRE(message.ok());
  return trust.verify(*message);
}

}  // namespace

TEST_CASE("identity: hashes and MACs are those of OpenSSL, for keys and parts of every length around the block") {
  const test::OpensslHasher reference;
  std::vector<std::uint8_t> bytes(200);
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::uint8_t>(i * 37);
  for (const std::size_t length : {0, 1, 31, 32, 55, 56, 63, 64, 65, 127, 128, 129, 200}) {
    const ByteView part(bytes.data(), length);
    CHECK(hasher().sha256({part, part}) == reference.sha256({part, part}));
    CHECK(hasher().hmac_sha256(part, {part, bytes}) == reference.hmac_sha256(part, {part, bytes}));
  }
}

TEST_CASE("identity: a device's name, thumbprint and term are those of its certificate") {
  const auto identity = load(in_ca("till-1.key"), in_ca("till-1.crt"));
  REQUIRE(identity.ok());
  const test::OpensslSigner reference(text_of(in_ca("till-1.key")), text_of(in_ca("till-1.crt")));
  CHECK((*identity)->device_id() == "till-1");
  CHECK((*identity)->thumbprint() == reference.thumbprint());
  CHECK((*identity)->not_after() - (*identity)->not_before() == 825 * 86400);
  const auto now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  CHECK(now - (*identity)->not_before() >= 0);
  CHECK(now - (*identity)->not_before() < 600);
}

TEST_CASE("identity: OpenSSL verifies what every signer of the device signs, and nonces are deterministic") {
  const auto identity = load(in_ca("till-1.key"), in_ca("till-1.crt"));
  REQUIRE(identity.ok());
  auto verifier = test::OpensslVerifier::from_certificate(text_of(in_ca("till-1.crt")));
  auto other = test::OpensslVerifier::from_certificate(text_of(in_ca("dock-2.crt")));
  const auto first = (*identity)->new_signer();
  const auto second = (*identity)->new_signer();
  CHECK(first->thumbprint() == (*identity)->thumbprint());
  for (std::uint8_t i = 0; i < 50; ++i) {
    const Digest digest = hasher().sha256({ByteView(&i, 1)});
    claim::Signature signature{};
    claim::Signature again{};
    REQUIRE(first->sign(digest, signature));
    REQUIRE(second->sign(digest, again));
    CHECK(signature == again);
    CHECK(verifier.verify(digest, signature));
    CHECK_FALSE(other.verify(digest, signature));
  }
}

TEST_CASE("identity: signatures are those of RFC 6979, A.2.5") {
  const test::TempDir folder;
  const fs::path key = folder.path() / "rfc6979.key";
  const fs::path certificate = folder.path() / "rfc6979.crt";
  // SEC 1: SEQUENCE { 1, private key, [0] prime256v1 }; the public key is computed.
  const auto der =
      from_hex("30310201010420c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721a00a06082a8648ce3d030107");
  REQUIRE(write_file_durably(key, as_text(*der), 0600).ok());
  REQUIRE(shell("openssl req -x509 -new -keyform DER -key " + key.string() + " -subj /CN=rfc6979 -out " + certificate.string()));
  const auto identity = load(key, certificate);
  REQUIRE(identity.ok());
  claim::Signature signature{};
  REQUIRE((*identity)->new_signer()->sign(hasher().sha256({as_bytes("sample")}), signature));
  CHECK(to_hex(signature) ==
        "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716"
        "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8");
}

TEST_CASE("identity: a key that others can read is refused, whatever the bit") {
  const test::TempDir folder;
  for (const unsigned mode : {0640u, 0604u, 0620u, 0602u}) {
    const fs::path key = folder.path() / "open.key";
    REQUIRE(write_file_durably(key, text_of(in_ca("till-1.key")), mode).ok());
    const auto identity = load(key, in_ca("till-1.crt"));
    REQUIRE_FALSE(identity.ok());
    CHECK(identity.error().code == ErrorCode::denied);
    CHECK(identity.error().message.find("chmod 600") != std::string::npos);
  }
}

TEST_CASE("identity: a key that does not go with the certificate, another curve and a foreign name are refused by name") {
  const auto refusal = [](const fs::path& key, const fs::path& certificate) {
    const auto identity = load(key, certificate);
    REQUIRE_FALSE(identity.ok());
    return identity.error();
  };
  CHECK(refusal(in_ca("dock-2.key"), in_ca("till-1.crt")).message.find("not that of the key") != std::string::npos);
  CHECK(refusal(in_ca("missing.key"), in_ca("till-1.crt")).code == ErrorCode::not_found);
  CHECK(refusal(in_ca("till-1.key"), in_ca("missing.crt")).code == ErrorCode::not_found);
  CHECK(refusal(in_ca("programme.key"), in_ca("till-1.crt")).code == ErrorCode::invalid);

  const test::TempDir folder;
  const auto self_signed = [&](const std::string& curve, const std::string& name) {
    const std::string stem = (folder.path() / curve).string();
    REQUIRE(shell("umask 077; openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:" + curve + " -nodes -keyout " + stem +
                  ".key -subj '/CN=" + name + "' -out " + stem + ".crt 2>/dev/null"));
    return refusal(stem + ".key", stem + ".crt").message;
  };
  CHECK(self_signed("P-384", "till-9").find("P-256") != std::string::npos);
  CHECK(self_signed("P-256", "Till 9").find("'Till 9' is no device id") != std::string::npos);
}

TEST_CASE("identity: a receipt counts only under a certificate of the authority made for receipts") {
  const auto trust = ReceiptTrust::load(in_ca("ca.crt"), in_ca("service.crt"));
  REQUIRE(trust.ok());
  auto receipt = signed_receipt("service.key", "service.crt");
  CHECK(check(**trust, receipt).ok());

  const auto from_device = check(**trust, signed_receipt("till-1.key", "till-1.crt"));
  REQUIRE_FALSE(from_device.ok());
  CHECK(from_device.error().code == ErrorCode::denied);
  const auto forged = check(**trust, signed_receipt("till-1.key", "service.crt"));
  REQUIRE_FALSE(forged.ok());
  CHECK(forged.error().code == ErrorCode::denied);
  receipt.back() ^= 1;
  CHECK_FALSE(check(**trust, receipt).ok());
}

TEST_CASE("identity: a certificate without the receipts' key usage, or of another authority, is not trusted") {
  const auto refusal = [](const fs::path& authorities, const fs::path& certificates) {
    const auto trust = ReceiptTrust::load(authorities, certificates);
    REQUIRE_FALSE(trust.ok());
    CHECK(trust.error().code == ErrorCode::denied);
    return trust.error().message;
  };
  CHECK(refusal(in_ca("ca.crt"), in_ca("till-1.crt")).find("'till-1' may not sign receipts") != std::string::npos);
  CHECK(refusal(in_ca("ca.crt"), in_ca("ca.crt")).find("may not sign receipts") != std::string::npos);
  const test::TempDir other;
  REQUIRE(shell(GREENTILL_SOURCE_DIR "/tests/support/make_ca.sh " + other.path().string()));
  CHECK(refusal(other.path() / "ca.crt", in_ca("service.crt")).find("'credit' does not chain") != std::string::npos);
}

TEST_CASE("identity: several certificates may sign receipts, so that one can follow the other") {
  const test::TempDir folder;
  const auto write = [&](const std::string& name, const std::string& content) {
    REQUIRE(write_file_durably(folder.path() / name, content).ok());
    return folder.path() / name;
  };
  const test::TempDir other;
  REQUIRE(shell(GREENTILL_SOURCE_DIR "/tests/support/make_ca.sh " + other.path().string()));
  const fs::path authorities = write("ca", text_of(other.path() / "ca.crt") + text_of(in_ca("ca.crt")));
  const fs::path certificates = write("certificates", text_of(other.path() / "service.crt") + text_of(in_ca("service.crt")));
  const auto trust = ReceiptTrust::load(authorities, certificates);
  REQUIRE(trust.ok());
  CHECK(check(**trust, signed_receipt("service.key", "service.crt")).ok());
}

TEST_CASE("identity: the programme's key is one line of a version and 64 hexadecimal digits") {
  const auto made = load_programme_key(in_ca("programme.key"));
  REQUIRE(made.ok());
  CHECK(made.value().version == 1);
  CHECK("1 " + to_hex(made.value().key) + "\n" == text_of(in_ca("programme.key")));

  const test::TempDir folder;
  const fs::path file = folder.path() / "programme.key";
  const std::string digits(64, 'a');
  const auto code_of = [&](const std::string& content, unsigned mode) {
    REQUIRE(write_file_durably(file, content, mode).ok());
    const auto key = load_programme_key(file);
    return key.ok() ? "ok" : to_string(key.error().code);
  };
  CHECK(code_of("12 " + digits, 0600) == "ok");
  for (const std::string& bad : {std::string(), digits, "x " + digits, "1 " + digits + "aa", "1 " + digits.substr(1),
                                 "-1 " + digits, "1  " + digits, "1 " + digits + "\n\n", " " + digits}) {
    CHECK_MESSAGE(code_of(bad, 0600) == "invalid", bad);
  }
  CHECK(code_of("1 " + digits, 0644) == "denied");
}

}  // namespace greentill::identity
