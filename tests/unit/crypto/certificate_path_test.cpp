// SPDX-License-Identifier: Apache-2.0
// Paths from a certificate to an authority, over the issuers that its file holds, and what is said where there is none.
#include <doctest/doctest.h>

#include "daemon/base/calendar.hpp"
#include "daemon/crypto/certificate.hpp"
#include "tests/support/test_authority.hpp"

namespace greentill::crypto {
namespace {

using Kind = Defect::Kind;
using test::TestAuthority;

/// A root, an intermediate authority whose key is RSA, and a device of each.
struct Family {
  TestAuthority root{"Root"};
  TestAuthority between{"Between", &root, "rsa:2048"};
  TestAuthority stranger{"Stranger"};
  std::string direct = root.issue("dock-7").certificate;
  std::string below = between.issue("dock-7").certificate;

  [[nodiscard]] Authority trusted() const { return *Authority::from_pem(root.pem()); }
};

const Family& family() {
  static const Family one;
  return one;
}

Certificate leaf(const std::string& pem) {
  const auto certificate = Certificate::leaf_from(pem);
  REQUIRE_MESSAGE(certificate.ok(), certificate.error().message);
  return *certificate;
}

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

std::vector<Kind> kinds(const std::vector<Defect>& defects) {
  std::vector<Kind> all;
  for (const Defect& defect : defects) all.push_back(defect.kind);
  return all;
}

TEST_CASE("crypto: the issuers behind a certificate in its file make its path, whatever their keys") {
  const Authority trusted = family().trusted();
  CHECK(trusted.defects(leaf(family().direct), std::nullopt).empty());
  CHECK(trusted.defects(leaf(family().below + family().between.pem()), std::nullopt).empty());
  CHECK(trusted.defects(leaf(family().below + family().between.pem() + family().root.pem()), std::nullopt).empty());
  // Members of the path are trusted no more than others.
  const std::string foreign = family().stranger.issue("dock-7").certificate + family().stranger.pem();
  const auto defects = trusted.defects(leaf(foreign), std::nullopt);
  CHECK(kinds(defects) == std::vector{Kind::other_authority});
  CHECK_MESSAGE(has(defects[0].words, "leads to the authority 'Stranger', which is none of those that are trusted here ('Root')"),
                defects[0].words);
}

TEST_CASE("crypto: a file of several certificates gives those that are no authority's, each with the path through the file") {
  const auto all = Certificate::all_from_pem(family().between.pem() + family().below + family().direct);
  REQUIRE(all);
  REQUIRE(all->size() == 2);
  for (const Certificate& one : *all) CHECK(family().trusted().check(one, std::nullopt).ok());
  const auto alone = Certificate::all_from_pem(family().root.pem());
  REQUIRE(alone);
  CHECK(alone->front().common_name() == "Root");
}

TEST_CASE("crypto: a certificate without its issuer's says whose is missing") {
  const auto defects = family().trusted().defects(leaf(family().below), std::nullopt);
  CHECK(kinds(defects) == std::vector{Kind::no_issuer});
  CHECK_MESSAGE(has(defects[0].words, "it was issued by 'Between', whose certificate is neither behind it in its file nor"),
                defects[0].words);
  const auto self = family().trusted().defects(leaf(family().stranger.pem()), std::nullopt);
  CHECK(self.back().kind == Kind::self_signed);
}

TEST_CASE("crypto: an authority of the same name and another key is told from none") {
  const TestAuthority twin("Root");
  const auto defects = Authority::from_pem(twin.pem())->defects(leaf(family().direct), std::nullopt);
  REQUIRE(defects.size() == 1);
  CHECK_MESSAGE((defects[0].kind == Kind::other_authority || defects[0].kind == Kind::no_issuer), defects[0].words);
  CHECK(has(defects[0].words, "'Root'"));
}

TEST_CASE("crypto: all defects of a certificate are told, those that no clock changes first, with what the clock shows") {
  const std::string pem = family().stranger.issue("dock-7", "basicConstraints=CA:FALSE;keyUsage=keyAgreement").certificate;
  const Certificate certificate = leaf(pem);
  const auto late = family().trusted().defects(certificate, certificate.not_after() + 1);
  CHECK(kinds(late) == std::vector{Kind::no_digital_signature, Kind::no_issuer, Kind::expired});
  const std::string words = to_words(late, "our clock shows noon");
  CHECK_MESSAGE(has(words, "so that it may not sign; it was issued by 'Stranger'"), words);
  CHECK_MESSAGE(words.ends_with("UTC, and our clock shows noon"), words);
  const auto early = family().trusted().defects(leaf(family().direct), certificate.not_before() - kSecondsADay);
  CHECK(kinds(early) == std::vector{Kind::not_yet_valid});
  CHECK_MESSAGE(has(early[0].words, "is valid only from "), early[0].words);
}

TEST_CASE("crypto: what is wrong with a certificate whoever the authorities are") {
  const Certificate good = leaf(family().direct);
  CHECK(good.own_defects(good.not_after() - 1).empty());
  CHECK(kinds(good.own_defects(good.not_after() + 1)) == std::vector{Kind::expired});
  const Certificate server =
      leaf(family().root.issue("dock-7", "keyUsage=digitalSignature;extendedKeyUsage=serverAuth").certificate);
  CHECK(kinds(server.own_defects(server.not_before() + 1)) == std::vector{Kind::no_client_usage});
  CHECK(good.issuer() == "Root");
  CHECK_FALSE(good.is_self_signed());
  CHECK(leaf(family().root.pem()).is_self_signed());
  const auto outdated = family().trusted().outdated(good.not_after() + 400 * kSecondsADay);
  REQUIRE(outdated.size() == 1);
  CHECK(outdated[0].first == "Root");
}

TEST_CASE("crypto: a PEM file as editors save it is read, or said to be what it is") {
  std::string windows;
  for (const char c : family().direct) windows += c == '\n' ? std::string("  \r\n") : std::string(1, c);
  CHECK(leaf(windows).common_name() == "dock-7");
  const auto marked = Certificate::leaf_from("\xef\xbb\xbf" + family().direct);
  REQUIRE_FALSE(marked);
  CHECK_MESSAGE(has(marked.error().message, "begins with a byte order mark"), marked.error().message);
  std::string wide = "\xff\xfe";
  for (const char c : family().direct) wide += {c, '\0'};
  const auto utf16 = Certificate::leaf_from(wide);
  REQUIRE_FALSE(utf16);
  CHECK_MESSAGE(has(utf16.error().message, "is UTF-16 text"), utf16.error().message);
  const auto turned = Certificate::leaf_from(family().between.pem() + family().below);
  REQUIRE_FALSE(turned);
  CHECK_MESSAGE(has(turned.error().message, "the first certificate is the authority's 'Between'"), turned.error().message);
}

}  // namespace
}  // namespace greentill::crypto
