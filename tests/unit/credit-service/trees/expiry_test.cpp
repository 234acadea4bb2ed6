// SPDX-License-Identifier: Apache-2.0
// Orders that nobody confirms end by themselves. docs/trees.md, "Orders".
#include <doctest/doctest.h>

#include "tests/support/broker.hpp"
#include "tests/support/wait.hpp"
#include "tests/unit/credit-service/people.hpp"
#include "tests/unit/credit-service/running_worker.hpp"

namespace greentill::test::expiry_test {

using namespace credit;

TEST_CASE("orders: a worker ends what nobody confirmed in time, though no command comes") {
  const TempDir folder;
  make_certificates(folder / "certificates", {});
  const Broker broker(folder / "certificates", folder.path());
  RidersOffice office;
  Clerkship clerk(office);
  offer_trees(clerk);
  const auto anna = clerk.open();
  const std::int64_t earned = office.ride(anna.token, 40);
  office.wait();
  std::vector<std::int64_t> orders;
  for (const char* key : {"k1", "k2"}) {
    orders.push_back(got(clerk.result([&](auto&, auto&, Orders& all, auto&...) {
                       return all.place({key, "saxaul", "", 1, 2026, {{anna.account.id, 0}}});
                     })).no);
    office.clock.now += 3'600;
  }
  const auto state = [&](std::size_t at) { return got(clerk.store->trees().order(orders[at]))->state; };
  RunningWorker worker(office, broker.uri(), folder / "certificates");
  REQUIRE(eventually([&] { return office.log.says("takes batches from"); }));
  office.clock.now += 7 * 86'400 - 7'200;
  REQUIRE(eventually([&] { return state(0) == TreeOrder::State::expired; }));
  CHECK(state(1) == TreeOrder::State::open);
  CHECK(clerk.credit_of(anna.account.id).spendable == earned - 1'000);
  office.clock.now += 3'600;
  REQUIRE(eventually([&] { return state(1) == TreeOrder::State::expired; }));
  CHECK(worker.stop());
  CHECK(clerk.credit_of(anna.account.id).spendable == earned);
  CHECK(got(clerk.store->trees().site("alxa1"))->ordered == 0);
  CHECK(office.desk.wrong() == "");
}

}  // namespace greentill::test::expiry_test
