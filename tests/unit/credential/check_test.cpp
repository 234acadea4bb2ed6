// SPDX-License-Identifier: Apache-2.0
#include "daemon/credential/check.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "daemon/base/file.hpp"
#include "daemon/base/hex.hpp"
#include "daemon/credential/printed.hpp"
#include "daemon/crypto/certs_only_reader.hpp"
#include "daemon/crypto/hasher.hpp"
#include "tests/unit/credential/programme.hpp"

namespace greentill::credential::check_test {
namespace {

/// Outcome and reason of the check with that name.
std::string said(const Verdict& verdict, std::string_view name) {
  const auto found = std::ranges::find(verdict.checks, name, &Check::name);
  return found == verdict.checks.end() ? "none" : std::string(to_string(found->outcome)) + ": " + found->why;
}

struct Lists {
  StatusList revoked{
      test::example_programme(), StatusPurpose::revocation, 1, test::kIssued, test::kIssued + 7 * kSecondsADay, Bitstring()};
  StatusList suspended{
      test::example_programme(), StatusPurpose::suspension, 1, test::kIssued, test::kIssued + 7 * kSecondsADay, Bitstring()};

  [[nodiscard]] std::string file(const test::Certifier& by) const {
    return by.signer()->sign(revoked).value() + by.signer()->sign(suspended).value();
  }
};

Verdict judge(const test::Certifier& by, const std::string& message, const std::string& lists = {},
              std::int64_t now = test::kIssued + kSecondsADay, const std::string& paper = {}) {
  const auto seen = check_lists(lists, *by.anchors, now);
  return check_certificate({message, lists.empty() ? nullptr : &seen, paper}, *by.anchors, now);
}

}  // namespace

TEST_CASE("check: a certificate holds, and what was not looked at is said") {
  const test::Certifier by;
  const Verdict verdict = judge(by, by.issue());
  CHECK(verdict.holds());
  CHECK(verdict.signer == "trees");
  CHECK(verdict.certificate == test::two_trees());
  std::string names;
  for (const Check& one : verdict.checks) names += std::string(one.name) + ' ';
  CHECK(names == "message content signer signature lists dates revocation suspension paper ");
  CHECK(said(verdict, "revocation") == "not-looked-at: no list of states was given: whether it was revoked is not seen");
  CHECK(said(verdict, "paper") == "not-looked-at: what the QR code of a paper says was not given");
}

TEST_CASE("check: lists tell what was revoked or suspended, with their age") {
  const test::Certifier by;
  const std::string message = by.issue();
  Lists lists;
  Verdict verdict = judge(by, message, lists.file(by));
  CHECK(verdict.holds());
  CHECK(said(verdict, "revocation") ==
        "holds: it is not revoked, as of a list that is 1 day old, of 2026-11-30 12:00:00 UTC; what came later is not seen");
  lists.suspended.bits.set(94567, true);
  verdict = judge(by, message, lists.file(by));
  CHECK_FALSE(verdict.holds());
  CHECK(said(verdict, "suspension").starts_with("fails: it is suspended, as of a list"));
  CHECK(said(verdict, "revocation").starts_with("holds"));
  lists.revoked.bits.set(94567, true);
  CHECK(said(judge(by, message, lists.file(by)), "revocation").starts_with("fails: it is revoked"));
}

TEST_CASE("check: of two lists the newer one counts, in either order") {
  const test::Certifier by;
  Lists old;
  Lists newer;
  newer.revoked.valid_from += 3600;
  newer.revoked.bits.set(94567, true);
  for (const std::string& file : {old.file(by) + newer.file(by), newer.file(by) + old.file(by)})
    CHECK(said(judge(by, by.issue(), file), "revocation").starts_with("fails: it is revoked"));
}

TEST_CASE("check: a list counts only where it is signed, of now, and the certificate's") {
  const test::Certifier by;
  const test::Certifier stranger;
  Lists lists;
  const auto why = [&](const std::string& file, std::int64_t now = test::kIssued + 60) {
    return check_lists(file, *by.anchors, now).front().why;
  };
  CHECK(why(lists.file(by)) == "");
  CHECK(why(lists.file(stranger)) != "");
  CHECK(why(lists.file(by), test::kIssued + 8 * kSecondsADay).ends_with("get a newer one"));
  CHECK(why(lists.file(by), test::kIssued - 3600).find("which is to come") != std::string::npos);
  CHECK(why(by.issue()).starts_with("@context"));
  CHECK(why("x") != "");
  lists.revoked.number = 2;
  const Verdict verdict = judge(by, by.issue(), lists.file(by));
  CHECK(said(verdict, "revocation") == "fails: none of the given lists that count is https://trees.example/status/revocation/1");
  const std::string whole = lists.file(by);
  CHECK(said(judge(by, by.issue(), whole, test::kIssued + 8 * kSecondsADay), "lists")
            .starts_with("fails: one of the given lists does not count: it was good until"));
  const auto seen = check_lists(std::string_view(whole).substr(0, whole.size() - 1), *by.anchors, test::kIssued);
  REQUIRE(seen.size() == 2);
  CHECK(seen[0].list.has_value());
  CHECK_FALSE(seen[1].list.has_value());
}

TEST_CASE("check: who may not sign certificates of trees does not") {
  const test::Certifier by;
  const test::Certifier stranger;
  const std::string message = by.issue();
  CHECK(said(check_certificate({message, nullptr, {}}, *stranger.anchors, test::kIssued), "signer").starts_with("fails: "));
  CHECK(said(check_certificate({message, nullptr, {}}, *stranger.anchors, test::kIssued), "signature") ==
        "not-looked-at: there is no signer to check it by");
  // The same message under a certificate for bundles, re-encoded by hand: the issuing library refuses to.
  const test::Certifier bundles(crypto::kBundleSigningUsage);
  CHECK_FALSE(credit::CertificateSigner::make(bundles.certificate, bundles.made.key).ok());
  const auto der = crypto::ders_of(bundles.certificate).value();
  const auto leaf = crypto::Certificate::leaf_from(bundles.certificate).value();
  auto signer = crypto::Signer::from(bundles.made.key, leaf).value();
  const std::string json = to_json(test::two_trees());
  claim::Signature signature{};
  REQUIRE(signer.sign(digest_to_sign(crypto::hasher(), leaf.thumbprint(), as_bytes(json)), signature));
  const std::string forged = encode_secured(leaf.thumbprint(), {der.begin(), der.end()}, as_bytes(json), signature);
  CHECK(said(check_certificate({forged, nullptr, {}}, *bundles.anchors, test::kIssued), "signer")
            .find("lacks the usage for certificates of trees") != std::string::npos);
}

TEST_CASE("check: a changed byte of the content, and another's signature, are found") {
  const test::Certifier by;
  const std::string message = by.issue();
  std::string changed = message;
  changed[changed.find("17900000")] = '2';
  Verdict verdict = judge(by, changed);
  CHECK(said(verdict, "signature") == "fails: \"trees\" did not sign this content");
  CHECK_FALSE(verdict.holds());
  changed = message;
  changed.back() = static_cast<char>(changed.back() ^ 1);
  CHECK(said(judge(by, changed), "signature").starts_with("fails"));
  CHECK(said(judge(by, "nothing of the kind"), "message").starts_with("fails: byte 0"));
}

TEST_CASE("check: times are held to the clock and to the signer's certificate") {
  const test::Certifier by;
  const std::string message = by.issue();
  CHECK(said(judge(by, message, {}, test::kIssued - 3600), "dates").starts_with("fails: it is said to be issued at"));
  CHECK(judge(by, message, {}, test::kIssued - 60).holds());
  const Verdict late = judge(by, message, {}, test::kIssued + 500 * kSecondsADay);
  CHECK(late.holds());
  CHECK(said(late, "signer").ends_with("; it ended on 2027-11-30 12:00:00 UTC"));
}

TEST_CASE("check: a paper is of its certificate, or it is not") {
  const test::Certifier by;
  const std::string message = by.issue();
  const std::string paper = printed_text("EX-2026-000123", as_bytes(message)).value();
  CHECK(said(judge(by, message, {}, test::kIssued, paper), "paper") == "holds: the paper's code is of this certificate");
  TreeCertificate other = test::two_trees();
  other.holder = "Somebody else";
  CHECK(said(judge(by, by.issue(other), {}, test::kIssued, paper), "paper")
            .starts_with("fails: the paper is of another certificate"));
  CHECK(said(judge(by, message, {}, test::kIssued, "GTC1:::"), "paper").starts_with("fails"));
}

TEST_CASE("check: the published message, lists and paper are judged as they were published") {
  const auto text = read_file(GREENTILL_SOURCE_DIR "/tests/vectors/credential/messages.json");
  REQUIRE(text.ok());
  for (const auto& vector : nlohmann::json::parse(*text)) {
    const auto bytes = [&](const char* name) { return from_hex(vector[name].get<std::string>()).value(); };
    const auto message = bytes("message");
    const auto lists = bytes("lists");
    const auto anchors = crypto::Authority::from_pem(vector["anchors"].get<std::string>());
    REQUIRE(anchors.ok());
    const std::int64_t at = vector["at"];
    const auto seen = check_lists(as_text(lists), *anchors, at);
    const std::string paper = vector["paper"];
    const Verdict verdict = check_certificate({as_text(message), &seen, paper}, *anchors, at);
    CHECK(verdict.certificate == test::two_trees());
    for (const char* name : {"message", "content", "signer", "signature", "lists", "dates", "paper"})
      CHECK_MESSAGE(said(verdict, name).starts_with("holds"), said(verdict, name));
    CHECK(said(verdict, "revocation").starts_with("fails") == vector["revoked"].get<bool>());
    CHECK(said(verdict, "suspension").starts_with("fails") == vector["suspended"].get<bool>());
  }
}

}  // namespace greentill::credential::check_test
