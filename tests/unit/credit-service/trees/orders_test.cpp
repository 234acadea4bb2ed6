// SPDX-License-Identifier: Apache-2.0
// Orders of trees: credit is spent once, by all who agreed, or by nobody. docs/trees.md, "Orders".
#include <doctest/doctest.h>

#include <thread>

#include "tests/unit/credit-service/people.hpp"
#include "tools/credit-service/trees/ending.hpp"

namespace greentill::test::orders_test {
namespace {

using namespace credit;
using State = TreeOrder::State;

/// Two who have credit to spend.
struct Riders {
  Riders() {
    offer_trees(clerk);
    anna = clerk.open();
    ben = clerk.open();
    credit_of_anna = office.ride(anna.token, 40);
    credit_of_ben = office.ride(ben.token, 20);
    office.wait();
    REQUIRE(credit_of_anna > 2'000);
    REQUIRE(credit_of_ben > 1'000);
  }
  Orders::Request request(const std::string& key, std::int64_t trees, std::vector<Orders::Part> parts) const {
    return {key, "saxaul", "", trees, 2026, std::move(parts)};
  }
  Result<TreeOrder> place(const Orders::Request& request) {
    return clerk.result([&](auto&, auto&, Orders& orders, auto&...) { return orders.place(request); });
  }
  Result<TreeOrder> agree(std::int64_t order, const Accounts::Opened& who) {
    return clerk.result([&](auto&, auto&, Orders& orders, auto&...) { return orders.agree(order, who.account.id); });
  }
  Result<TreeOrder> cancel(std::int64_t order) {
    return clerk.result([&](auto&, auto&, Orders& orders, auto&...) { return orders.cancel(order); });
  }
  Spending::Credit of(const Accounts::Opened& who) { return clerk.credit_of(who.account.id); }
  std::vector<Tree> trees(std::int64_t order) { return got(clerk.store->trees().trees_of(order)); }

  RidersOffice office;
  Clerkship clerk{office};
  Accounts::Opened anna, ben;
  std::int64_t credit_of_anna = 0, credit_of_ben = 0;
};

}  // namespace

TEST_CASE("orders: one's own is set aside, agreed to, and has numbered trees") {
  Riders riders;
  const TreeOrder placed = got(riders.place(riders.request("k1", 2, {{riders.anna.account.id, 0}})));
  CHECK(placed.state == State::open);
  CHECK(riders.of(riders.anna).spendable == riders.credit_of_anna - 2'000);
  CHECK(riders.of(riders.anna).reserved == 2'000);
  CHECK(riders.trees(placed.no).empty());
  CHECK(got(riders.place(riders.request("k1", 2, {{riders.anna.account.id, 0}}))).no == placed.no);
  CHECK(refusal(riders.place(riders.request("k1", 3, {{riders.anna.account.id, 0}}))).find("which is for something else") !=
        std::string::npos);
  CHECK(riders.of(riders.anna).reserved == 2'000);
  CHECK(got(riders.agree(placed.no, riders.anna)).state == State::confirmed);
  CHECK(got(riders.agree(placed.no, riders.anna)).state == State::confirmed);
  CHECK(riders.of(riders.anna).spent == 2'000);
  CHECK(riders.of(riders.anna).reserved == 0);
  const auto trees = riders.trees(placed.no);
  REQUIRE(trees.size() == 2);
  CHECK(trees[0].number == "gt/saxaul/alxa1/2026/1");
  CHECK(trees[1].number == "gt/saxaul/alxa1/2026/2");
  CHECK(refusal(riders.cancel(placed.no)).find("is confirmed") != std::string::npos);
  CHECK(riders.office.desk.wrong() == "");
}

TEST_CASE("orders: several pay together, all of them or none") {
  Riders riders;
  const std::vector<Orders::Part> parts{{riders.anna.account.id, 1'200}, {riders.ben.account.id, 800}};
  const TreeOrder placed = got(riders.place(riders.request("k1", 2, parts)));
  CHECK(got(riders.agree(placed.no, riders.anna)).state == State::open);
  CHECK(riders.of(riders.anna).spent == 0);
  CHECK(riders.trees(placed.no).empty());
  SUBCASE("all agree") {
    CHECK(got(riders.agree(placed.no, riders.ben)).state == State::confirmed);
    CHECK(riders.of(riders.anna).spent == 1'200);
    CHECK(riders.of(riders.ben).spent == 800);
    CHECK(riders.trees(placed.no).size() == 2);
  }
  SUBCASE("one takes it back") {
    CHECK(got(riders.cancel(placed.no)).state == State::cancelled);
    CHECK(riders.of(riders.anna).spendable == riders.credit_of_anna);
    CHECK(riders.of(riders.ben).spendable == riders.credit_of_ben);
    CHECK(refusal(riders.agree(placed.no, riders.ben)).find("is cancelled; its credit went back") != std::string::npos);
  }
  SUBCASE("nobody does in time") {
    riders.office.clock.now += 7 * 86'400;
    CHECK(refusal(riders.agree(placed.no, riders.ben)).find("is expired") != std::string::npos);
    // What is refused is rolled back: the order ends by itself.
    CHECK(got(riders.place(riders.request("k2", 1, {{riders.anna.account.id, 0}}))).state == State::open);
    CHECK(got(riders.office.desk.clerk().tick()) == false);
    CHECK(got(riders.clerk.store->trees().order(placed.no))->state == State::expired);
    CHECK(got(riders.clerk.store->trees().site("alxa1"))->ordered == 1);
    riders.office.clock.now += 7 * 86'400 + 10;
    CHECK(got(expire_orders(*riders.clerk.store, riders.office.clock.now, 9)) == 1);
    CHECK(got(expire_orders(*riders.clerk.store, riders.office.clock.now, 9)) == 0);
    CHECK(riders.of(riders.anna).spendable == riders.credit_of_anna);
    CHECK(got(riders.clerk.store->trees().site("alxa1"))->ordered == 0);
  }
  SUBCASE("one is erased meanwhile") {
    ok(riders.clerk.in([&](Accounts& accounts, auto&, Orders& orders, auto&...) -> Status {
      if (Status cancelled = orders.cancel_all(riders.anna.account.id); !cancelled) return cancelled;
      const auto erased = accounts.erase(riders.anna.account.id);
      return erased ? Status(Done{}) : Status(Failure{erased.error()});
    }));
    CHECK(riders.of(riders.ben).spendable == riders.credit_of_ben);
  }
  CHECK(riders.office.desk.wrong() == "");
}

TEST_CASE("orders: what cannot be is refused, and nothing is set aside") {
  Riders riders;
  const std::string& anna = riders.anna.account.id;
  const auto refused = [&](Orders::Request request) { return refusal(riders.place(request)); };
  CHECK(refused(riders.request("", 1, {{anna, 0}})) == "an order's key has 1 to 64 bytes of UTF-8");
  CHECK(refused(riders.request("k", 0, {{anna, 0}})).find("of 1 to 10000 trees") != std::string::npos);
  CHECK(refused(riders.request("k", 1, {})).find("of 1 to 100 accounts") != std::string::npos);
  CHECK(refused(riders.request("k", 1, {{anna, 400}, {anna, 600}})).find("is named twice") != std::string::npos);
  CHECK(refused(riders.request("k", 1, {{anna, 400}})) == "the parts add up to 400 mg, and the trees cost 1000");
  CHECK(refused(riders.request("k", 50, {{anna, 0}})).find(" are missing") != std::string::npos);
  CHECK(refused(riders.request("k", 101, {{anna, 0}})) == "no site in Alxa has room for 101 trees of saxaul");
  Orders::Request elsewhere = riders.request("k", 1, {{anna, 0}});
  elsewhere.site = "nowhere";
  CHECK(refused(elsewhere) == "there is no site \"nowhere\"");
  elsewhere.site = "alxa1";
  elsewhere.species = "oak";
  CHECK(refused(elsewhere) == "there is no species \"oak\"");
  CHECK(riders.of(riders.anna).reserved == 0);
  CHECK(refusal(riders.clerk.in([&](Accounts& a, auto&...) { return a.merge(anna, riders.ben.account.id); })) == "");
  CHECK(refusal(riders.agree(1, riders.ben)) == "there is no order 1");
  CHECK(riders.office.desk.wrong() == "");
}

TEST_CASE(
    "orders: what a ride earned cannot be spent before its refund window is over, and is made up for when taken back later") {
  RidersOffice office;
  Clerkship clerk(office);
  offer_trees(clerk);
  const auto anna = clerk.open();
  const std::int64_t earned = office.ride(anna.token, 20);
  const Orders::Request request{"k", "saxaul", "", 1, 2026, {{anna.account.id, 0}}};
  const auto place = [&] { return clerk.result([&](auto&, auto&, Orders& orders, auto&...) { return orders.place(request); }); };
  CHECK(refusal(place()).find("can spend 0.000 g now") != std::string::npos);
  office.wait();
  const TreeOrder order = got(place());
  REQUIRE(clerk.result([&](auto&, auto&, Orders& orders, auto&...) { return orders.agree(order.no, anna.account.id); }));
  office.take_back(1);
  CHECK(clerk.credit_of(anna.account.id).balance == 0);
  const auto accounts = office.desk.report().accounts;
  CHECK(accounts.at("spent") == 1'000);
  CHECK(accounts.at("loss") + accounts.at("merchant") == -1'000);
  CHECK(earned > 1'000);
  CHECK(office.desk.wrong() == "");
}

TEST_CASE("orders: nobody's credit is spent twice under 64 parallel orders over shared accounts, one of which is erased") {
  Riders riders;
  const auto team = [&] {
    std::vector<Accounts::Opened> all;
    for (int i = 0; i < 6; ++i) {
      all.push_back(riders.clerk.open());
      riders.office.ride(all.back().token, 20);
    }
    riders.office.wait();
    return all;
  }();
  std::vector<std::int64_t> before;
  for (const auto& one : team) before.push_back(riders.of(one).spendable);
  std::vector<std::thread> threads;
  std::atomic<int> confirmed{0}, refused{0};
  for (int i = 0; i < 64; ++i) {
    threads.emplace_back([&, i] {
      Clerkship own(riders.office, static_cast<std::uint64_t>(i) + 100);
      const std::string& a = team[static_cast<std::size_t>(i) % 6].account.id;
      const std::string& b = team[static_cast<std::size_t>(i + 1 + i / 6 % 4) % 6].account.id;
      const Orders::Request request{"p" + std::to_string(i), "saxaul", "", 1, 2026, {{a, 500}, {b, 500}}};
      const auto placed = own.result([&](auto&, auto&, Orders& orders, auto&...) { return orders.place(request); });
      if (i == 20) {
        static_cast<void>(own.in([&](Accounts& accounts, auto&, Orders& orders, auto&...) -> Status {
          if (Status cancelled = orders.cancel_all(team[5].account.id); !cancelled) return cancelled;
          const auto erased = accounts.erase(team[5].account.id);
          return erased ? Status(Done{}) : Status(Failure{erased.error()});
        }));
      }
      bool is_confirmed = false;
      for (const std::string& who : {a, b}) {
        if (!placed) break;
        const auto agreed = own.result([&](auto&, auto&, Orders& orders, auto&...) { return orders.agree(placed->no, who); });
        is_confirmed = agreed && agreed->state == State::confirmed;
      }
      ++(is_confirmed ? confirmed : refused);
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK(confirmed > 3);
  CHECK(refused > 3);
  std::int64_t spent = 0;
  for (std::size_t i = 0; i < team.size(); ++i) {
    const Spending::Credit credit = riders.of(team[i]);
    CHECK(credit.spent + credit.reserved + credit.balance == before[i]);
    CHECK(credit.spendable >= 0);
    spent += credit.spent;
  }
  CHECK(spent == 1'000 * confirmed);
  CHECK(riders.office.desk.wrong() == "");
}

}  // namespace greentill::test::orders_test
