// SPDX-License-Identifier: Apache-2.0
#include "daemon/identity/identity.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <cstdlib>
#include <string>
#include <vector>

#include "daemon/base/file.hpp"
#include "daemon/claim/signing.hpp"
#include "daemon/crypto/hasher.hpp"
#include "tests/support/mbedtls_crypto.hpp"
#include "tests/support/temp_dir.hpp"
#include "tests/support/test_authority.hpp"

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

/// A receipt message signed by the key, naming the certificate. mbedTLS does not ask whether they belong together.
std::vector<std::uint8_t> signed_receipt(const std::string& key, const std::string& certificate) {
  test::MbedtlsSigner signer(text_of(in_ca(key)), text_of(in_ca(certificate)));
  const Bytes<3> payload = {1, 2, 3};
  std::vector<std::uint8_t> message(512);
  const auto length = claim::sign_message(crypto::hasher(), signer, claim::MessageType::receipt, std::nullopt, payload, message);
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

TEST_CASE("identity: a device's name, thumbprint and term are those of its certificate") {
  const auto identity = load(in_ca("till-1.key"), in_ca("till-1.crt"));
  REQUIRE(identity.ok());
  const test::MbedtlsSigner reference(text_of(in_ca("till-1.key")), text_of(in_ca("till-1.crt")));
  CHECK((*identity)->device_id() == "till-1");
  CHECK((*identity)->thumbprint() == reference.thumbprint());
  CHECK((*identity)->not_after() - (*identity)->not_before() == 825 * 86400);
  const auto now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  CHECK(now - (*identity)->not_before() >= 0);
  CHECK(now - (*identity)->not_before() < 600);
}

TEST_CASE("identity: mbedTLS verifies what the device signs, under its own certificate alone") {
  const auto identity = load(in_ca("till-1.key"), in_ca("till-1.crt"));
  REQUIRE(identity.ok());
  auto verifier = test::MbedtlsVerifier::from_certificate(text_of(in_ca("till-1.crt")));
  auto other = test::MbedtlsVerifier::from_certificate(text_of(in_ca("dock-2.crt")));
  claim::Signer& signer = (*identity)->signer();
  CHECK(signer.thumbprint() == (*identity)->thumbprint());
  for (std::uint8_t i = 0; i < 50; ++i) {
    const Digest digest = crypto::hasher().sha256({ByteView(&i, 1)});
    claim::Signature signature{};
    REQUIRE(signer.sign(digest, signature));
    CHECK(verifier.verify(digest, signature));
    CHECK_FALSE(other.verify(digest, signature));
  }
}

TEST_CASE("identity: keys are read as PKCS #8 and SEC 1, as PEM and DER") {
  const test::TempDir folder;
  const std::string pem = in_ca("till-1.key").string();
  for (const char* form :
       {"pkcs8 -topk8 -nocrypt -outform PEM", "pkcs8 -topk8 -nocrypt -outform DER", "ec -outform PEM", "ec -outform DER"}) {
    const fs::path key = folder.path() / "converted.key";
    REQUIRE(shell("umask 077; openssl " + std::string(form) + " -in " + pem + " -out " + key.string() + " 2>/dev/null"));
    const auto identity = load(key, in_ca("till-1.crt"));
    CHECK_MESSAGE(identity.ok(), form);
  }
  const fs::path certificate = folder.path() / "till-1.der";
  REQUIRE(shell("openssl x509 -outform DER -in " + in_ca("till-1.crt").string() + " -out " + certificate.string()));
  CHECK(load(in_ca("till-1.key"), certificate).ok());
}

TEST_CASE("identity: an encrypted key is refused, and nobody is asked for its passphrase") {
  const test::TempDir folder;
  const fs::path key = folder.path() / "encrypted.key";
  REQUIRE(shell("umask 077; openssl pkcs8 -topk8 -passout pass:secret -in " + in_ca("till-1.key").string() + " -out " +
                key.string()));
  const auto identity = load(key, in_ca("till-1.crt"));
  REQUIRE_FALSE(identity.ok());
  CHECK(identity.error().code == ErrorCode::invalid);
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

  const test::TempDir folder;
  REQUIRE(write_file_durably(folder / "garbage.key", "1 5a5a\n", 0600).ok());
  CHECK(refusal(folder / "garbage.key", in_ca("till-1.crt")).code == ErrorCode::invalid);
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
  CHECK(from_device.error().code == ErrorCode::not_found);
  CHECK(from_device.error().message.find("which is not in " + in_ca("service.crt").string()) != std::string::npos);
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
  CHECK(refusal(other.path() / "ca.crt", in_ca("service.crt")).find("'credit' is not accepted: it") != std::string::npos);
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

TEST_CASE("identity: a receipt certificate with its intermediate authority in one file leads to the root") {
  const test::TestAuthority root("Root");
  const test::TestAuthority between("Between", &root, "rsa:2048");
  const auto service = between.issue("credit", test::TestAuthority::kService);
  const test::TempDir folder;
  REQUIRE(write_file_durably(folder / "ca", root.pem()).ok());
  REQUIRE(write_file_durably(folder / "alone", service.certificate).ok());
  REQUIRE(write_file_durably(folder / "whole", service.certificate + between.pem()).ok());
  const auto alone = ReceiptTrust::load(folder / "ca", folder / "alone");
  REQUIRE_FALSE(alone.ok());
  CHECK_MESSAGE(
      alone.error().message.find("it was issued by 'Between', whose certificate is neither behind it") != std::string::npos,
      alone.error().message);
  CHECK(ReceiptTrust::load(folder / "ca", folder / "whole").ok());
}

}  // namespace greentill::identity
