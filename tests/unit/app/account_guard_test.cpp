// SPDX-License-Identifier: Apache-2.0
#include "daemon/app/account_guard.hpp"

#include "tests/unit/app/fixture.hpp"

namespace greentill::app {
namespace {

using test::Device;

constexpr std::int64_t kMorning = 20'000 * 86'400 + 6 * 3600;

struct Counter {
  Counter(Device& device, std::uint32_t events_a_day) : guard(device.reader(), Digest{7}) {
    methodology.activity = "cup.own";
    methodology.limits.account_events_per_day = events_a_day;
  }

  /// Whether the act is let through; what is let through is under way until settled.
  bool admit(std::int64_t begin, const std::string& token = "anna") {
    detect::Transaction sale;
    sale.begin = sale.end = begin;
    sale.account_token = token;
    std::vector<outbox::AccountUse> uses;
    const auto reason = guard.admit(sale, methodology, now, uses);
    REQUIRE(reason.ok());
    CHECK(reason->empty() == (token.empty() || !uses.empty() || !methodology.limits.account_events_per_day));
    if (!uses.empty()) last = uses;
    return reason->empty();
  }

  AccountGuard guard;
  measure::Methodology methodology;
  std::int64_t now = kMorning + 3600;
  std::vector<outbox::AccountUse> last;
};

void store(Device& device, const std::vector<outbox::AccountUse>& uses) {
  outbox::Unit unit;
  unit.aside.account_uses = uses;
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
  store(device, later.last);
  later.guard.settle(later.last, true);
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
  counter.guard.settle(counter.last, false);
  CHECK(counter.admit(kMorning));
}

TEST_CASE("account guard: one that is dropped takes nothing off those under way before it") {
  const test::TempDir folder;
  Device device(folder.path());
  Counter counter(device, 2);
  CHECK(counter.admit(kMorning));
  CHECK(counter.admit(kMorning + 10));
  counter.guard.drop(counter.last);
  CHECK(counter.admit(kMorning + 20));
  CHECK_FALSE(counter.admit(kMorning + 30));
}

TEST_CASE("account guard: a date in the future is neither counted nor in the way of what comes after") {
  const test::TempDir folder;
  Device device(folder.path());
  Counter counter(device, 2);
  CHECK(counter.last.empty());
  const std::int64_t year_2099 = 4'070'908'800;
  detect::Transaction sale;
  sale.begin = sale.end = year_2099;
  sale.account_token = "anna";
  std::vector<outbox::AccountUse> uses;
  CHECK(counter.guard.admit(sale, counter.methodology, counter.now, uses).value().empty());
  CHECK(uses.empty());
  // Stored under a clock that ran ahead as well.
  counter.now = year_2099;
  CHECK(counter.admit(year_2099));
  counter.now = kMorning + 3600;
  CHECK(counter.admit(kMorning));
  CHECK(counter.admit(kMorning + 10));
  CHECK_FALSE(counter.admit(kMorning + 20));
}

}  // namespace greentill::app
