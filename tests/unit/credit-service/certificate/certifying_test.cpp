// SPDX-License-Identifier: Apache-2.0
// Certificates of an account's trees. docs/trees.md, "Certificates".
#include <doctest/doctest.h>

#include "daemon/crypto/issuer.hpp"
#include "tests/support/test_request.hpp"
#include "tests/unit/credit-service/people.hpp"
#include "tools/credit-service/certificate/certifying.hpp"

namespace greentill::test::certifying_test {
namespace {

using namespace credit;

const credential::Programme kProgramme{"https://trees.example/", "Example programme"};

/// Two accounts that ordered two trees together, of which one stands, and one of them another alone, which stands.
struct Grove {
  Grove() {
    offer_trees(clerk);
    anna = clerk.open();
    ben = clerk.open();
    office.ride(anna.token, 60);
    office.ride(ben.token, 60);
    office.wait();
    order("k1", 2, {{anna.account.id, 1'501}, {ben.account.id, 499}});
    order("k2", 1, {{anna.account.id, 0}});
    office.clock.now += 86'400;
    grow("gt/saxaul/alxa1/2026/1", 1);
    grow("gt/saxaul/alxa1/2026/3", 2);
    const std::int64_t now = office.clock.now, year = 365 * std::int64_t{86'400};
    const auto root = crypto::Issuer::make_root("Programme", 1, now - year, now + 20 * year).value();
    const auto issuer = crypto::Issuer::from(root.key.text(), root.certificate).value();
    const TestRequest made = make_request();
    const auto request = crypto::CertificateRequest::from_file(made.request).value();
    const auto certificate =
        issuer.issue(request, {"trees", {}, "", {crypto::kTreeSigningUsage}, now - year, now + year}).value();
    signer = CertificateSigner::make(certificate.path_to_pem(), made.key).value();
  }
  void order(const std::string& key, std::int64_t trees, const std::vector<Orders::Part>& parts) {
    const Orders::Request request{key, "saxaul", "", trees, 2026, parts};
    const auto placed = got(clerk.result([&](auto&, auto&, Orders& orders, auto&...) { return orders.place(request); }));
    for (const auto& part : parts) {
      REQUIRE(clerk.result([&](auto&, auto&, Orders& orders, auto&...) { return orders.agree(placed.no, part.account); }));
    }
  }
  void grow(const std::string& number, std::uint8_t photo) {
    Evidence shown{"plants", Digest{photo}, office.clock.now, 3'881'042, 10'572'890, ""};
    REQUIRE(clerk.result([&](auto&, auto&, auto&, Planting& planting, auto&) { return planting.planted(number, shown); }));
    REQUIRE(clerk.result([&](auto&, auto&, auto&, Planting& planting, auto&) { return planting.approve(number, say("looks")); }));
  }
  static Evidence say(const std::string& who, const std::string& why = "") { return {who, {}, {}, {}, {}, why}; }

  template <typename Step>
  auto certify(const Step& step) {
    return clerk.result([&](Accounts& accounts, auto&...) {
      Certifying certifying(clerk.store->trees(), clerk.store->accounts(), accounts, kProgramme, {"duty", 3, 5},
                            office.clock.now);
      return step(certifying);
    });
  }
  Result<Certifying::Issued> issue(const Accounts::Opened& who, int year = 2026) {
    return certify([&](Certifying& certifying) { return certifying.issue(who.account.id, year, *signer, clerk.random); });
  }
  std::string state(const std::string& certificate) {
    return std::string(to_words(got(clerk.store->trees().certificate(certificate))->state));
  }

  RidersOffice office;
  Clerkship clerk{office};
  Accounts::Opened anna, ben;
  std::unique_ptr<CertificateSigner> signer;
};

}  // namespace

TEST_CASE("certifying: what stands is certified once, with the account's own credit, and whole trees count for the duty") {
  Grove grove;
  const auto first = got(grove.issue(grove.anna));
  REQUIRE(first.content.trees.size() == 2);
  CHECK(first.content.trees[0].number.text() == "gt/saxaul/alxa1/2026/1");
  CHECK(first.content.trees[0].credit_mg == 751);  // the odd milligram is the first tree's
  CHECK(first.content.trees[1].credit_mg == 1'000);
  CHECK(first.content.trees[0].latitude_e2 == 3'881);
  CHECK(first.content.trees[0].inspector == "looks");
  REQUIRE(first.content.duty);
  CHECK(first.content.duty->trees == 1);
  CHECK(refusal(grove.issue(grove.anna)).find("has no tree for 2026 that stands and is in no certificate") != std::string::npos);
  CHECK(refusal(grove.issue(grove.anna, 2025)) != "");
  const auto other = got(grove.issue(grove.ben));
  CHECK(other.content.trees.size() == 1);
  CHECK(other.content.trees[0].credit_mg == 250);
  CHECK_FALSE(other.content.duty);
  CHECK(other.content.status != first.content.status);
  CHECK(grove.office.desk.wrong() == "");
}

TEST_CASE("certifying: what one account had certified goes with it into another") {
  Grove grove;
  const std::string number = got(grove.issue(grove.anna)).content.number;
  const std::string &from = grove.anna.account.id, &into = grove.ben.account.id;
  const auto before = got(grove.clerk.store->trees().certificate(number));
  REQUIRE(grove.clerk.in([&](Accounts& accounts, auto&...) -> Status {
    if (Status merged = accounts.merge(from, into); !merged) return merged;
    return grove.clerk.store->trees().move_certificates(from, into);
  }));
  CHECK(got(grove.clerk.store->trees().certificates_of(from)).empty());
  REQUIRE(got(grove.clerk.store->trees().certificates_of(into)).size() == 1);
  const auto after = got(grove.clerk.store->trees().certificate(number));
  REQUIRE(after);
  CHECK(after->account == into);
  CHECK(after->message == before->message);
  CHECK(grove.office.desk.wrong() == "");
}

TEST_CASE("certifying: a tree that fails suspends what certifies it, and one in its place makes it void") {
  Grove grove;
  const std::string tree = "gt/saxaul/alxa1/2026/1";
  const auto first = got(grove.issue(grove.anna)).content;
  const auto planting = [&](const auto& step) {
    return grove.clerk.result([&](auto&, auto&, auto&, Planting& rules, auto&) { return step(rules); });
  };
  REQUIRE(planting([&](Planting& p) { return p.failed(tree, Grove::say("looks", "dry")); }));
  CHECK(grove.state(first.number) == "suspended");
  CHECK(grove.issue(grove.anna).ok() == false);
  const auto lists = got(grove.certify([&](Certifying& certifying) { return certifying.lists(*grove.signer, 86'400); }));
  REQUIRE(lists.size() == 2);
  CHECK(lists[0].first == "revocation-1.vc.cose");
  const Tree fresh = got(planting([&](Planting& p) { return p.replace(tree, "desk"); }));
  CHECK(grove.state(first.number) == "revoked");
  grove.office.clock.now += 86'400;
  grove.grow(fresh.number, 3);
  const auto again = got(grove.issue(grove.anna)).content;
  CHECK(again.trees.size() == 2);
  CHECK(again.number != first.number);
  CHECK(got(grove.certify([&](Certifying& c) { return c.revoke(again.number); })).state == CertifiedTrees::State::revoked);
  CHECK(refusal(grove.certify([&](Certifying& c) { return c.revoke("none"); })) == "there is no certificate \"none\"");
  CHECK(grove.office.desk.wrong() == "");
}

}  // namespace greentill::test::certifying_test
