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
    const auto reason = guard.admit(sale, methodology, now, reserved);
    REQUIRE(reason.ok());
    CHECK(reason->empty() == (token.empty() || !reserved.uses().empty() || !methodology.limits.account_events_per_day));
    if (!reserved.uses().empty()) under_way.push_back(std::move(reserved));
    return reason->empty();
  }

  AccountGuard guard;
  measure::Methodology methodology;
  std::int64_t now = kMorning + 3600;
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

TEST_CASE("account guard: a date in the future is neither counted nor in the way of what comes after") {
  const test::TempDir folder;
  Device device(folder.path());
  Counter counter(device, 2);
  CHECK(counter.under_way.empty());
  const std::int64_t year_2099 = 4'070'908'800;
  event::Transaction sale;
  sale.begin = sale.end = year_2099;
  sale.account_token = "anna";
  AccountGuard::Reservation reserved(counter.guard);
  CHECK(counter.guard.admit(sale, counter.methodology, counter.now, reserved).value().empty());
  CHECK(reserved.uses().empty());
  // Stored under a clock that ran ahead as well.
  counter.now = year_2099;
  CHECK(counter.admit(year_2099));
  counter.now = kMorning + 3600;
  CHECK(counter.admit(kMorning));
  CHECK(counter.admit(kMorning + 10));
  CHECK_FALSE(counter.admit(kMorning + 20));
}

}  // namespace greentill::engine
