// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/est/signed_answers.hpp"

#include <doctest/doctest.h>

#include "daemon/claim/bundle.hpp"
#include "daemon/claim/keyed_message.hpp"
#include "daemon/claim/signed_time.hpp"
#include "daemon/crypto/hasher.hpp"
#include "tests/support/set_clock.hpp"
#include "tests/unit/credit-service/enrolment_desk.hpp"

namespace greentill::credit::signed_answers_test {
namespace {

constexpr const char* kNonce = "000102030405060708090a0b0c0d0e0f";

struct Desk {
  crypto::Issuer issuer = test::new_issuer(test::EnrolmentBook::kNow);
  test::TestRequest made = test::make_request();
  test::SetClock clock{test::EnrolmentBook::kNow, true};

  [[nodiscard]] crypto::Certificate certificate(std::string_view usage) const {
    return issuer
        .issue(crypto::CertificateRequest::from_file(made.request).value(),
               {"signer", {}, "", {usage}, 0, test::EnrolmentBook::kNow + 86'400})
        .value();
  }
  std::unique_ptr<SignedAnswers> answers() {
    return SignedAnswers::make(certificate(crypto::kBundleSigningUsage).path_to_pem(), made.key, clock).value();
  }
  static EstReply get(SignedAnswers& from, const std::string& what) { return from.answer(what); }
};

}  // namespace

TEST_CASE("signed answers: the time is this clock's, for the nonce that was asked with, under the signer's key") {
  Desk desk;
  const auto answers = desk.answers();
  const EstReply reply = Desk::get(*answers, std::string("time/") + kNonce);
  REQUIRE(reply.status == 200);
  CHECK(reply.content_type == "application/cose; cose-type=\"cose-sign1\"");
  const auto message = claim::parse_keyed_message(as_bytes(reply.body), claim::MessageType::time);
  REQUIRE(message.ok());
  const auto signers = crypto::Certificate::all_from_pem(Desk::get(*answers, "signers").body);
  REQUIRE(signers.ok());
  CHECK(message->signer.key == claim::key_id(signers->front().key_hash()));
  CHECK(claim::verify_keyed_message(crypto::hasher(), **signers->front().make_verifier(), *message));
  const auto time = claim::parse_time(message->payload);
  REQUIRE(time.ok());
  CHECK(time->unix_seconds == test::EnrolmentBook::kNow);
  CHECK(time->nonce[15] == 0x0f);
}

TEST_CASE("signed answers: settings are a bundle for the device alone") {
  Desk desk;
  const auto answers = desk.answers();
  const EstReply reply = answers->tell_settings("dock-7", {3, crypto::Secret(as_bytes("device = \"dock-7\""))});
  REQUIRE(reply.status == 200);
  CHECK(reply.content_type == "application/cwt");
  const auto message = claim::parse_keyed_message(as_bytes(reply.body), claim::MessageType::bundle);
  REQUIRE(message.ok());
  const auto signer = crypto::Certificate::all_from_pem(Desk::get(*answers, "signers").body)->front();
  CHECK(message->signer.thumbprint == signer.thumbprint());
  CHECK(claim::verify_keyed_message(crypto::hasher(), **signer.make_verifier(), *message));
  const auto bundle = claim::parse_bundle(message->payload);
  REQUIRE(bundle.ok());
  CHECK(bundle->device == "dock-7");
  CHECK(bundle->number == 3);
  CHECK(bundle->holds_from == test::EnrolmentBook::kNow);
  CHECK(bundle->expires_at == test::EnrolmentBook::kNow + 30 * kSecondsADay);
  CHECK(as_text(bundle->content) == "device = \"dock-7\"");
}

TEST_CASE("signed answers: what is no question, and who may not sign") {
  Desk desk;
  const auto answers = desk.answers();
  for (const std::string wrong :
       {"time/", "time/00", "time/xx0102030405060708090a0b0c0d0e0f", "time/000102030405060708090a0b0c0d0e0f00"}) {
    CHECK(Desk::get(*answers, wrong).status == 400);
  }
  CHECK(Desk::get(*answers, "").status == 404);
  CHECK(Desk::get(*answers, "signers/").status == 404);
  const auto foreign =
      SignedAnswers::make(desk.certificate(crypto::kConsentSigningUsage).path_to_pem(), desk.made.key, desk.clock);
  REQUIRE_FALSE(foreign.ok());
  CHECK(foreign.error().code == ErrorCode::denied);
  CHECK_FALSE(
      SignedAnswers::make(desk.certificate(crypto::kBundleSigningUsage).to_pem(), test::make_request().key, desk.clock).ok());
}

}  // namespace greentill::credit::signed_answers_test
