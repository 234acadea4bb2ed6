// SPDX-License-Identifier: Apache-2.0
#include "tools/fleet-sim/folder.hpp"

#include <set>

#include "tests/unit/fleet-sim/fixture.hpp"

namespace greentill::fleet_sim::folder_test {
namespace {

TEST_CASE("each device has a key and a certificate of its own, and the registry's files have them all") {
  const MadeFleet made(5, 2);
  const auto members = made.folder.members();
  REQUIRE(members.ok());
  REQUIRE(members->size() == 5);
  CHECK((*members)[0].device == "dock-000000");
  CHECK((*members)[0].kind == Kind::dock);
  CHECK((*members)[4].device == "till-000004");
  CHECK((*members)[4].kind == Kind::till);
  CHECK((*members)[4].merchant == "shop-000000");
  const auto authority = crypto::Authority::from_pem(made.authority);
  REQUIRE(authority.ok());
  std::set<Digest> keys;
  for (const Member& member : *members) {
    const auto certificate = crypto::Certificate::leaf_from(made.folder.certificate(member).value());
    REQUIRE(certificate.ok());
    CHECK(certificate->common_name() == member.device);
    CHECK(authority->check(*certificate, 1'800'000'000).ok() == (certificate->not_after() >= 1'800'000'000));
    CHECK(authority->check(*certificate, std::nullopt));
    CHECK(certificate->may_be_client());
    keys.insert(certificate->key_hash());
    CHECK(Credential::from(made.folder.key(member).value(), made.folder.certificate(member).value()).ok());
  }
  CHECK(keys.size() == 5);
  CHECK(made.text("devices.csv").find("till-000003,till,shop-000001,site-1,shop-000001\n") != std::string::npos);
  CHECK(made.text("merchants.csv") ==
        "id,name,zone\nshop-000000,shop-000000,Europe/Helsinki\nshop-000001,shop-000001,Europe/Helsinki\n");
  CHECK(made.text("keys.csv").find("dock-000000," + (made.dir.path() / "fleet/devices/dock-000000.crt").string()) !=
        std::string::npos);
}

TEST_CASE("a fleet is made once, and by an authority that there is") {
  MadeFleet made(1, 1);
  CHECK(made.folder.make(made.options).error().code == ErrorCode::conflict);
  made.options.authority_key = made.dir.path() / "none.key";
  CHECK(Folder(made.dir.path() / "other").make(made.options).error().code == ErrorCode::not_found);
}

TEST_CASE("where the chains stand is kept over runs that end, and not over one that does not") {
  MadeFleet made(2, 1);
  CHECK(made.folder.take_places().value().empty());
  std::vector<Place> places(2);
  places[0].head.chain.fill(3);
  places[0].head.seq = 12;
  places[0].head.payload_hash.fill(9);
  places[0].epoch = 2;
  places[1].change = 5;
  REQUIRE(made.folder.keep_places(places));
  const auto taken = made.folder.take_places();
  REQUIRE(taken.ok());
  REQUIRE(taken->size() == 2);
  CHECK((*taken)[0].head.chain == places[0].head.chain);
  CHECK((*taken)[0].head.seq == 12);
  CHECK((*taken)[0].head.payload_hash == places[0].head.payload_hash);
  CHECK((*taken)[0].epoch == 2);
  CHECK((*taken)[1].change == 5);
  // The run that took them was killed.
  const auto again = made.folder.take_places();
  REQUIRE(!again.ok());
  CHECK(again.error().code == ErrorCode::conflict);
}

TEST_CASE("files that are wrong are told by their lines") {
  MadeFleet made(2, 1);
  made.write("places.csv", "0303030303030303,1,00,1,0\n");
  CHECK(made.folder.take_places().error().message.find("line 1: it is no place") != std::string::npos);
  made.write("fleet.csv", "dock-000000,dock,shop-000000\nkiosk-1,kiosk,shop-000000\n");
  CHECK(made.folder.members().error().message.find("line 2: it is no device") != std::string::npos);
}

}  // namespace
}  // namespace greentill::fleet_sim::folder_test
