// SPDX-License-Identifier: Apache-2.0
#include "daemon/engine/account_guard.hpp"

#include "tests/unit/engine/fixture.hpp"

namespace greentill::engine {
namespace {

using test::Device;

constexpr std::int64_t kMorning = 20'000 * 86'400 + 6 * 3600;

struct Counter {
  Counter(Device& device, std::uint32_t events_a_day) : guard(device.reader(), crypto::Secret(Digest{7})) {
    methodology.activity = "cup.own";
    methodology.limits.account_events_per_day = events_a_day;
  }

  /// Whether the act is let through; what is let through is under way until settled.
  bool admit(std::int64_t begin, const std::string& token = "anna") {
    event::Transaction sale;
    sale.begin = sale.end = begin;
    sale.account_token = token;
    AccountGuard::Reservation reserved(guard);
    const auto reason = guard.admit(sale, methodology, reserved);
    REQUIRE(reason.ok());
    CHECK(reason->empty() == (token.empty() || !reserved.uses().empty() || !methodology.limits.account_events_per_day));
    if (!reserved.uses().empty()) under_way.push_back(std::move(reserved));
    return reason->empty();
  }

  AccountGuard guard;
  measure::Methodology methodology;
  std::vector<AccountGuard::Reservation> under_way;
};

void store(Device& device, const std::vector<outbox::AccountUse>& uses) {
  outbox::Unit unit;
  unit.side.account_uses = uses;
  const outbox::Unit* units[] = {&unit};
  REQUIRE(device.writer().commit(units).ok());
}

}  // namespace

TEST_CASE("account guard: so many a day, counted while they are under way and once they are stored") {
  const test::TempDir folder;
  Device device(folder.path());
  Counter counter(device, 2);
  CHECK(counter.admit(kMorning));
  CHECK(counter.admit(kMorning + 10));
  CHECK_FALSE(counter.admit(kMorning + 20));
  CHECK(counter.admit(kMorning + 20, "berta"));
  CHECK(counter.admit(kMorning + 30, ""));

  Counter later(device, 2);  // a restart: what was stored counts on
  CHECK(later.admit(kMorning));
  store(device, later.under_way.back().uses());
  later.under_way.back().finish(true);
  CHECK(later.admit(kMorning + 5));
  CHECK_FALSE(later.admit(kMorning + 10));
  CHECK(later.admit(kMorning + 86'400));
}

TEST_CASE("account guard: so long apart") {
  const test::TempDir folder;
  Device device(folder.path());
  Counter counter(device, 1000);
  counter.methodology.limits.account_min_interval_s = 60;
  CHECK(counter.admit(kMorning));
  CHECK_FALSE(counter.admit(kMorning + 59));
  CHECK(counter.admit(kMorning + 60));
}

TEST_CASE("account guard: what could not be stored does not count") {
  const test::TempDir folder;
  Device device(folder.path());
  Counter counter(device, 1);
  CHECK(counter.admit(kMorning));
  counter.under_way.back().finish(false);
  CHECK(counter.admit(kMorning));
}

TEST_CASE("account guard: one that is dropped takes nothing off those under way before it") {
  const test::TempDir folder;
  Device device(folder.path());
  Counter counter(device, 2);
  CHECK(counter.admit(kMorning));
  CHECK(counter.admit(kMorning + 10));
  counter.under_way.pop_back();
  CHECK(counter.admit(kMorning + 20));
  CHECK_FALSE(counter.admit(kMorning + 30));
}

TEST_CASE("account guard: an act dated ahead, far back or under a wrong clock leaves the limits of every other day in force") {
  const test::TempDir folder;
  Device device(folder.path());
  Counter counter(device, 2);
  constexpr std::int64_t kDay = 86'400;
  for (const std::int64_t elsewhere :
       {kMorning + kDay, kMorning - kDay, kMorning - 5000 * kDay, std::int64_t{0}, -kDay, std::int64_t{4'070'908'800}}) {
    CHECK(counter.admit(elsewhere));
  }
  CHECK(counter.admit(kMorning));
  CHECK(counter.admit(kMorning + 10));
  CHECK_FALSE(counter.admit(kMorning + 20));
  // And that day has its own.
  CHECK(counter.admit(kMorning + kDay - 1));
  CHECK_FALSE(counter.admit(kMorning + kDay + 1));
}

TEST_CASE("account guard: acts that come in any order, from several sources, count alike") {
  const test::TempDir folder;
  Device device(folder.path());
  SUBCASE("each before the last one") {
    Counter counter(device, 3);
    for (std::int64_t i = 0; i < 3; ++i) CHECK(counter.admit(kMorning - i * 10));
    CHECK_FALSE(counter.admit(kMorning - 40));
    CHECK_FALSE(counter.admit(kMorning - 5));
    CHECK_FALSE(counter.admit(kMorning + 40));
  }
  SUBCASE("too near to one that came earlier and was done later") {
    Counter counter(device, 1000);
    counter.methodology.limits.account_min_interval_s = 60;
    CHECK(counter.admit(kMorning + 600));
    CHECK_FALSE(counter.admit(kMorning + 541));
    CHECK(counter.admit(kMorning + 540));
    CHECK_FALSE(counter.admit(kMorning + 570));
    CHECK_FALSE(counter.admit(kMorning + 540));
    // Two that overlap, as rides of a family on one account do, are each other's neighbours by their begin alone.
    CHECK(counter.admit(kMorning + 480));
  }
  SUBCASE("across midnight") {
    Counter counter(device, 1000);
    counter.methodology.limits.account_min_interval_s = 60;
    const std::int64_t midnight = 20'001 * 86'400;
    CHECK(counter.admit(midnight));
    CHECK_FALSE(counter.admit(midnight - 1));
    CHECK(counter.admit(midnight - 60));
  }
  SUBCASE("at the same second") {
    Counter counter(device, 2);
    CHECK(counter.admit(kMorning));
    CHECK(counter.admit(kMorning));
    CHECK_FALSE(counter.admit(kMorning));
  }
}

TEST_CASE("account guard: what is read back from the store counts in any order, too") {
  const test::TempDir folder;
  std::vector<outbox::AccountUse> uses;
  {
    Device device(folder.path());
    Counter counter(device, 3);
    // Under way together, the later one first; and one dated ahead.
    CHECK(counter.admit(kMorning + 100));
    CHECK(counter.admit(kMorning));
    CHECK(counter.admit(kMorning + 86'400));
    for (auto& reserved : counter.under_way) {
      uses = reserved.uses();
      store(device, uses);
      reserved.finish(true);
    }
  }
  Device again(folder.path());
  Counter counter(again, 3);
  CHECK(counter.admit(kMorning + 50));
  CHECK_FALSE(counter.admit(kMorning - 50));
  CHECK(counter.admit(kMorning + 86'410));
}

TEST_CASE("account guard: with a ride dated a day ahead the others of the day are still held to their limits") {
  const test::TempDir folder;
  Device device(folder.path());
  const auto take = [&](const std::string& event, std::int64_t begin) {
    event::Transaction trip = test::ride(event);
    trip.account_token = "anna";
    trip.begin = begin;
    trip.end = begin + 500;
    return device.submit(trip).get().value();
  };
  const std::int64_t now = device.clock().unix_seconds();
  REQUIRE(take("ahead", now + 80'000).claims.size() == 1);
  REQUIRE(take("first", now - 7'000).claims.size() == 1);
  const auto near = take("near", now - 7'030);
  CHECK(near.claims.empty());
  REQUIRE(near.unclaimed.size() == 1);
  CHECK(near.unclaimed[0].reason == "the same account did it less than 60 s before or after");
  // A refund in between frees nothing: the act was done.
  REQUIRE(device.submit(test::taking_back(test::ride("back"), "back", "first")).get().ok());
  CHECK(take("near again", now - 7'040).claims.empty());
}

}  // namespace greentill::engine
