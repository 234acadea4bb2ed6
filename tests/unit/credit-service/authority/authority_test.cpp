// SPDX-License-Identifier: Apache-2.0
// The authorities' folder, and which certificates its list of revoked ones names.
#include "tools/credit-service/authority/authority.hpp"

#include <sys/stat.h>

#include "daemon/base/file.hpp"
#include "daemon/crypto/fingerprint.hpp"
#include "daemon/crypto/succession.hpp"
#include "tests/unit/credit-service/enrolment_desk.hpp"
#include "tests/unit/credit-service/registry_book.hpp"
#include "tools/credit-service/authority/revoked.hpp"
#include "tools/credit-service/authority/succession.hpp"

namespace greentill::credit::authority_test {
namespace {

constexpr std::int64_t kNow = test::EnrolmentBook::kNow;

NewAuthorities wanted(const std::string& name = "Example programme") {
  return {name, kNow, kNow + 10'000 * kSecondsADay, kNow + 3'650 * kSecondsADay};
}

using Reason = crypto::RevokedCertificate::Reason;

}  // namespace

TEST_CASE("authority: a folder is made once, its keys are their owner's alone") {
  const test::TempDir folder;
  const auto ca = folder / "ca";
  REQUIRE(make_authorities(ca, wanted()));
  const auto again = make_authorities(ca, wanted());
  REQUIRE_FALSE(again);
  CHECK(again.error().code == ErrorCode::conflict);
  CHECK_FALSE(std::filesystem::exists(folder / "ca.making"));
  for (const char* key : {"root.key", "devices.key", "workers.key", "signers.key"}) {
    struct stat state {};
    REQUIRE(::stat((ca / key).c_str(), &state) == 0);
    CHECK((state.st_mode & 0777) == 0600);
  }
  CHECK_FALSE(make_authorities(folder / "b", wanted("")));
  CHECK_FALSE(make_authorities(folder / "b", wanted(std::string(51, 'a'))));
  CHECK_FALSE(make_authorities(folder / "none" / "b", wanted()));
  CHECK(keys_for_elsewhere(ca).size() == 3);
}

TEST_CASE("authority: a root is followed by another of its name, which devices trust by its word, and retired") {
  const test::TempDir folder;
  const auto ca = folder / "ca";
  REQUIRE(make_authorities(ca, wanted()));
  const auto ders = [&ca] {
    std::vector<crypto::CertificateDer> all;
    const auto anchors = load_anchors(ca);
    REQUIRE(anchors.ok());
    for (const auto& one : *anchors) all.push_back(one.to_der());
    return all;
  };
  const NextRoot next{kNow + kSecondsADay, kNow + 11'000 * kSecondsADay, kNow + 4'000 * kSecondsADay};
  const auto before = ders();
  const auto devices = load_issuer(ca, Branch::devices)->certificate();
  CHECK(make_next_root(ca, {kNow, next.root_until, next.branches_until}).error().code == ErrorCode::conflict);
  CHECK(retire_former_root(ca).error().code == ErrorCode::not_found);
  REQUIRE(make_next_root(ca, next).ok());
  CHECK(make_next_root(ca, next).error().code == ErrorCode::conflict);
  CHECK_FALSE(std::filesystem::exists(folder / "ca.making"));
  REQUIRE(ders().size() == 7);
  CHECK(load_issuer(ca, Branch::devices)->certificate().same_key(devices));
  CHECK_FALSE(load_root(ca)->certificate().same_key(load_anchors(ca)->at(4)));
  CHECK(keys_for_elsewhere(ca).size() == 4);
  struct stat state {};
  REQUIRE(::stat((ca / "root.key").c_str(), &state) == 0);
  CHECK((state.st_mode & 0777) == 0600);
  const auto both = crypto::succeeding_anchors(before, ders(), next.now);
  REQUIRE_MESSAGE(both.ok(), both.error().message);
  CHECK(both->size() == 5);  // the new root with those below it, and the old one
  REQUIRE(retire_former_root(ca).ok());
  const auto alone = crypto::succeeding_anchors(*both, ders(), next.now);
  REQUIRE_MESSAGE(alone.ok(), alone.error().message);
  CHECK(*alone == ders());
  CHECK(keys_for_elsewhere(ca).size() == 3);
  // A folder without the root's key, as a service has it, makes none.
  std::filesystem::remove(ca / "root.key");
  CHECK(make_next_root(ca, {next.now + kSecondsADay, next.root_until, next.branches_until}).error().code == ErrorCode::not_found);
  CHECK(ders().size() == 4);
}

TEST_CASE("authority: the fingerprint covers the root and those below it") {
  const test::TempDir folder;
  const auto ca = folder / "ca";
  REQUIRE(make_authorities(ca, wanted()));
  const auto anchors = load_anchors(ca);
  REQUIRE(anchors);
  REQUIRE(anchors->size() == 4);
  CHECK(anchors->at(0).common_name() == "Example programme");
  CHECK(anchors->at(3).common_name() == "Example programme, signers");
  const Digest all = digest_of(*anchors);
  const auto listed = test::say("openssl storeutl -noout -certs " + (ca / "anchors.crt").string() + " | tail -1");
  CHECK_HAS(listed.text, "Total found: 4");
  std::filesystem::remove(ca / "signers.crt");
  CHECK(digest_of(load_anchors(ca).value()) != all);
  std::filesystem::remove(ca / "root.crt");
  CHECK_FALSE(load_anchors(ca));
}

TEST_CASE("authority: a key that others may read, or another one's, is refused") {
  const test::TempDir folder;
  const auto ca = folder / "ca";
  REQUIRE(make_authorities(ca, wanted()));
  CHECK(load_issuer(ca, Branch::devices));
  std::filesystem::copy_file(ca / "workers.key", ca / "signers.key", std::filesystem::copy_options::overwrite_existing);
  const auto wrong = load_issuer(ca, Branch::signers);
  REQUIRE_FALSE(wrong);
  CHECK_HAS(wrong.error().message, "signers.key");
  REQUIRE(::chmod((ca / "devices.key").c_str(), 0640) == 0);
  const auto open = load_issuer(ca, Branch::devices);
  REQUIRE_FALSE(open);
  CHECK(open.error().code == ErrorCode::denied);
  std::filesystem::remove(ca / "workers.key");
  CHECK(load_issuer(ca, Branch::workers).error().code == ErrorCode::not_found);
}

TEST_CASE("authority: revoked, replaced and retired certificates are listed until they expire") {
  test::EnrolmentBook book;
  const auto request = test::new_request();
  const auto first = book.enrolled("dock-7", request);
  const auto other = book.enrolled("dock-8", test::new_request());
  const auto listed = [&](std::int64_t now) { return revoked_by_registry(book.store->registry(), now).value(); };
  CHECK(listed(book.now).empty());
  const auto rekeyed = book.renew(first, test::new_request());
  REQUIRE(rekeyed.certificate);
  REQUIRE(listed(book.now).size() == 1);
  CHECK(listed(book.now)[0].reason == Reason::superseded);
  CHECK(listed(book.now)[0].certificate.thumbprint() == first.thumbprint());
  CHECK(book.said([](Registry& r) { return r.retire("dock-8"); }) == "");
  CHECK(listed(book.now).size() == 2);
  CHECK(book.said([](Registry& r) { return r.revoke("dock-7", {}); }) == "");
  const auto all = listed(book.now);
  REQUIRE(all.size() == 3);
  CHECK(std::ranges::count(all, Reason::privilege_withdrawn, &crypto::RevokedCertificate::reason) == 2);
  CHECK(std::ranges::count(all, Reason::cessation_of_operation, &crypto::RevokedCertificate::reason) == 1);
  CHECK(book.said([&](Registry& r) { return r.revoke_key(request.key_hash()); }) == "");
  CHECK(std::ranges::count(listed(book.now), Reason::key_compromise, &crypto::RevokedCertificate::reason) == 1);
  CHECK(listed(other.not_after() + 1).empty());
  const auto list = book.issuer.revoked_list(all, book.now, book.now + 100);
  REQUIRE(list);
  CHECK_HAS(test::say("openssl crl -in {}/in -noout -text", *list).text, "Cessation Of Operation");
}

}  // namespace greentill::credit::authority_test
