// SPDX-License-Identifier: Apache-2.0
// The contract of the store's port, operation by operation, and done twice where a step may be done again: the
// steps decide, limit, book and post, work, and the store as a whole.
#include "tests/unit/credit-service/store_kinds.hpp"

namespace greentill::credit::store_test {

TEST_CASE("a nullifier leads to one act at a time, by root, version and hash") {
  on_each([](const Kind& kind, const auto& folder) {
    const auto store = kind.open(folder);
    const claim::Nullifier one = nullifier(1);
    CHECK_FALSE(got(store->act_of(one)));
    for (int twice = 0; twice < 2; ++twice) ok(store->lead(one, one));
    ok(store->lead(nullifier(1, 2), nullifier(3)));
    ok(store->lead(nullifier(1, 1, 300), nullifier(4, 70'000, 300)));
    CHECK(got(store->act_of(one)) == one);
    CHECK(got(store->act_of(nullifier(1, 2))) == nullifier(3));
    CHECK(got(store->act_of(nullifier(1, 1, 300))) == nullifier(4, 70'000, 300));
    ok(store->lead(one, nullifier(0)));
    CHECK(got(store->act_of(one)) == nullifier(0));
    for (int twice = 0; twice < 2; ++twice) ok(store->drop_nullifier(one));
    CHECK_FALSE(got(store->act_of(one)));
    CHECK(got(store->act_of(nullifier(1, 2))));
  });
}

TEST_CASE("what is kept with an act comes in the order in which it came, and goes with the act") {
  on_each([](const Kind& kind, const auto& folder) {
    const auto store = kind.open(folder);
    const ActKey key = nullifier(1);
    CHECK(got(store->act(key)).holder == 0);
    ok(store->lead(nullifier(0x77), key));
    CHECK(!got(store->begin_act(nullifier(0x77), {70, 0})));  // it leads to another
    CHECK(got(store->begin_act(key, {70, 0})));
    CHECK(!got(store->begin_act(key, {75, 0})));
    CHECK(got(store->act(key)).holder == 70);
    ok(store->put_act(key, {71, 0}));
    for (int twice = 0; twice < 2; ++twice) ok(store->put_act(key, {72, 90}));
    CHECK(got(store->act(key)).holder == 72);
    CHECK(got(store->act(key)).closed_by == 90);
    for (int twice = 0; twice < 2; ++twice) {
      ok(store->add_act_claim(key, {2, 71}));
      ok(store->add_act_claim(key, {1, 79}));
      ok(store->add_reversal(key, {95, "cafe", "{}"}));
      ok(store->add_reversal(key, {90, "shop", "{\"owns_root\":true}"}));
    }
    CHECK_FALSE(store->add_act_claim(key, {1, 80}));
    ok(store->add_reversal(nullifier(2), {91, "cafe", "{}"}));
    const auto claims = got(store->act_claims(key));
    REQUIRE(claims.size() == 2);
    CHECK(claims[0].place == 1);
    CHECK(claims[0].claim == 79);
    CHECK(claims[1].claim == 71);
    const auto reversals = got(store->reversals(key));
    REQUIRE(reversals.size() == 2);
    CHECK(reversals[0].reversal == 95);
    CHECK(reversals[1].merchant == "shop");
    CHECK(reversals[1].entitled == "{\"owns_root\":true}");
    for (int twice = 0; twice < 2; ++twice) ok(store->drop_act(key));
    CHECK(got(store->act(key)).closed_by == 0);
    CHECK(got(store->act_claims(key)).empty());
    CHECK(got(store->reversals(key)).empty());
    CHECK(got(store->reversals(nullifier(2))).size() == 1);
  });
}

TEST_CASE("what is used of a limit adds up, within a transaction and after it") {
  on_each([](const Kind& kind, const auto& folder) {
    const auto store = kind.open(folder);
    ok(store->use("device/dock-7", "ride", 20261124, 50));
    ok(store->transact([&]() -> Status {
      CHECK(got(store->used("device/dock-7", "ride", 20261124)) == 50);
      ok(store->use("device/dock-7", "ride", 20261124, 20));
      ok(store->use("device/dock-7", "ride", 20261124, -5));
      ok(store->use("device/dock-7", "ride", 20261126, 7));
      ok(store->use("device/dock-7", "ride", 20261127, 7));
      CHECK(got(store->used("device/dock-7", "ride", 20261124)) == 65);
      ok(store->use("device/dock-7", "ride", 20261124, 1));
      CHECK(got(store->used("device/dock-7", "ride", 20261124)) == 66);
      ok(store->use("device/dock-7", "ride", 20261127, -7));
      return Done{};
    }));
    CHECK(got(store->used("device/dock-7", "ride", 20261124)) == 66);
    CHECK(got(store->used("device/dock-7", "refill", 20261124)) == 0);
    CHECK(got(store->used("device/dock-", "7ride", 20261124)) == 0);
  });
}

TEST_CASE("an account is one by kind, name and slot") {
  on_each([](const Kind& kind, const auto& folder) {
    const auto store = kind.open(folder);
    const std::int64_t merchant = got(store->account("merchant", "cafe", 0));
    CHECK(got(store->account("merchant", "cafe", 0)) == merchant);
    CHECK(got(store->account("merchant", "cafe", 1)) != merchant);
    CHECK(got(store->account("customer", "cafe", 0)) != merchant);
    CHECK(got(store->account_name(merchant)) == std::pair<std::string, std::string>("merchant", "cafe"));
    CHECK(got(store->balance(merchant)) == 0);
    const auto missing = store->account_name(99);
    CHECK((!missing && missing.error().code == ErrorCode::corrupt));
    CHECK_FALSE(store->balance(99));
  });
}

TEST_CASE("a claim's bookings are posted, and told in turn") {
  on_each([](const Kind& kind, const auto& folder) {
    const auto store = kind.open(folder);
    const std::int64_t issuance = got(store->account("issuance", "", 3));
    const std::int64_t anna = got(store->account("customer", "anna", 0));
    const std::int64_t cafe = got(store->account("merchant", "cafe", 0));
    ok(store->transact([&]() -> Status {
      ok(store->book({71, BookingKind::grant, 1000, 2000, {{issuance, -100}, {anna, 70}, {cafe, 30}}}));
      CHECK(got(store->balance(anna)) == 70);
      ok(store->book({72, BookingKind::grant, 1000, 3000, {{issuance, -10}, {anna, 10}}}));
      ok(store->book({71, BookingKind::taken_back, 1100, 2000, {{issuance, 50}, {anna, -35}, {cafe, -15}}}));
      return Done{};
    }));
    ok(store->book({71, BookingKind::shortfall, 1200, 1200, {{anna, 5}, {cafe, -5}}}));
    const std::vector<Booking> bookings = got(store->bookings(71));
    REQUIRE(bookings.size() == 3);
    CHECK(bookings[0].kind == BookingKind::grant);
    CHECK(bookings[1].kind == BookingKind::taken_back);
    CHECK(bookings[1].claim == 71);
    CHECK(bookings[1].at == 1100);
    CHECK(bookings[1].spendable_at == 2000);
    CHECK(bookings[1].legs == std::vector<Leg>{{issuance, 50}, {anna, -35}, {cafe, -15}});
    CHECK(bookings[2].kind == BookingKind::shortfall);
    CHECK(got(store->balance(issuance)) == -60);
    CHECK(got(store->balance(anna)) == 50);
    CHECK(got(store->balance(cafe)) == 10);
    CHECK(got(store->spendable(anna, 1199)) == 0);
    CHECK(got(store->spendable(anna, 1999)) == 5);
    CHECK(got(store->spendable(anna, 2000)) == 40);
    CHECK(got(store->spendable(anna, 3000)) == 50);
    CHECK(got(store->spendable(issuance, 9000)) == 0);
    CHECK(got(store->spendable(cafe, 1500)) == 0);
    ok(store->book({72, BookingKind::taken_back, 1300, 3000, {{issuance, 10}, {anna, -10}}}));
    CHECK(got(store->bookings(72)).size() == 2);
    const Status unbalanced = store->book({73, BookingKind::grant, 1000, 2000, {{issuance, -100}, {anna, 99}}});
    CHECK((!unbalanced && unbalanced.error().code == ErrorCode::invalid));
    CHECK(got(store->bookings(73)).empty());
  });
}

TEST_CASE("work is due at its time, the earliest first, and put in place of what has its key") {
  on_each([](const Kind& kind, const auto& folder) {
    const auto store = kind.open(folder);
    ok(store->put_work({WorkStep::screen, "dock-7", 1, {1}, 500}));
    for (int twice = 0; twice < 2; ++twice) ok(store->put_work({WorkStep::screen, "dock-7", 1, {2}, 300}));
    ok(store->put_work({WorkStep::sweep, "dock-7", 1, {3}, 200}));
    ok(store->put_work({WorkStep::decide, "act", 1, {4}, 400}));
    const auto due = got(store->due(300, 9));
    REQUIRE(due.size() == 2);
    CHECK(due[0].step == WorkStep::sweep);
    CHECK(due[0].due == 200);
    CHECK(due[1].what == std::vector<std::uint8_t>{2});
    CHECK(due[1].key == "dock-7");
    CHECK(due[1].no == 1);
    CHECK(got(store->due(400, 1)).size() == 1);
    CHECK(got(store->has_work(WorkStep::screen, "dock-7", 1)));
    CHECK_FALSE(got(store->has_work(WorkStep::screen, "dock-7", 2)));
    CHECK_FALSE(got(store->has_work(WorkStep::decide, "dock-7", 1)));
    for (int twice = 0; twice < 2; ++twice) ok(store->drop_work(WorkStep::sweep, "dock-7", 1));
    CHECK(got(store->due(300, 9)).size() == 1);
  });
}

TEST_CASE("a programme is kept once, byte for byte") {
  on_each([](const Kind& kind, const auto& folder) {
    const auto store = kind.open(folder);
    const std::int64_t first = got(store->keep_programme(digest(1), "name = 1"));
    CHECK(got(store->keep_programme(digest(1), "name = 1")) == first);
    const std::int64_t second = got(store->keep_programme(digest(2), "name = 2"));
    CHECK(second != first);
    CHECK(got(store->programme(first)) == "name = 1");
    const auto missing = store->programme(99);
    CHECK((!missing && missing.error().code == ErrorCode::corrupt));
  });
}

TEST_CASE("the epoch rises by one, and what devices were told stays numbered") {
  on_each([](const Kind& kind, const auto& folder) {
    const auto store = kind.open(folder);
    CHECK(got(store->epoch()) == 1);
    ok(store->put_device_book("dock-7", {1, 1, 1, {}, 0, 0, 0}));
    ok(store->add_change("dock-7", {1, 71, claim::Stands::held, 0, Reason::fork, 1000}));
    ok(store->transact([&] { return store->raise_epoch(); }));
    CHECK(got(store->epoch()) == 2);
    CHECK(got(kind.open(folder)->epoch()) == 2);
    CHECK(got(store->changes("dock-7", 0, 9)).size() == 1);
    CHECK(got(store->device_book("dock-7"))->change == 1);
  });
}

TEST_CASE("of a transaction that fails nothing is left, not even in memory") {
  on_each([](const Kind& kind, const auto& folder) {
    const auto store = kind.open(folder);
    const std::int64_t issuance = got(store->account("issuance", "", 0));
    std::int64_t given_up = 0;
    const Status failed = store->transact([&]() -> Status {
      given_up = got(store->account("customer", "anna", 0));
      ok(store->use("account/1", "ride", 20261124, 50));
      ok(store->book({71, BookingKind::grant, 1000, 2000, {{issuance, -100}, {given_up, 100}}}));
      ok(store->add_claim(71, accepted(100), kPayload));
      return fail(ErrorCode::invalid, "given up");
    });
    CHECK((!failed && failed.error().message == "given up"));
    CHECK(got(store->used("account/1", "ride", 20261124)) == 0);
    CHECK(got(store->bookings(71)).empty());
    CHECK(got(store->balance(issuance)) == 0);
    CHECK_FALSE(got(store->claim(71)));
    ok(store->transact([&]() -> Status {
      // Another account may have the number by now.
      const std::int64_t cafe = got(store->account("merchant", "cafe", 0));
      const std::int64_t anna = got(store->account("customer", "anna", 0));
      CHECK(anna != cafe);
      CHECK((cafe == given_up || !store->account_name(given_up)));
      CHECK(got(store->used("account/1", "ride", 20261124)) == 0);
      CHECK(got(store->balance(anna)) == 0);
      return Done{};
    }));
    CHECK(got(store->balance(issuance)) == 0);
  });
}

TEST_CASE("what one worker stored another one sees, and adds to") {
  on_each([](const Kind& kind, const auto& folder) {
    const auto one = kind.open(folder);
    const auto other = kind.open(folder);
    const std::int64_t issuance = got(one->account("issuance", "", 0));
    const std::int64_t anna = got(other->account("customer", "anna", 0));
    for (Store* store : {one.get(), other.get(), one.get()}) {
      ok(store->transact([&]() -> Status {
        CHECK(got(store->account("customer", "anna", 0)) == anna);
        ok(store->use("account/2", "ride", 202611, 10));
        return store->book({71, BookingKind::stands_again, 1000, 2000, {{issuance, -10}, {anna, 10}}});
      }));
    }
    for (Store* store : {one.get(), other.get()}) {
      CHECK(got(store->used("account/2", "ride", 202611)) == 30);
      CHECK(got(store->balance(anna)) == 30);
      CHECK(got(store->bookings(71)).size() == 3);
    }
  });
}

}  // namespace greentill::credit::store_test
