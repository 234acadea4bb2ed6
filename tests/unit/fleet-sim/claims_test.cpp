// SPDX-License-Identifier: Apache-2.0
#include "tools/fleet-sim/claims.hpp"

#include <deque>
#include <set>

#include "daemon/base/system.hpp"
#include "daemon/crypto/hasher.hpp"
#include "daemon/crypto/signer.hpp"
#include "daemon/measure/quantify.hpp"
#include "tests/support/corpora.hpp"
#include "tests/unit/fleet-sim/fixture.hpp"

namespace greentill::fleet_sim::claims_test {
namespace {

const char* const kSettings = R"(device = "dock-000000"
number = 1
[assignment]
number = 4
merchant = "shop-000000"
site = "site-1"
[[root]]
number = 7
name = "shop-000000"
reversals_only = false
reversal_key = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
[[root.version]]
number = 1
from = 0
key = "202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f"
)";

/// A device that makes claims, and what a verifier needs of it.
struct Rig {
  explicit Rig(Kind kind, std::uint32_t customers = 10)
      : maker(library, random, clock, 5, customers),
        by{"dock-000000", kind, &settings},
        certificate(crypto::Certificate::leaf_from(fleet.folder.certificate(fleet.folder.members().value()[0]).value()).value()),
        signer(crypto::Signer::from(fleet.folder.key(fleet.folder.members().value()[0]).value(), certificate).value()) {
    head.chain.fill(1);
  }

  /// What the claim says, once it was found good. Lifetime of its views: the rig's.
  claim::Claim take(MadeClaim given) {
    const MadeClaim& made = kept.emplace_back(std::move(given));
    const auto message = claim::parse_message(made.message, claim::MessageType::claim);
    REQUIRE(message.ok());
    CHECK(message->thumbprint == certificate.thumbprint());
    CHECK(claim::verify_message(crypto::hasher(), *certificate.make_verifier().value(), *message));
    const auto claim = claim::parse_payload(message->payload);
    REQUIRE(claim.ok());
    CHECK(claim::check_link(seen, *claim) == claim::LinkFault::none);
    claim::advance(seen, crypto::hasher(), message->payload);
    CHECK(seen.payload_hash == head.payload_hash);
    account = message->account;
    return *claim;
  }

  MadeFleet fleet{1, 1};
  measure::Library library = measure::Library::load(GREENTILL_SOURCE_DIR "/config/methodologies", crypto::hasher()).value();
  identity::Settings settings = identity::parse_settings(kSettings, "settings.toml").value();
  SystemRandom random;
  SystemClock clock;
  ClaimMaker maker;
  Maker by;
  crypto::Certificate certificate;
  crypto::Signer signer;
  claim::ChainHead head;
  claim::ChainHead seen{{1, 1, 1, 1, 1, 1, 1, 1}, 0, {}};
  std::optional<claim::AccountHint> account;
  std::deque<MadeClaim> kept;
};

TEST_CASE("a dock's chain begins with its assignment, and goes on with rides that any verifier takes") {
  Rig rig(Kind::dock);
  const MadeClaim begin = rig.maker.start(rig.by, rig.signer, rig.head).value();
  CHECK(std::get<claim::Start>(rig.take(begin).entry).assignment == 4);
  CHECK(begin.asked_mg == 0);
  std::set<Digest> acts;
  for (int i = 0; i < 50; ++i) {
    const MadeClaim made = rig.maker.act(rig.by, rig.signer, rig.head).value();
    const claim::Claim claim = rig.take(made);
    const auto& ride = std::get<claim::Reduction>(claim.entry);
    CHECK(claim.merchant == "shop-000000");
    CHECK(ride.activity == "ride.bike.shared");
    const auto* by = rig.library.find(ride.methodology.id, ride.methodology.version, ride.methodology.sha256);
    REQUIRE(by != nullptr);
    const auto amounts = measure::quantify(*by, ride.quantities, ride.begin, ride.end);
    REQUIRE(amounts.ok());
    CHECK(ride.credited_mg == amounts->credited_mg);
    CHECK(made.asked_mg == ride.credited_mg);
    REQUIRE(rig.account);
    CHECK(ride.attribution.hash == claim::account_hash(crypto::hasher(), *rig.account));
    CHECK(ride.nullifiers[0].root == 7);
    acts.insert(ride.nullifiers[0].mac);
  }
  CHECK(acts.size() == 50);
}

TEST_CASE("a till's claims are receipts that were not printed, and nobody's") {
  Rig rig(Kind::till);
  rig.take(rig.maker.start(rig.by, rig.signer, rig.head).value());
  const claim::Claim claim = rig.take(rig.maker.act(rig.by, rig.signer, rig.head).value());
  const auto& sale = std::get<claim::Reduction>(claim.entry);
  CHECK(sale.activity == "receipt.paperless");
  CHECK(sale.attribution.kind == claim::Attribution::Kind::none);
  CHECK(!rig.account);
}

TEST_CASE("without customers rides are nobody's") {
  Rig rig(Kind::dock, 0);
  rig.take(rig.maker.start(rig.by, rig.signer, rig.head).value());
  const claim::Claim claim = rig.take(rig.maker.act(rig.by, rig.signer, rig.head).value());
  CHECK(std::get<claim::Reduction>(claim.entry).attribution.kind == claim::Attribution::Kind::none);
}

TEST_CASE("rides may be those of a city's file") {
  const auto trips = test::corpus("trips-hsl/2021-05-31.csv");
  if (!trips) return;
  Rig rig(Kind::dock);
  REQUIRE(rig.maker.load_trips(trips->string()));
  rig.take(rig.maker.start(rig.by, rig.signer, rig.head).value());
  std::set<std::int64_t> metres;
  for (int i = 0; i < 200; ++i) {
    const claim::Claim claim = rig.take(rig.maker.act(rig.by, rig.signer, rig.head).value());
    metres.insert(std::get<claim::Reduction>(claim.entry).quantities[0].value);
  }
  CHECK(metres.size() > 50);
  CHECK(metres.size() < 101);
  CHECK(!rig.maker.load_trips("/nowhere.csv"));
}

}  // namespace
}  // namespace greentill::fleet_sim::claims_test
