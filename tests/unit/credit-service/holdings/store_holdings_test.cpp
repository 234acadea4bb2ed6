// SPDX-License-Identifier: Apache-2.0
// What each kind of store keeps of accounts and trees.
#include "tests/unit/credit-service/store_kinds.hpp"
#include "tools/credit-service/holdings/account_store.hpp"
#include "tools/credit-service/holdings/tree_store.hpp"

namespace greentill::credit::store_test {
namespace {

/// Runs it in one transaction.
template <typename Work>
void within(Store& store, const Work& work) {
  ok(store.transact([&]() -> Status {
    work();
    return Done{};
  }));
}

Account person(const std::string& id) { return {id, Account::Kind::person, Account::State::active, "Anna", "", 1'000, {}}; }

TreeOrder order_of(const std::string& key, std::int64_t until) {
  return {0, key, "saxaul", "alxa", 2, 500, 2026, TreeOrder::State::open, 1'000, until, {}};
}

CertifiedTrees certificate_of(const std::string& number, const std::string& account, std::uint32_t index) {
  return {number, account, 2026, 1, index, CertifiedTrees::State::good, 1'000, std::string("\xd2\x84\0x", 4)};
}

}  // namespace

TEST_CASE("an account that is renamed or given away is known so by every worker") {
  on_each([](const Kind& kind, const auto& folder) {
    const auto store = kind.open(folder);
    const auto other = kind.open(folder);
    CHECK_FALSE(got(store->find_account("customer", "token")));
    const std::int64_t no = got(store->account("customer", "token", 0));
    within(*other, [&] { CHECK(got(other->account("customer", "token", 0)) == no); });
    CHECK(got(other->owner(no)).empty());
    within(*store, [&] {
      ok(store->set_owner(no, "AAAA"));
      CHECK(got(store->owner(no)) == "AAAA");
    });
    within(*other, [&] { CHECK(got(other->owner(no)) == "AAAA"); });
    within(*store, [&] { ok(store->rename_account(no, "erased", "x1")); });
    CHECK(got(store->account_name(no)) == std::pair<std::string, std::string>("erased", "x1"));
    CHECK(got(store->owner(no)) == "AAAA");
    within(*other, [&] {
      CHECK(got(other->account_name(no)).first == "erased");
      CHECK(got(other->account("erased", "x1", 0)) == no);
      CHECK(got(other->owner(no)) == "AAAA");
      const std::int64_t anew = got(other->account("customer", "token", 0));
      CHECK(anew != no);
      CHECK(got(other->owner(anew)).empty());
    });
    const std::int64_t shop = got(store->account("merchant", "shop", 0));
    CHECK(got(other->owner(shop)).empty());
    within(*store, [&] { ok(store->set_owner(shop, "BBBB")); });
    CHECK(got(other->owner(shop)) == "BBBB");
  });
}

TEST_CASE("what a transaction that failed did to accounts is nowhere") {
  on_each([](const Kind& kind, const auto& folder) {
    const auto store = kind.open(folder);
    std::int64_t no = got(store->account("customer", "token", 0));
    CHECK_FALSE(store->transact([&]() -> Status {
      ok(store->set_owner(no, "AAAA"));
      ok(store->rename_account(no, "erased", "x1"));
      ok(store->accounts().put(person("AAAA")));
      return fail(ErrorCode::conflict, "no");
    }));
    CHECK(got(store->find_account("customer", "token")) == no);
    CHECK(got(store->owner(no)).empty());
    CHECK_FALSE(got(store->accounts().account("AAAA")));
  });
}

TEST_CASE("accounts keep purses, groups, invitations and spends") {
  on_each([](const Kind& kind, const auto& folder) {
    const auto store = kind.open(folder);
    AccountStore& accounts = store->accounts();
    within(*store, [&] {
      Account anna = person("AAAA");
      for (const char* id : {"AAAA", "BBBB", "TEAM"}) ok(accounts.put(person(id)));
      anna.state = Account::State::merged;
      anna.follow = "BBBB";
      anna.ended_at = 2'000;
      ok(accounts.put(anna));
      CHECK(got(accounts.account("AAAA")) == anna);
      CHECK_FALSE(got(accounts.account("CCCC")));
      CHECK(got(accounts.accounts("AAAA", 1)).front().id == "BBBB");
      ok(accounts.add("AAAA", {7, 100}));
      ok(accounts.add("AAAA", {3, 200}));
      ok(accounts.drop_purse("AAAA", 7));
      REQUIRE(got(accounts.purses("AAAA")).size() == 1);
      CHECK(got(accounts.purses("AAAA")).front().since == 200);
      ok(accounts.add_member("TEAM", "AAAA", 100));
      ok(accounts.add_member("TEAM", "BBBB", 100));
      ok(accounts.drop_member("TEAM", "AAAA"));
      CHECK(got(accounts.members("TEAM")) == std::vector<std::string>{"BBBB"});
      CHECK(got(accounts.groups("BBBB")) == std::vector<std::string>{"TEAM"});
      CHECK(got(accounts.groups("AAAA")).empty());
      ok(accounts.put(Invitation{digest(1), "TEAM", 5'000, ""}));
      ok(accounts.put(Invitation{digest(1), "TEAM", 5'000, "BBBB"}));
      CHECK(got(accounts.invitation(digest(1)))->used_by == "BBBB");
      CHECK_FALSE(got(accounts.invitation(digest(2))));
      Spend first{0, "AAAA", 5, 300, Spend::State::reserved, 1'000, {}};
      first.no = got(accounts.add_spend(first));
      const std::int64_t second = got(accounts.add_spend({0, "BBBB", 5, 200, Spend::State::reserved, 1'000, {}}));
      CHECK(second > first.no);
      first.state = Spend::State::spent;
      first.decided_at = 1'500;
      ok(accounts.put(first));
      ok(accounts.move(first, "BBBB"));
      CHECK(got(accounts.spends("AAAA")).empty());
      CHECK(got(accounts.spends("BBBB")).size() == 2);
      const auto parts = got(accounts.spends_of(5));
      REQUIRE(parts.size() == 2);
      CHECK(parts[0].no == first.no);
      CHECK(parts[0].account == "BBBB");
      CHECK(parts[0].state == Spend::State::spent);
      CHECK(parts[0].decided_at == 1'500);
      CHECK(got(accounts.spends_of(6)).empty());
    });
  });
}

TEST_CASE("the catalogue, and what is ordered at a site") {
  on_each([](const Kind& kind, const auto& folder) {
    const auto store = kind.open(folder);
    TreeStore& trees = store->trees();
    within(*store, [&] {
      for (const std::int64_t price : {900, 1'000}) {
        ok(trees.put(Species{"saxaul", "Haloxylon", "saxaul", price, "Alxa", 3, 5, 250, "CNY", true}));
        ok(trees.put(TreeParty{"looks", TreeParty::Kind::inspector, "Looks", "plants", price == 900}));
        ok(trees.put(Site{"alxa", "plants", "field", "Alxa", -1, 2, price, 0}));
        ok(trees.add_ordered("alxa", price));
      }
      ok(trees.put(Site{"else", "plants", "field", "Elsewhere", 1, 2, 3, 0}));
      ok(trees.add_ordered("alxa", -100));
      CHECK(got(trees.species("saxaul"))->price_mg == 1'000);
      CHECK(got(trees.all_species()).size() == 1);
      CHECK_FALSE(got(trees.party("looks"))->active);
      CHECK(got(trees.parties()).size() == 1);
      CHECK(got(trees.site("alxa"))->ordered == 1'800);
      CHECK(got(trees.site("alxa"))->room == 1'000);
      CHECK(got(trees.site("else"))->ordered == 0);
      CHECK_FALSE(got(trees.site("none")));
      CHECK(got(trees.sites("Alxa")) == std::vector<std::string>{"alxa"});
      CHECK(got(trees.sites("")).size() == 2);
    });
  });
}

TEST_CASE("orders, trees and what is said and owed of them") {
  on_each([](const Kind& kind, const auto& folder) {
    const auto store = kind.open(folder);
    TreeStore& trees = store->trees();
    within(*store, [&] {
      const std::int64_t first = got(trees.add_order(order_of("k1", 3'000)));
      const std::int64_t second = got(trees.add_order(order_of("k2", 2'000)));
      CHECK(got(trees.overdue(2'500, 9)) == std::vector{second});
      TreeOrder order = *got(trees.order_by_key("k1"));
      CHECK(order.no == first);
      CHECK_FALSE(got(trees.order_by_key("k3")));
      order.state = TreeOrder::State::confirmed;
      order.decided_at = 1'100;
      ok(trees.put(order));
      CHECK(got(trees.order(first))->decided_at == 1'100);
      CHECK(got(trees.overdue(9'000, 9)) == std::vector{second});
      CHECK(got(trees.orders(first, 9)).size() == 1);
      CHECK(got(trees.next_serial("gt/")) == 1);
      CHECK(got(trees.next_serial("gt/")) == 2);
      for (const char* number : {"gt/2", "gt/1"}) {
        ok(trees.add(Tree{number, first, "alxa", Tree::State::ordered, 1'100, 1'100, "", ""}));
      }
      Tree tree = *got(trees.tree("gt/1"));
      CHECK(tree.order == first);
      tree.state = Tree::State::replaced;
      tree.replaced_by = "gt/2";
      ok(trees.put(tree));
      CHECK(got(trees.trees_of(first)).front().replaced_by == "gt/2");
      CHECK(got(trees.trees("", {}, "", 9)).size() == 2);
      CHECK(got(trees.trees("alxa", Tree::State::ordered, "gt/1", 9)).front().number == "gt/2");
      CHECK(got(trees.trees("else", {}, "", 9)).empty());
      ok(trees.add(TreeEvent{"gt/1", 1, TreeEvent::Kind::planted, 1'200, "plants", digest(1), 1'150, -5, 7, ""}));
      ok(trees.add(TreeEvent{"gt/1", 2, TreeEvent::Kind::rejected, 1'300, "looks", {}, {}, {}, {}, "blurred"}));
      const auto events = got(trees.events("gt/1"));
      REQUIRE(events.size() == 2);
      CHECK(events[0].photo == digest(1));
      CHECK(events[0].latitude == -5);
      CHECK_FALSE(events[1].photo);
      CHECK(events[1].why == "blurred");
      CHECK(got(trees.tree_with_photo(digest(1))) == "gt/1");
      CHECK_FALSE(got(trees.tree_with_photo(digest(2))));
      TreePayment payment{"gt/1", "plants", 250, "CNY", 1'300, {}, ""};
      ok(trees.put(payment));
      CHECK(got(trees.payments("plants", true)).size() == 1);
      payment.paid_at = 1'400;
      payment.reference = "r";
      ok(trees.put(payment));
      CHECK(got(trees.payment("gt/1"))->reference == "r");
      CHECK(got(trees.payments("", true)).empty());
      CHECK(got(trees.payments("else", false)).empty());
    });
  });
}

TEST_CASE("certificates, and their places in the lists of states") {
  on_each([](const Kind& kind, const auto& folder) {
    const auto store = kind.open(folder);
    TreeStore& trees = store->trees();
    within(*store, [&] {
      CHECK(got(trees.last_list()) == std::pair<std::uint32_t, std::size_t>(0, 0));
      ok(trees.add(certificate_of("c1", "AAAA", 17), {"gt/1", "gt/2"}));
      ok(trees.add(certificate_of("c2", "BBBB", 4), {"gt/1"}));
      CHECK(got(trees.last_list()) == std::pair<std::uint32_t, std::size_t>(1, 2));
      CHECK(got(trees.is_place_taken(1, 17)));
      CHECK_FALSE(got(trees.is_place_taken(1, 18)));
      CHECK(got(trees.certificate("c1"))->message == certificate_of("c1", "AAAA", 17).message);
      CHECK_FALSE(got(trees.certificate("c3")));
      ok(trees.put_state(*got(trees.certificate("c1")), CertifiedTrees::State::suspended));
      CHECK(got(trees.certificate("c1"))->state == CertifiedTrees::State::suspended);
      const auto marked = got(trees.not_good(1));
      REQUIRE(marked.size() == 1);
      CHECK(marked[0] == std::pair(17u, CertifiedTrees::State::suspended));
      CHECK(got(trees.certificates_with("gt/1")) == std::vector<std::string>{"c1", "c2"});
      REQUIRE(got(trees.certificates_of("AAAA")).size() == 1);
      CHECK(got(trees.certificates_of("AAAA")).front().message.empty());
      CHECK(got(trees.certificates()).size() == 2);
    });
  });
}

}  // namespace greentill::credit::store_test
