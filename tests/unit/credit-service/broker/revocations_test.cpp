// SPDX-License-Identifier: Apache-2.0
// What a worker tells the broker of who is revoked, and when.
#include "tools/credit-service/broker/revocations.hpp"

#include <doctest/doctest.h>

#include "tests/unit/credit-service/office.hpp"

namespace greentill::credit::revocations_test {
namespace {

using test::Desk;
using test::Office;

TEST_CASE("the broker is told at each connection, and again where the list changed, not where the registry did") {
  Office office;
  office.enrol("dock-7");
  Desk desk(office);
  Revocations revocations(desk.ledger().registry(), office.clock, office.log);
  revocations.begin();
  const auto first = revocations.due();
  REQUIRE(first);
  CHECK(guard::parse_revoked(*first)->devices.empty());
  revocations.answer("");
  CHECK_FALSE(revocations.due());
  office.enrol("dock-8");
  CHECK_FALSE(revocations.due());
  REQUIRE(office.change([](Registry& registry) {
    const auto done = registry.revoke("dock-7", std::nullopt);
    return done ? Status(Done{}) : Status(Failure{done.error()});
  }));
  const auto second = revocations.due();
  REQUIRE(second);
  CHECK(guard::parse_revoked(*second)->devices.contains("dock-7"));
  CHECK(guard::parse_revoked(*second)->number > guard::parse_revoked(*first)->number);
  CHECK(office.log.says("the broker is to keep out 1 device and 0 keys"));
  revocations.answer("");
  CHECK_FALSE(revocations.due());
  revocations.begin();
  CHECK(revocations.due() == second);
}

TEST_CASE("a list that the broker did not take is told of, and published again") {
  Office office;
  Desk desk(office);
  Revocations revocations(desk.ledger().registry(), office.clock, office.log);
  revocations.begin();
  REQUIRE(revocations.due());
  revocations.answer("the broker refuses: Not authorized (135)");
  CHECK(office.log.says("the broker does not know who is revoked: the broker refuses: Not authorized (135)"));
  std::size_t looks = 0;
  while (!revocations.due()) ++looks;  // a second goes by at each
  CHECK(looks > 1);
  CHECK(looks < 10);
}

TEST_CASE("a revoked key is on the list by its hash, and its device's name is not") {
  Office office;
  office.enrol("dock-7");
  Desk desk(office);
  const auto keys = desk.ledger().registry().keys("dock-7");
  REQUIRE(keys);
  REQUIRE(office.change([&](Registry& registry) {
    const auto done = registry.revoke_key(keys->front().hash);
    return done ? Status(Done{}) : Status(Failure{done.error()});
  }));
  Revocations revocations(desk.ledger().registry(), office.clock, office.log);
  revocations.begin();
  const auto list = guard::parse_revoked(*revocations.due());
  REQUIRE(list);
  CHECK(list->keys == std::set<Digest>{keys->front().hash});
  CHECK(list->devices.empty());
}

}  // namespace
}  // namespace greentill::credit::revocations_test
