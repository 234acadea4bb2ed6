// SPDX-License-Identifier: Apache-2.0
// Which settings a device is told, and to whom none are: docs/enrolment.md, "Beside EST".
#include "tools/credit-service/enrolment/settings_answer.hpp"

#include "tests/unit/credit-service/enrolment_desk.hpp"
#include "tests/unit/credit-service/registry_book.hpp"

namespace greentill::credit::settings_answer_test {
namespace {

using test::EnrolmentBook;
using test::new_request;
using Kind = SettingsAnswer::Kind;

constexpr Bytes<32> kProgrammeKey{7};

SettingsAnswer asked(EnrolmentBook& book, const crypto::Certificate& shown, std::uint64_t had) {
  SettingsAnswer answer;
  CHECK(book.said([&](Registry& registry) -> Result<SettingsAnswer> {
    auto made = answer_settings(book.store->registry(), registry, shown, had, book.now, kProgrammeKey, crypto::hasher());
    if (made) answer = std::move(*made);
    return made ? Result<SettingsAnswer>(SettingsAnswer{}) : std::move(made);
  }) == "");
  return answer;
}

}  // namespace

TEST_CASE("settings: a device is told those that it does not have, under the number that people's command gives them") {
  EnrolmentBook book;
  const auto certificate = book.enrolled("dock-7", new_request());
  const SettingsAnswer first = asked(book, certificate, 0);
  REQUIRE(first.kind == Kind::newer);
  CHECK(first.settings.number == 1);
  CHECK_HAS(std::string(first.settings.text.text()), "device = \"dock-7\"");
  CHECK(asked(book, certificate, 1).kind == Kind::none);
  CHECK(book.said([](Registry& r) { return r.assign("dock-7", {"cafe", "y", {"cafe"}}); }) == "");
  const SettingsAnswer second = asked(book, certificate, 1);
  REQUIRE(second.kind == Kind::newer);
  CHECK(second.settings.number == 2);
  CHECK(asked(book, certificate, 0).settings.number == 2);
  CHECK(asked(book, certificate, 2).kind == Kind::none);
}

TEST_CASE("settings: whoever is not the device, or no longer, is told none, and why") {
  EnrolmentBook book;
  const auto request = new_request();
  const auto certificate = book.enrolled("dock-7", request);
  const auto stranger = book.issuer.issue(new_request(), {"dock-7", {}, "", {crypto::kClientUsage}, 0, book.now + 9}).value();
  CHECK_HAS(asked(book, stranger, 0).words, "does not have its certificate");
  CHECK(asked(book, certificate, 5).kind == Kind::refused);
  CHECK_HAS(asked(book, certificate, 5).words, "the registry's latest are number 1");
  book.now = certificate.not_after() + 1;
  CHECK_HAS(asked(book, certificate, 0).words, "expired");
  book.now = certificate.not_before() - 1;
  CHECK_HAS(asked(book, certificate, 0).words, "valid only from");
  book.now = EnrolmentBook::kNow;
  const auto other = book.enrol("dock-7", book.code("dock-7", false, true), new_request());
  CHECK_HAS(asked(book, certificate, 0).words, "replaced by another one");
  REQUIRE(other.certificate);
  CHECK(asked(book, *other.certificate, 0).kind == Kind::newer);
  CHECK(book.said([](Registry& r) { return r.revoke("dock-7", std::nullopt); }) == "");
  CHECK_HAS(asked(book, *other.certificate, 0).words, "the device is revoked");
}

}  // namespace greentill::credit::settings_answer_test
