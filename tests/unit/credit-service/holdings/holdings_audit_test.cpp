// SPDX-License-Identifier: Apache-2.0
// What the check finds in rows of accounts and trees that were changed behind the ledger's back, and that a kill leaves nothing.
#include <doctest/doctest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <random>
#include <set>

#include "tests/support/running_time.hpp"
#include "tests/unit/credit-service/people.hpp"

namespace greentill::test::holdings_audit_test {
namespace {

using namespace credit;

/// Anna has ordered two trees, one of which stands and one was replaced, and set credit aside for a third; she is in a team.
struct Grown {
  Grown() {
    offer_trees(clerk);
    anna = clerk.open();
    const auto team = clerk.open(Account::Kind::team);
    office.ride(anna.token, 60);
    office.wait();
    ok(clerk.in([&](Accounts& accounts, auto&, Orders& orders, Planting& planting, auto&) -> Status {
      REQUIRE(accounts.join(anna.account.id, got(accounts.invite(team.account.id))));
      const TreeOrder bought = got(orders.place({"k1", "saxaul", "", 2, 2026, {{anna.account.id, 0}}}));
      REQUIRE(orders.agree(bought.no, anna.account.id));
      REQUIRE(orders.place({"k2", "saxaul", "", 1, 2026, {{anna.account.id, 0}}}));
      Evidence shown;
      shown.who = "plants";
      shown.photo = Digest{1};
      shown.taken_at = office.clock.now;
      shown.latitude = 3'881'042;
      shown.longitude = 10'572'890;
      REQUIRE(planting.planted("gt/saxaul/alxa1/2026/1", shown));
      Evidence word;
      word.who = "looks";
      word.why = "not to be found";
      REQUIRE(planting.approve("gt/saxaul/alxa1/2026/1", word));
      REQUIRE(planting.failed("gt/saxaul/alxa1/2026/2", word));
      REQUIRE(planting.replace("gt/saxaul/alxa1/2026/2", "desk"));
      return Done{};
    }));
  }
  RidersOffice office;
  Clerkship clerk{office};
  Accounts::Opened anna;
};

/// Orders and cancels for the account until it is killed; tells the parent of each order that is confirmed.
[[noreturn]] void order_until_killed(const Office& office, const std::string& account, unsigned round, int pipe) try {
  Clerkship clerk(office, round);
  for (unsigned i = 0;; ++i) {
    const Orders::Request request{"r" + std::to_string(round) + '-' + std::to_string(i), "saxaul", "", 1, 2026, {{account, 0}}};
    const auto placed = clerk.result([&](auto&, auto&, Orders& orders, auto&...) { return orders.place(request); });
    if (!placed) _exit(1);
    if (i != 3) {  // one a round, so that neither credit nor room ever ends
      static_cast<void>(clerk.result([&](auto&, auto&, Orders& orders, auto&...) { return orders.cancel(placed->no); }));
      continue;
    }
    const auto agreed = clerk.result([&](auto&, auto&, Orders& orders, auto&...) { return orders.agree(placed->no, account); });
    if (agreed && write(pipe, &agreed->no, sizeof agreed->no) != sizeof agreed->no) _exit(2);
  }
} catch (...) {
  _exit(3);
}

}  // namespace

TEST_CASE("holdings: each invariant of accounts and trees is checked") {
  struct Spoilt {
    const char* sql;
    const char* says;
  };
  const Spoilt all[] = {
      {"UPDATE accounts SET owner = 'X' WHERE owner IS NOT NULL", "purses are another's than whose they are listed as"},
      {"DELETE FROM purses", "purses are not among their owner's"},
      {"DELETE FROM participants WHERE kind = 0", "purses are no account's"},
      {"DELETE FROM memberships", "members are not on both sides"},
      {"UPDATE participants SET state = 1 WHERE kind = 2", "members are of no group, or no account"},
      {"UPDATE spends SET no = 77 WHERE no = 2", "bookings are no spend's"},
      {"UPDATE spends SET mg = mg + 1 WHERE no = 1", "spends are not booked as they stand"},
      {"UPDATE spends SET state = 3 WHERE no = 2", "mg: what is set aside is not what stands so"},
      {"UPDATE spends SET state = 0 WHERE no = 1", "mg: what was spent is not what stands so"},
      {"UPDATE spends SET tree_order = 9", "spends are for no order"},
      {"UPDATE order_spends SET participant = 'X' WHERE no = 1", "spends are not among their order's"},
      {"DELETE FROM order_spends WHERE no = 2", "spends are not among their order's"},
      {"UPDATE order_keys SET no = 1", "orders are not found by their keys"},
      {"INSERT INTO order_keys VALUES('k3', 9)", "orders are not found by their keys"},
      {"DELETE FROM tree_numbers", "trees are not found by their numbers"},
      {"UPDATE tree_numbers SET tree_order = 9", "trees are not found by their numbers"},
      {"UPDATE tree_photos SET tree = 'X'", "photos are evidence of another tree, or of none"},
      {"DELETE FROM tree_photos", "photos are evidence of another tree, or of none"},
      {"INSERT INTO certificate_holders VALUES('c', 'X')", "certificates are not found by their numbers"},
      {"INSERT INTO status_places VALUES(1, 7, 2)", "lists other places taken"},
      {"INSERT INTO status_lists VALUES(1, 1)", "lists other places taken"},
      {"INSERT INTO certified_trees VALUES('gt/saxaul/alxa1/2026/1', 'c')", "certificates name trees that are none"},
      {"UPDATE tree_orders SET state = 2 WHERE no = 2", "orders are not paid as they stand"},
      {"DELETE FROM trees WHERE state = 2", "orders do not have their trees"},
      {"UPDATE trees SET tree_order = 9 WHERE state = 2", "trees are of no order"},
      {"UPDATE ordered_trees SET trees = trees + 1", "sites have other trees ordered than they say"},
      {"UPDATE sites SET room = 2", "or more than they have room for"},
      {"UPDATE trees SET replaced_by = '' WHERE state = 4", "trees are replaced by none"},
      {"UPDATE tree_events SET who = 'own' WHERE kind = 1", "trees stand that nobody approved who may"},
      {"DELETE FROM tree_events WHERE kind = 1", "payments are for trees that nobody approved"},
  };
  {
    Grown grown;
    CHECK(grown.office.desk.wrong() == "");
  }
  for (const Spoilt& one : all) {
    CAPTURE(one.sql);
    Grown grown;
    spoil(grown.office, one.sql);
    const std::string wrong = grown.office.desk.wrong();
    CHECK_MESSAGE(wrong.find(one.says) != std::string::npos, wrong);
  }
}

TEST_CASE("holdings: killed at random instants, an order is confirmed as a whole or not at all, and what was told stands") {
  std::mt19937 random(5);
  RidersOffice office;
  std::string account;
  {
    Clerkship clerk(office);
    offer_trees(clerk);
    const auto anna = clerk.open();
    account = anna.account.id;
    for (int i = 0; i < 10; ++i) office.ride(anna.token, 100);
    office.wait();
  }
  std::set<std::int64_t> told;
  int killed = 0;
  unsigned slowness = 1;
  // More rounds where a slow machine tells little in the first.
  for (unsigned round = 1; round <= 10 || (told.size() <= 3 && round <= 60); ++round) {
    int ends[2];
    REQUIRE(pipe(ends) == 0);
    const pid_t child = fork();
    REQUIRE(child >= 0);
    if (child == 0) order_until_killed(office, account, round, ends[1]);
    close(ends[1]);
    let_run(child, std::chrono::microseconds((10'000 + random() % 50'000) * slowness));
    kill(child, SIGKILL);
    int status = 0;
    waitpid(child, &status, 0);
    killed += WIFSIGNALED(status) ? 1 : 0;
    for (std::int64_t no = 0; read(ends[0], &no, sizeof no) == sizeof no;) told.insert(no);
    close(ends[0]);
    if (told.size() <= 3) slowness = std::min(slowness * 2, 16u);  // as under a sanitizer
    CHECK(office.desk.wrong() == "");
  }
  CHECK(killed > 5);
  CHECK(told.size() > 3);
  Clerkship clerk(office);
  for (const std::int64_t no : told) {
    CHECK(got(clerk.store->trees().order(no))->state == TreeOrder::State::confirmed);
    CHECK(got(clerk.store->trees().trees_of(no)).size() == 1);
  }
}

}  // namespace greentill::test::holdings_audit_test
