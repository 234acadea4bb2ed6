// SPDX-License-Identifier: Apache-2.0
// Who gets a certificate for which key: docs/enrolment.md, rule by rule.
#include "daemon/crypto/fingerprint.hpp"
#include "tests/unit/credit-service/enrolment_desk.hpp"
#include "tests/unit/credit-service/registry_book.hpp"

namespace greentill::credit::enrolling_test {
namespace {

using test::EnrolmentBook;
using test::new_request;
using Kind = EnrolmentAnswer::Kind;

}  // namespace

TEST_CASE("enrolling: the first key that is presented with a code is the device's, and the only one") {
  EnrolmentBook book;
  const std::string code = book.code("dock-7");
  const auto request = new_request();
  const auto answer = book.enrol("dock-7", code, request);
  REQUIRE(answer.kind == Kind::issued);
  CHECK(answer.is_new);
  CHECK(answer.certificate->common_name() == "dock-7");
  CHECK(answer.certificate->key_hash() == request.key_hash());
  CHECK(answer.certificate->not_after() == book.now + 397 * kSecondsADay);
  REQUIRE(book.keys("dock-7").size() == 1);
  CHECK(book.keys("dock-7")[0].certificates.size() == 1);
  const auto again = book.enrol("dock-7", code, request);
  CHECK_FALSE(again.is_new);
  CHECK(again.certificate->thumbprint() == answer.certificate->thumbprint());
  const auto other = book.enrol("dock-7", code, new_request());
  CHECK(other.kind == Kind::refused);
  CHECK_HAS(other.words, "the code was used with another key");
  CHECK(book.keys("dock-7").size() == 1);
}

TEST_CASE("enrolling: a code is one device's, until it expires or is withdrawn, or another one is made") {
  EnrolmentBook book;
  const auto request = new_request();
  const std::string first = book.code("dock-7");
  CHECK(book.enrol("dock-8", first, request).kind == Kind::unknown_code);
  CHECK(book.enrol("dock-9", first, request).kind == Kind::unknown_code);
  CHECK(book.enrol("dock-8", first, request).words == "the device has no such code, or no longer");
  const std::string second = book.code("dock-7");
  CHECK(book.enrol("dock-7", first, request).kind == Kind::unknown_code);
  CHECK(book.said([](Registry& r) { return r.withdraw_code("dock-7"); }) == "");
  CHECK(book.enrol("dock-7", second, request).kind == Kind::unknown_code);
  // Who knows the code may know what became of it.
  CHECK_HAS(book.enrol("dock-7", first, request).words, "the code was withdrawn on");
  CHECK_HAS(book.enrol("dock-7", second, request).words, "the code was withdrawn on");
  CHECK_HAS(book.said([](Registry& r) { return r.withdraw_code("dock-7"); }), "it has no code that is good");
  const std::string third = book.code("dock-7");
  book.now += 14 * kSecondsADay - 1;
  CHECK(book.enrol("dock-7", third, request).kind == Kind::issued);
  book.now += 1;
  CHECK(book.enrol("dock-7", third, request).kind == Kind::unknown_code);
  CHECK_HAS(book.enrol("dock-7", third, request).words, "the code expired on");
  CHECK_HAS(book.enrol("dock-7", third, request).words, ", after it was used; a new one is needed");
  CHECK(standing_of(book.latest_code("dock-7"), book.now) == "used");
}

TEST_CASE("enrolling: what the registry holds against a device or its key is said, and nothing is written") {
  EnrolmentBook book;
  const auto request = new_request();
  const auto certificate = book.enrolled("dock-7", request);
  CHECK_HAS(book.enrol("dock-8", book.code("dock-8"), request).words, "the key is another device's");
  CHECK_HAS(book.enrol("dock-7", book.code("dock-7"), new_request()).words, "the device has another key");
  CHECK(book.enrol("dock-7", book.code("dock-7"), request).kind == Kind::issued);
  const std::string code = book.code("dock-7");
  CHECK(book.said([&](Registry& r) { return r.revoke_key(certificate.key_hash()); }) == "");
  CHECK_HAS(book.enrol("dock-7", code, request).words, "the key was revoked on");
  CHECK_FALSE(book.latest_code("dock-7").key);
  const std::string other = book.code("dock-8");
  CHECK(book.said([](Registry& r) { return r.retire("dock-8"); }) == "");
  CHECK_HAS(book.enrol("dock-8", other, new_request()).words, "the device is retired");
  CHECK_HAS(book.said([&](Registry& r) { return r.add_code({}, {"dock-8", book.now + 1, false, false}); }), "it is retired");
  CHECK_HAS(book.said([&](Registry& r) { return r.add_code({}, {"dock-9", book.now + 1, false, false}); }), "no device");
}

TEST_CASE("enrolling: with confirmation the answer waits for a person, and the key is bound meanwhile") {
  EnrolmentBook book;
  const std::string code = book.code("dock-7", true);
  const auto confirm = [&](const std::string& typed) {
    return book.said([&](Registry& r) { return r.confirm_code("dock-7", typed); });
  };
  CHECK_HAS(confirm("0"), "no key has been presented");
  const auto request = new_request();
  CHECK(book.enrol("dock-7", code, request).kind == Kind::wait);
  const std::int64_t step = book.store->registry().registry_step().value();
  CHECK(book.enrol("dock-7", code, request).kind == Kind::wait);
  CHECK(book.store->registry().registry_step().value() == step);
  CHECK(book.enrol("dock-7", code, new_request()).kind == Kind::refused);
  CHECK(book.keys("dock-7").empty());
  CHECK_HAS(confirm(crypto::fingerprint_of(new_request().key_hash())), crypto::fingerprint_of(request.key_hash()));
  CHECK(book.enrol("dock-7", code, request).kind == Kind::wait);
  CHECK(confirm(crypto::fingerprint_of(request.key_hash())) == "");
  CHECK(confirm(crypto::fingerprint_of(request.key_hash())) == "");
  CHECK(book.enrol("dock-7", code, request).kind == Kind::issued);
  CHECK(book.code("dock-7").size() == 16);
  CHECK_HAS(confirm("0"), "no key has been presented");
}

TEST_CASE("enrolling: a dead unit's place is taken by a new key, and the old one is good to where the ledger stands") {
  EnrolmentBook book;
  const auto before = book.enrolled("dock-7", new_request());
  const auto request = new_request();
  const std::string code = book.code("dock-7", false, true);
  const auto answer = book.enrol("dock-7", code, request);
  REQUIRE(answer.kind == Kind::issued);
  CHECK(answer.replaced == before.key_hash());
  const auto keys = book.keys("dock-7");
  REQUIRE(keys.size() == 2);
  CHECK(keys[0].successor == request.key_hash());
  REQUIRE(keys[0].end);
  CHECK(keys[0].end->seq == 0);
  CHECK_FALSE(keys[1].successor);
  CHECK(book.enrol("dock-7", code, request).certificate->thumbprint() == answer.certificate->thumbprint());
  CHECK(book.renew(before, new_request()).kind == Kind::refused);
  CHECK(book.keys("dock-7").size() == 2);
}

TEST_CASE("renewing: the same key gets one certificate a day, and another key takes its place once") {
  EnrolmentBook book;
  const auto request = new_request();
  const auto first = book.enrolled("dock-7", request);
  CHECK(book.renew(first, request).certificate->thumbprint() == first.thumbprint());
  book.now += 300 * kSecondsADay;
  const auto second = book.renew(first, request);
  REQUIRE(second.kind == Kind::issued);
  CHECK(second.is_new);
  CHECK(second.certificate->not_after() == book.now + 397 * kSecondsADay);
  CHECK(book.renew(first, request).certificate->thumbprint() == second.certificate->thumbprint());
  CHECK(book.keys("dock-7")[0].certificates.size() == 2);
  const auto next = new_request();
  const auto rekeyed = book.renew(*second.certificate, next);
  REQUIRE(rekeyed.kind == Kind::issued);
  CHECK(rekeyed.replaced == request.key_hash());
  CHECK_FALSE(book.keys("dock-7")[0].end);
  CHECK(book.renew(*second.certificate, next).certificate->thumbprint() == rekeyed.certificate->thumbprint());
  CHECK_HAS(book.renew(*second.certificate, request).words, "replaced by another one");
  CHECK_HAS(book.renew(*second.certificate, new_request()).words, "replaced by another one");
  CHECK_HAS(book.renew(*rekeyed.certificate, request).words, "the new key is a device's already");
  CHECK(book.keys("dock-7").size() == 2);
}

TEST_CASE("renewing: an expired certificate within the grace; that of a key or device that is gone never") {
  EnrolmentBook book;
  const auto request = new_request();
  const auto first = book.enrolled("dock-7", request);
  book.now = first.not_after() + 180 * kSecondsADay + 1;
  CHECK_HAS(book.renew(first, request).words, "expired on");
  book.now -= 1;
  const auto second = book.renew(first, request);
  REQUIRE(second.kind == Kind::issued);
  book.now = EnrolmentBook::kNow - kSecondsADay;
  CHECK_HAS(book.renew(first, request).words, "valid only from");
  book.now = second.certificate->not_before() + kBackdated;
  const auto stranger = book.issuer.issue(request, {"dock-7", {}, "", {crypto::kClientUsage}, book.now, book.now + 100});
  REQUIRE(stranger);
  CHECK_HAS(book.renew(*stranger, request).words, "is not registered");
  CHECK(book.said([](Registry& r) { return r.revoke("dock-7", {}); }) == "");
  CHECK_HAS(book.renew(*second.certificate, request).words, "the device is revoked");
  CHECK(book.said([](Registry& r) { return r.trust("dock-7"); }) == "");
  CHECK(book.said([&](Registry& r) { return r.revoke_key(first.key_hash()); }) == "");
  CHECK_HAS(book.renew(*second.certificate, request).words, "its key was revoked");
}

}  // namespace greentill::credit::enrolling_test
