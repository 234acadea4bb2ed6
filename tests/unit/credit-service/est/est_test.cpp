// SPDX-License-Identifier: Apache-2.0
// EST (RFC 7030) as it is spoken, with an office that decides what the test wants.
#include "tools/credit-service/est/protocol.hpp"

#include <utility>

#include "daemon/base/hex.hpp"
#include "daemon/claim/bundle.hpp"
#include "daemon/claim/dock_licence.hpp"
#include "daemon/claim/keyed_message.hpp"
#include "daemon/claim/lock_ride.hpp"
#include "daemon/crypto/base64.hpp"
#include "tests/support/set_clock.hpp"
#include "tests/unit/credit-service/enrolment_desk.hpp"
#include "tests/unit/credit-service/office.hpp"
#include "tests/unit/credit-service/registry_book.hpp"

namespace greentill::credit::est_test {
namespace {

using Kind = EnrolmentAnswer::Kind;

constexpr const char* kCode = "7K2M-9QXW-3F0D-HT5Z";

class SaidOffice final : public EnrolmentOffice {
 public:
  Result<EnrolmentAnswer> enrol(const std::string& device, const Digest& code, const crypto::CertificateRequest&) override {
    asked.push_back(device + ' ' + to_hex(code));
    return answer;
  }
  Result<EnrolmentAnswer> renew(const crypto::Certificate& shown, const crypto::CertificateRequest&) override {
    asked.push_back("renew " + shown.common_name());
    return answer;
  }
  Result<SettingsAnswer> settings(const crypto::Certificate& shown, std::uint64_t had) override {
    asked.push_back("settings " + shown.common_name() + ' ' + std::to_string(had));
    return std::exchange(settings_answer, SettingsAnswer{});
  }
  Result<LicenceAnswer> licence(const crypto::Certificate& shown) override {
    asked.push_back("licence " + shown.common_name());
    return licensed;
  }
  Result<LicenceAnswer> licensed = LicenceAnswer{{}, "it serves none"};
  Result<Publication> methodologies() override { return published; }
  Result<Publication> published = Publication{};
  Result<std::optional<std::uint64_t>> settled_rides(const std::string& lock) override {
    asked.push_back("lock " + lock);
    return settled;
  }
  Result<std::optional<std::uint64_t>> settled = std::optional<std::uint64_t>();
  Result<SettingsAnswer> settings_answer = SettingsAnswer{};
  Result<EnrolmentAnswer> answer = EnrolmentAnswer{};
  std::vector<std::string> asked;
};

std::string basic(const std::string& who) { return "Basic " + crypto::to_base64(as_bytes(who)); }

std::string header(const EstReply& reply, const std::string& name) {
  for (const auto& [one, value] : reply.headers) {
    if (one == name) return value;
  }
  return {};
}

struct Counter {
  crypto::Issuer issuer = test::new_issuer(test::EnrolmentBook::kNow);
  test::TestRequest made = test::make_request();
  crypto::CertificateRequest request = crypto::CertificateRequest::from_file(made.request).value();
  crypto::Certificate certificate =
      issuer.issue(request, {"dock-7", {}, "", {crypto::kClientUsage}, 0, test::EnrolmentBook::kNow}).value();
  std::string body = crypto::to_base64(as_bytes(test::der_of(made.request)));
  std::string digits;
  std::string code = [this] {
    SystemRandom random;
    std::string one = make_code(random);
    digits = crypto::read_code(one).value();
    return one;
  }();
  test::SetClock clock{test::EnrolmentBook::kNow, true};
  test::OfficeLog log;
  SaidOffice office;
  std::unique_ptr<EstProtocol> est = EstProtocol::make({issuer.certificate()}, office, nullptr, clock, log).value();

