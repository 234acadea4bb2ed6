// SPDX-License-Identifier: Apache-2.0
#include "daemon/enrol/signers.hpp"

#include <doctest/doctest.h>

#include "daemon/base/file.hpp"
#include "daemon/claim/signed_time.hpp"
#include "daemon/crypto/hasher.hpp"
#include "daemon/crypto/signer.hpp"
#include "tests/support/temp_dir.hpp"
#include "tests/support/test_authority.hpp"

namespace greentill::enrol::signers_test {
namespace {

constexpr const char* kSigner =
    "basicConstraints=critical,CA:FALSE;keyUsage=digitalSignature;"
    "extendedKeyUsage=2.25.207861434512389410537416087632598513417.1";

/// A device, who signs for it, and what it keeps of that.
struct Programme {
  test::TestAuthority root{"root"};
  test::TestAuthority devices{"devices", &root};
  test::TestAuthority signers{"signers", &root};
  crypto::Certificate own = crypto::Certificate::leaf_from(devices.issue("till-1").certificate).value();
  std::string anchors = root.pem() + devices.pem() + signers.pem();
  test::TestAuthority::Issued signer = signers.issue("signer", kSigner);
  test::TempDir folder;
  identity::Slots slots{folder.path()};
  std::atomic<bool> never{false};

  void keep(const std::string& pem) const {
    REQUIRE(write_file_durably(slots.anchors(), anchors));
    REQUIRE(write_file_durably(slots.signers(), pem));
  }
  [[nodiscard]] Signers kept() const { return {slots, *EstServer::parse("https://localhost:1")}; }
};

Bytes<192> buffer;

/// A time that the key signed; in `buffer`.
claim::KeyedMessage time_by(const test::TestAuthority::Issued& by) {
  const auto certificate = crypto::Certificate::leaf_from(by.certificate).value();
  auto signer = crypto::Signer::from(by.key, certificate).value();
  Bytes<64> payload{};
  const auto size = claim::encode_time({{}, 1'800'000'000}, payload).value();
  const auto whole =
      claim::sign_keyed_message(crypto::hasher(), signer, claim::MessageType::time,
                                {claim::key_id(certificate.key_hash()), std::nullopt}, ByteView(payload).first(size), buffer);
  return claim::parse_keyed_message(ByteView(buffer).first(whole.value()), claim::MessageType::time).value();
}

constexpr std::chrono::seconds kLimit{5};

}  // namespace

TEST_CASE("signers: who stands under an authority of signers, with the usage, and nobody else") {
  const Programme programme;
  CHECK(read_signers(programme.signer.certificate, programme.anchors, programme.own).ok());
  const auto old = programme.signers.issue("old signer", kSigner, "-400d");
  CHECK(read_signers(old.certificate, programme.anchors, programme.own).ok());  // dates say nothing before the time is known

  const auto refused = [&](const std::string& pem) {
    const auto read = read_signers(pem, programme.anchors, programme.own);
    REQUIRE_FALSE(read.ok());
    return read.error().message;
  };
  CHECK(refused(programme.signers.issue("consents").certificate).find("extended key usage") != std::string::npos);
  CHECK(refused(programme.devices.issue("till-2", kSigner).certificate).find("which issues devices' certificates") !=
        std::string::npos);
  const test::TestAuthority strangers("strangers");
  CHECK(refused(strangers.issue("stranger", kSigner).certificate).find("stranger") != std::string::npos);
  CHECK(refused(programme.signer.certificate + strangers.issue("stranger", kSigner).certificate).find("stranger") !=
        std::string::npos);
  CHECK_FALSE(read_signers("no certificate", programme.anchors, programme.own).ok());
}

TEST_CASE("signers: one that is kept is taken without asking; for another the server is asked, and nobody else is taken") {
  Programme programme;
  programme.keep(programme.signer.certificate);
  Signers signers = programme.kept();
  CHECK(signers.check(time_by(programme.signer), programme.own, kLimit, programme.never).ok());
  const auto other = programme.signers.issue("other", kSigner);
  const Status asked = signers.check(time_by(other), programme.own, kLimit, programme.never);
  REQUIRE_FALSE(asked.ok());
  CHECK(asked.error().code == ErrorCode::unavailable);
  CHECK(asked.error().message.find("localhost:1") != std::string::npos);
}

TEST_CASE("signers: another key under a signer's id signs nothing") {
  Programme programme;
  programme.keep(programme.signer.certificate);
  Signers signers = programme.kept();
  const auto other = programme.signers.issue("other", kSigner);
  claim::KeyedMessage forged = time_by(other);
  forged.signer.key = claim::key_id(crypto::Certificate::leaf_from(programme.signer.certificate)->key_hash());
  CHECK(signers.check(forged, programme.own, kLimit, programme.never).error().code == ErrorCode::denied);
}

TEST_CASE("signers: a file that strangers vouch for counts for nothing") {
  Programme programme;
  const test::TestAuthority strangers("strangers");
  const auto stranger = strangers.issue("stranger", kSigner);
  programme.keep(stranger.certificate);
  Signers signers = programme.kept();
  CHECK(signers.check(time_by(stranger), programme.own, kLimit, programme.never).error().code == ErrorCode::unavailable);
}

}  // namespace greentill::enrol::signers_test
