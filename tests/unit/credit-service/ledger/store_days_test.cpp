// SPDX-License-Identifier: Apache-2.0
// The port's contract about days: what devices ask for, which stood out, and how those of a class lie.
#include "tests/unit/credit-service/store_kinds.hpp"

namespace greentill::credit::store_test {

TEST_CASE("what is asked for on a day adds up, and what was looked at of it is never more") {
  on_each([](const Kind& kind, const auto& folder) {
    const auto store = kind.open(folder);
    CHECK_FALSE(got(store->device_day("dock-7", "ride", 20261124)));
    ok(store->put_looked("dock-7", "ride", {20261124, 5}));
    CHECK_FALSE(got(store->device_day("dock-7", "ride", 20261124)));
    ok(store->transact([&]() -> Status {
      ok(store->count_asked("dock-7", "ride", {20261124, 70}, 22));
      ok(store->count_asked("dock-7", "ride", {20261124, 30}, 21));
      ok(store->count_asked("dock-7", "ride", {20261124, 0}, 25));
      CHECK(got(store->device_day("dock-7", "ride", 20261124))->asked == 100);
      ok(store->count_asked("dock-7", "ride", {20261126, 7}, 30));
      return Done{};
    }));
    auto day = got(store->device_day("dock-7", "ride", 20261124));
    REQUIRE(day);
    CHECK(day->first == 21);
    CHECK(day->last == 25);
    CHECK_FALSE(day->looked);
    ok(store->put_looked("dock-7", "ride", {20261124, 100}));
    ok(store->count_asked("dock-7", "ride", {20261124, 20}, 26));
    CHECK(got(store->device_day("dock-7", "ride", 20261124))->looked == 100);
    ok(store->count_asked("dock-7", "ride", {20261124, -50}, 22));
    day = got(store->device_day("dock-7", "ride", 20261124));
    CHECK(day->asked == 70);
    CHECK(day->looked == 70);
    ok(store->count_asked("dock-7", "ride", {20261125, 0}, 27));
    const auto days = got(store->days_asked("dock-7", "ride", 20261124, 20261126));
    REQUIRE(days.size() == 2);
    CHECK(days[0].day == 20261124);
    CHECK(days[1].mg == 7);
    CHECK(got(store->days_asked("dock-7", "ride", 20261125, 20261125)).empty());
    CHECK(got(store->days_asked("dock-7", "refill", 20261124, 20261126)).empty());
    CHECK_FALSE(store->transact([&]() -> Status {
      ok(store->count_asked("dock-7", "ride", {20261124, 9}, 99));
      return fail(ErrorCode::invalid, "given up");
    }));
    CHECK(got(store->device_day("dock-7", "ride", 20261124))->asked == 70);
  });
}

TEST_CASE("a day is to be looked at first, and when it has grown by half") {
  const auto due = [](std::int64_t asked, std::optional<std::int64_t> looked) {
    return DeviceDay{asked, 1, 1, looked}.is_to_be_looked_at();
  };
  CHECK_FALSE(due(0, {}));
  CHECK(due(1, {}));
  CHECK_FALSE(due(0, 0));
  CHECK(due(1, 0));
  CHECK_FALSE(due(10, 10));
  CHECK_FALSE(due(14, 10));
  CHECK(due(15, 10));
  CHECK_FALSE(due(16, 11));
  CHECK(due(17, 11));
}

TEST_CASE("a screened day holds until it is lifted, the first one first") {
  on_each([](const Kind& kind, const auto& folder) {
    const auto store = kind.open(folder);
    CHECK_FALSE(got(store->screened("dock-7", "ride")));
    Screened first{"dock-7", "ride", 20261124, 41'200'000, "too much", std::nullopt};
    Screened second{"dock-7", "ride", 20261126, 1, "again", std::nullopt};
    for (int twice = 0; twice < 2; ++twice) {
      ok(store->put_screened(second));
      ok(store->put_screened(first));
    }
    auto found = got(store->screened("dock-7", "ride"));
    REQUIRE(found);
    CHECK(found->day == 20261124);
    CHECK(found->value == 41'200'000);
    CHECK(found->words == "too much");
    first.lifted_at = 2000;
    ok(store->put_screened(first));
    found = got(store->screened("dock-7", "ride"));
    REQUIRE(found);
    CHECK(found->day == 20261126);
    CHECK_FALSE(got(store->screened("dock-7", "refill")));
    CHECK_FALSE(got(store->screened("dock-8", "ride")));
    ok(store->lift_screened("dock-8", 2100));
    CHECK(got(store->screened("dock-7", "ride")));
    for (int twice = 0; twice < 2; ++twice) ok(store->lift_screened("dock-7", 2100));
    CHECK_FALSE(got(store->screened("dock-7", "ride")));
    first.lifted_at.reset();
    ok(store->put_screened(first));
    CHECK(got(store->screened("dock-7", "ride"))->day == 20261124);
  });
}

TEST_CASE("days of a class are replaced by their slots") {
  on_each([](const Kind& kind, const auto& folder) {
    const auto store = kind.open(folder);
    CHECK(got(store->class_days(Device::Class::dock, "ride")).empty());
    ok(store->put_class_day(Device::Class::dock, "ride", {1, "cafe", "dock-7", {20261124, 50}}));
    ok(store->put_class_day(Device::Class::dock, "ride", {0, "shop", "dock-8", {20261125, 60}}));
    ok(store->put_class_day(Device::Class::dock, "ride", {1, "kiosk", "dock-9", {20261126, 70}}));
    ok(store->put_class_day(Device::Class::till, "ride", {0, "cafe", "till-1", {20261124, 1}}));
    const auto days = got(store->class_days(Device::Class::dock, "ride"));
    REQUIRE(days.size() == 2);
    CHECK(days[0].merchant == "shop");
    CHECK(days[1].slot == 1);
    CHECK(days[1].merchant == "kiosk");
    CHECK(days[1].device == "dock-9");
    CHECK(days[1].value.day == 20261126);
    CHECK(days[1].value.mg == 70);
  });
}

TEST_CASE("claims are given by their places, and those that are held are counted by their reasons") {
  on_each([](const Kind& kind, const auto& folder) {
    const auto store = kind.open(folder);
    CHECK(got(store->count_held()).empty());
    Decision decision = accepted(5);
    for (std::uint64_t seq = 1; seq <= 4; ++seq) ok(store->add_claim(claim_of(1, seq), decision, kPayload));
    decision.holds = {Reason::screening};
    for (const std::int64_t arrived : {1200, 1100}) {
      decision.arrived = arrived;
      ok(store->add_claim(claim_of(2, static_cast<std::uint64_t>(arrived)), decision, kPayload));
    }
    decision.holds.add(Reason::too_old);
    decision.arrived = 900;
    ok(store->add_claim(claim_of(3, 1), decision, kPayload));
    CHECK(got(store->placed(claim_of(1, 1), claim_of(1, 3), 9)) == std::vector<std::int64_t>{claim_of(1, 2), claim_of(1, 3)});
    CHECK(got(store->placed(claim_of(1, 0), claim_of(1, 9), 2)) == std::vector<std::int64_t>{claim_of(1, 1), claim_of(1, 2)});
    auto counts = got(store->count_held());
    REQUIRE(counts.size() == 2);
    std::ranges::sort(counts, {}, &HeldCount::claims);
    CHECK(counts[0].holds == Holds{Reason::screening, Reason::too_old});
    CHECK(counts[0].oldest == 900);
    CHECK(counts[1].claims == 2);
    CHECK(counts[1].oldest == 1100);
  });
}

}  // namespace greentill::credit::store_test