  EstReply get(const std::string& what) { return est->answer({"GET", "/.well-known/est/" + what, "", "", "", "192.0.2.1", {}}); }
  [[nodiscard]] EstRequest enrolment() const {
    return {"POST", "/.well-known/est/simpleenroll", "application/pkcs10", basic("dock-7:" + code), body, "192.0.2.1", {}};
  }
  /// From here on it signs answers, as a service with a bundle signer does: under this certificate.
  crypto::Certificate sign_answers() {
    auto signer =
        issuer.issue(request, {"signer", {}, "", {crypto::kBundleSigningUsage}, 0, test::EnrolmentBook::kNow + 9}).value();
    auto beside = SignedAnswers::make(signer.path_to_pem(), made.key, clock).value();
    est = EstProtocol::make({issuer.certificate()}, office, std::move(beside), clock, log).value();
    return signer;
  }
};

}  // namespace

TEST_CASE("est: what it gives to anybody") {
  Counter counter;
  for (const std::string label : {"", "devices/"}) {
    const EstReply anchors = counter.get(label + "cacerts");
    CHECK(anchors.status == 200);
    CHECK(anchors.content_type == "application/pkcs7-mime");
    const auto read = test::say("base64 -d {}/in | openssl pkcs7 -inform der -print_certs -noout", anchors.body);
    CHECK_HAS(read.text, "Programme, devices");
    const EstReply attributes = counter.get(label + "csrattrs");
    CHECK(attributes.content_type == "application/csrattrs");
    CHECK_HAS(test::say("base64 -d {}/in | openssl asn1parse -inform der", attributes.body).text, ":ecdsa-with-SHA256");
  }
  for (const char* none : {"workers/cacerts", "serverkeygen", "fullcmc", "devices", "devices/devices/cacerts", "cacerts/", ""}) {
    CHECK(counter.get(none).status == 404);
  }
  CHECK(counter.est->answer({"GET", "/", "", "", "", "", {}}).status == 404);
  CHECK(counter.get("simpleenroll").status == 405);
  CHECK(counter.est->answer({"POST", "/.well-known/est/cacerts", "", "", "", "", {}}).status == 405);
  CHECK(counter.office.asked.empty());
}

TEST_CASE("est: methodologies are for whoever asks, where the number is another and something was published") {
  Counter counter;
  const auto signer = counter.sign_answers();
  const auto ask = [&](const std::string& what) {
    return counter.est->answer({"GET", "/.well-known/greentill/methodologies/" + what, "", "", "", "192.0.2.1", {}});
  };
  CHECK(ask("0").status == 204);
  counter.office.published = Publication{7, {0xa1, 0x01, 0x80}};
  CHECK(ask("7").status == 204);
  for (const char* had : {"0", "6", "8"}) {
    const EstReply told = ask(had);
    REQUIRE(told.status == 200);
    CHECK(told.content_type == "application/cwt");
    const auto message = claim::parse_keyed_message(as_bytes(told.body), claim::MessageType::bundle);
    REQUIRE(message.ok());
    CHECK(claim::verify_keyed_message(crypto::hasher(), *signer.make_verifier().value(), *message));
    const auto bundle = claim::parse_bundle(message->payload).value();
    CHECK(bundle.number == 7);
    CHECK_FALSE(bundle.device);
    CHECK(bundle.content.size() == 3);
    CHECK(bundle.holds_from <= test::EnrolmentBook::kNow);
    CHECK(bundle.expires_at > test::EnrolmentBook::kNow + 119 * 86'400);
  }
  for (const char* wrong : {"", "x", "-1", "18446744073709551616"}) CHECK(ask(wrong).status == 400);
  counter.office.published = Failure{Error{ErrorCode::unavailable, "locked"}};
  CHECK(ask("0").status == 503);
}

TEST_CASE("est: anybody is told up to which ride a lock's are settled, signed for the lock") {
  Counter counter;
  const auto signer = counter.sign_answers();
  const auto ask = [&](const std::string& lock, const char* method = "GET") {
    return counter.est->answer({method, "/.well-known/greentill/locks/" + lock, "", "", "", "192.0.2.1", {}});
  };
  CHECK(ask("lock-0042").status == 404);
  CHECK(ask("lock-0042", "POST").status == 405);
  CHECK(counter.office.asked == std::vector<std::string>{"lock lock-0042"});
  for (const std::string& none : std::vector<std::string>{"", "Lock", "a/b", "../signers", std::string(41, 'a')})
    CHECK(ask(none).status == 404);
  CHECK(counter.office.asked.size() == 1);
  for (const std::uint64_t settled : {std::uint64_t{0}, std::uint64_t{17}}) {
    counter.office.settled = std::optional(settled);
    const EstReply reply = ask("lock-0042");
    REQUIRE(reply.status == 200);
    CHECK(reply.content_type == "application/cwt");
    const auto message = claim::parse_keyed_message(as_bytes(reply.body), claim::MessageType::lock_receipt);
    REQUIRE(message.ok());
    CHECK(message->signer.key == claim::key_id(signer.key_hash()));
    CHECK(claim::verify_keyed_message(crypto::hasher(), **signer.make_verifier(), *message));
    const auto receipt = claim::parse_lock_receipt(message->payload);
    REQUIRE(receipt.ok());
    CHECK(receipt->lock == "lock-0042");
    CHECK(receipt->issued_at == test::EnrolmentBook::kNow);
    CHECK(receipt->counter == settled);
  }
  counter.office.settled = Failure{Error{ErrorCode::io, "the disk"}};
  CHECK(ask("lock-0042").status == 503);
}

TEST_CASE("est: a licence is for the dock that shows its certificate, and names that one's key") {
  Counter counter;
  const auto signer = counter.sign_answers();
  const auto ask = [&](bool shows, const char* method = "GET") {
    return counter.est->answer({method, "/.well-known/greentill/licence", "", "", "", "192.0.2.1",
                                shows ? std::optional(counter.certificate) : std::nullopt});
  };
  CHECK(ask(false).status == 401);
  CHECK(ask(true, "POST").status == 405);
  CHECK(counter.office.asked.empty());
  CHECK(ask(true).status == 403);
  CHECK(counter.office.asked == std::vector<std::string>{"licence dock-7"});
  CHECK(counter.log.says("dock-7 from 192.0.2.1: it is given no licence for locks: it serves none"));
  counter.office.licensed = EnrolmentOffice::LicenceAnswer{"dock-7", {}, 86'400};
  const EstReply given = ask(true);
  REQUIRE(given.status == 200);
  CHECK(given.content_type == "application/cwt");
  CHECK(given.body.size() <= claim::kMaxDockLicenceBytes);
  const auto message = claim::parse_keyed_message(as_bytes(given.body), claim::MessageType::dock_licence);
  REQUIRE(message.ok());
  CHECK(claim::verify_keyed_message(crypto::hasher(), **signer.make_verifier(), *message));
  const auto licence = claim::parse_dock_licence(message->payload);
  REQUIRE(licence.ok());
  CHECK(licence->device == "dock-7");
  CHECK(licence->issued_at == test::EnrolmentBook::kNow);
  CHECK(licence->expires_at == test::EnrolmentBook::kNow + 86'400);
  CHECK(claim::public_key_hash(crypto::hasher(), licence->key) == counter.certificate.key_hash());
  counter.office.licensed = Failure{Error{ErrorCode::io, "the disk"}};
  CHECK(ask(true).status == 503);
}

TEST_CASE("est: settings are for the device that shows its certificate, and each answer of the office has its form") {
  Counter counter;
  const auto signer = counter.sign_answers();
  const auto ask = [&](const std::string& what, bool shows) {
    const std::string path = "/.well-known/greentill/" + what;
    return counter.est->answer({"GET", path, "", "", "", "192.0.2.1", shows ? std::optional(counter.certificate) : std::nullopt});
  };
  CHECK(ask("signers", false).status == 200);
  CHECK(ask("settings/0", false).status == 401);
  for (const char* wrong : {"settings/", "settings/x", "settings/-1", "settings/18446744073709551616"}) {
    CHECK(ask(wrong, true).status == 400);
  }
  CHECK(counter.office.asked.empty());
  using Said = SettingsAnswer::Kind;
  counter.office.settings_answer = SettingsAnswer{Said::none, "", {}};
  CHECK(ask("settings/3", true).status == 204);
  CHECK(counter.office.asked.back() == "settings dock-7 3");
  counter.office.settings_answer = SettingsAnswer{Said::absent, "none here", {}};
  CHECK(ask("settings/0", true).status == 404);
  counter.office.settings_answer = SettingsAnswer{Said::refused, "its key was revoked", {}};
  CHECK(ask("settings/0", true).status == 403);
  CHECK(counter.log.says("dock-7 from 192.0.2.1: it is given no settings: its key was revoked"));
  counter.office.settings_answer = SettingsAnswer{Said::newer, "", {2, crypto::Secret(as_bytes("text"))}};
  const EstReply told = ask("settings/1", true);
  CHECK(told.status == 200);
  CHECK(told.body.find("text") != std::string::npos);
  counter.office.settings_answer = fail(ErrorCode::io, "the disk");
  CHECK(ask("settings/1", true).status == 503);
  CHECK(counter.est->answer({"POST", "/.well-known/greentill/settings/1", "", "", "", "", counter.certificate}).status == 405);
}

TEST_CASE("est: each answer of the office in its form") {
  Counter counter;
  counter.office.answer = EnrolmentAnswer{Kind::issued, "", counter.certificate, true, {}};
  const EstReply issued = counter.est->answer(counter.enrolment());
  CHECK(issued.status == 200);
  CHECK(issued.content_type == "application/pkcs7-mime; smime-type=certs-only");
  CHECK(header(issued, "Content-Transfer-Encoding") == "base64");
  CHECK(test::say("base64 -d {}/in | openssl pkcs7 -inform der -print_certs -noout", issued.body)
            .text.starts_with("subject=CN = dock-7\n"));
  CHECK(counter.office.asked.back() == "dock-7 " + to_hex(crypto::code_hash("dock-7", counter.digits, crypto::hasher())));
  CHECK(counter.log.says("dock-7 from 192.0.2.1: certificate "));
  counter.office.answer = EnrolmentAnswer{Kind::wait, "waits", {}, false, {}};
  CHECK(counter.est->answer(counter.enrolment()).status == 202);
  CHECK(header(counter.est->answer(counter.enrolment()), "Retry-After") == "30");
  counter.office.answer = EnrolmentAnswer{Kind::refused, "no", {}, false, {}};
  CHECK(counter.est->answer(counter.enrolment()).status == 403);
  counter.office.answer = Failure{Error{ErrorCode::unavailable, "locked"}};
  const EstReply failed = counter.est->answer(counter.enrolment());
  CHECK(failed.status == 503);
  CHECK_FALSE(test::has(failed.body, "locked"));
  CHECK(counter.log.says("cannot be answered: locked"));
  counter.office.answer = EnrolmentAnswer{Kind::unknown_code, "none", {}, false, {}};
  const EstReply unknown = counter.est->answer(counter.enrolment());
  CHECK(unknown.status == 401);
  CHECK(header(unknown, "WWW-Authenticate").starts_with("Basic realm="));
}

TEST_CASE("est: a body is base64 of one request, in lines or not") {
  Counter counter;
  EstRequest request = counter.enrolment();
  const auto status = [&](const std::string& body) {
    request.body = body;
    return counter.est->answer(request).status;
  };
  std::string lines;
  for (std::size_t i = 0; i < counter.body.size(); i += 64) lines += counter.body.substr(i, 64) + "\r\n";
  CHECK(status(lines) == 403);
  CHECK(status(counter.body + "\n") == 403);
  CHECK(status("") == 400);
  CHECK(status("*") == 400);
  CHECK(status(counter.made.request) == 400);
  CHECK(status(counter.body.substr(0, counter.body.size() - 4)) == 400);
  CHECK(status(std::string(kMostRequestBytes, 'A')) == 400);
  request.content_type = "Application/PKCS10; charset=x";
  CHECK(status(counter.body) == 403);
  request.content_type = "text/plain";
  CHECK(status(counter.body) == 415);
}

TEST_CASE("est: without a code, and with one that cannot be right") {
  Counter counter;
  EstRequest request = counter.enrolment();
  const auto status = [&](const std::string& authorization) {
    request.authorization = authorization;
    return counter.est->answer(request).status;
  };
  for (const char* wrong : {"", "Basic", "Basic !", "Bearer x", "Basic QQ==", "Basic QQ"}) CHECK(status(wrong) == 401);
  CHECK(status(basic("dock-7:" + std::string(kCode).substr(0, 18) + "0")) == 401);
  CHECK(status(basic("credit-1:" + counter.code)) == 401);
  CHECK(status(basic("Dock 7:" + counter.code)) == 401);
  CHECK(counter.office.asked.empty());
  CHECK(status("basic " + basic("dock-7: " + counter.digits).substr(6)) == 403);
}

TEST_CASE("est: who guesses has to wait, and nobody else has") {
  Counter counter;
  counter.office.answer = EnrolmentAnswer{Kind::unknown_code, "none", {}, false, {}};
  EstRequest request = counter.enrolment();
  const auto from = [&](const std::string& address) {
    request.address = address;
    return counter.est->answer(request);
  };
  for (std::int64_t i = 0; i < Guesses::kAtOnce; ++i) CHECK(from("192.0.2.1").status == 401);
  CHECK(from("192.0.2.1").status == 429);
  CHECK(header(from("192.0.2.1"), "Retry-After") == "60");
  CHECK(counter.office.asked.size() == 10);
  CHECK(from("192.0.2.2").status == 401);
  CHECK(counter.log.count("wrong code") == 10);
  for (std::int64_t i = 0; i < Guesses::kAtOnce; ++i) CHECK(from("2001:db8::" + std::to_string(i)).status == 401);
  CHECK(from("2001:db8::ffff").status == 429);
  CHECK(from("2001:db8:0:1::1").status == 401);
  counter.clock.since_boot = 61;
  CHECK(from("192.0.2.1").status == 401);
  CHECK(from("192.0.2.1").status == 429);
  CHECK(Guesses::network_of("::ffff:192.0.2.1") == Guesses::network_of("::ffff:192.0.2.1"));
  CHECK(Guesses::network_of("::ffff:192.0.2.1") != Guesses::network_of("::ffff:192.0.2.2"));
}

TEST_CASE("est: what is renewed is what the client showed") {
  Counter counter;
  EstRequest request = counter.enrolment();
  request.path = "/.well-known/est/devices/simplereenroll";
  request.authorization.clear();
  CHECK(counter.est->answer(request).status == 401);
  request.peer = counter.certificate;
  counter.office.answer = EnrolmentAnswer{Kind::issued, "", counter.certificate, false, {}};
  CHECK(counter.est->answer(request).status == 200);
  CHECK(counter.office.asked.back() == "renew dock-7");
  CHECK_FALSE(counter.log.says("certificate"));
}

}  // namespace greentill::credit::est_test
