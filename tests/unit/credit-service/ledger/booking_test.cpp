// SPDX-License-Identifier: Apache-2.0
// What is granted, to whom, within which limits.
#include <algorithm>
#include <limits>

#include "daemon/claim/nullifier.hpp"
#include "daemon/crypto/hasher.hpp"
#include "tests/unit/credit-service/office.hpp"

using namespace greentill;
using namespace greentill::test;

namespace {

constexpr std::int64_t kRide = 167;  // mg credited for 2,000 m of the test's methodology

std::string programme_with(const std::string& rule, const std::string& shares = {}) {
  return "name = \"test\"\nzone = \"Europe/Helsinki\"\n[shares]\n" +
         (shares.empty() ? std::string("customer = \"0.70\"\nmerchant = \"0.20\"\noperator = \"0.10\"\n") : shares) + rule;
}

// 2 x 167 mg fit into a day, 4 into a month.
const std::string kLimited = programme_with(
    "[[activity]]\nname = \"ride.bike.shared\"\ngrant = \"measured\"\nlimit_per_day_mg = 334\nlimit_per_month_mg = 668\n");

/// The rides that follow belong to this account, by a token that travels with them or by its hash alone.
ChainBuilder::Edit for_account(const ChainBuilder::Edit& edit, const claim::AccountHint& hint) {
  return [edit, hint](claim::Claim& claim) {
    if (edit) edit(claim);
    auto& ride = std::get<claim::Reduction>(claim.entry);
    ride.attribution = {claim::Attribution::Kind::account, claim::account_hash(crypto::Hasher(), hint)};
  };
}

struct Shop {
  explicit Shop(const char* programme = kPlainProgramme) : office(programme), chain(office.enrol("dock-7")), desk(office) {
    // Behind all that happens here, wherever the machine's clock is.
    office.clock.now = std::max<std::int64_t>(office.clock.now, 1'798'761'600);
    chain.add_start();
    send();
  }
  /// What has not been sent yet, and the answer to it.
  Answered send() {
    const auto batch = slice(chain.messages(), sent, chain.messages().size());
    sent = chain.messages().size();
    return desk.take("dock-7", batch);
  }
  std::int64_t ride_of(const claim::AccountHint& hint, const ChainBuilder::Edit& edit) {
    chain.account = hint;
    chain.add_ride(2000, for_account(edit, hint));
    chain.account.reset();
    return send().granted.at(chain.messages().size());
  }
  std::int64_t account(const std::string& kind) { return desk.report().accounts[kind]; }

  Office office;
  ChainBuilder chain;
  Desk desk;
  std::size_t sent = 0;
};

const claim::AccountHint kAnna{{1}, "anna"};
const claim::AccountHint kAnnaSaltedAnew{{2}, "anna"};
const claim::AccountHint kBen{{3}, "ben"};

std::int64_t unix_time(const char* utc) {
  std::tm fields{};
  REQUIRE(strptime(utc, "%Y-%m-%d %H:%M", &fields) != nullptr);
  return timegm(&fields);
}

}  // namespace

TEST_CASE("a measured ride is granted as claimed and shared by largest remainder") {
  Shop shop;
  shop.chain.add_ride(2000, of_event(1));
  const Answered answered = shop.send();
  CHECK(answered.up_to == 2);
  CHECK(answered.granted == std::map<std::uint64_t, std::int64_t>{{2, kRide}});
  // 116.9, 33.4 and 16.7: one mg each is left for the largest remainders, 0.9 and 0.7.
  CHECK(shop.account("issuance") == -167);
  CHECK(shop.account("unattributed") == 117);
  CHECK(shop.account("merchant") == 33);
  CHECK(shop.account("operator") == 17);
  CHECK(shop.desk.wrong().empty());
}

TEST_CASE("the customer's share goes where the attribution says") {
  Shop shop;
  CHECK(shop.ride_of(kAnna, of_event(1)) == kRide);
  shop.chain.add_ride(2000, for_account(of_event(2), kBen));  // without its token
  shop.chain.add_ride(2000, [](claim::Claim& claim) {
    of_event(3)(claim);
    std::get<claim::Reduction>(claim.entry).attribution = {claim::Attribution::Kind::bearer, event(99)};
  });
  CHECK(shop.send().granted.size() == 2);
  CHECK(shop.account("customer") == 117);
  CHECK(shop.account("hashed") == 117);
  CHECK(shop.account("bearer") == 117);
  CHECK(shop.account("unattributed") == 0);
  CHECK(shop.desk.wrong().empty());
}

TEST_CASE("a token that does not make the hash is malformed") {
  Shop shop;
  shop.chain.account = kBen;
  shop.chain.add_ride(2000, for_account(of_event(1), kAnna));
  shop.chain.add_ride(2000, of_event(2));  // a token where no account is named
  const Answered answered = shop.send();
  CHECK(answered.reason(2) == "malformed");
  CHECK(answered.reason(3) == "malformed");
  CHECK(shop.account("issuance") == 0);
}

TEST_CASE("an activity that the programme does not name is accepted and granted nothing") {
  const std::string text = programme_with("[[activity]]\nname = \"ride.metro\"\ngrant = \"measured\"\n");
  Shop shop(text.c_str());
  shop.chain.add_ride(2000, of_event(1));
  const Answered answered = shop.send();
  CHECK(answered.reason(2) == "accepted");
  CHECK(answered.granted.at(2) == 0);
  CHECK(shop.desk.wrong().empty());
}

TEST_CASE("a fixed grant does not depend on what was measured, but needs some of it") {
  const std::string text = programme_with("[[activity]]\nname = \"ride.bike.shared\"\ngrant = \"fixed\"\nfixed_mg = 46_000\n");
  Shop shop(text.c_str());
  shop.chain.add_ride(2000, of_event(1));
  shop.chain.add_ride(9000, of_event(2));
  shop.chain.add_ride(1, of_event(3));  // 0.1 mg: nothing is credited
  const Answered answered = shop.send();
  CHECK(answered.granted.at(2) == 46'000);
  CHECK(answered.granted.at(3) == 46'000);
  CHECK(answered.granted.at(4) == 0);
}

TEST_CASE("what a methodology without a limit credits is granted so far that the books can be added up") {
  Shop shop;
  for (std::uint32_t i = 1; i <= 30; ++i) shop.chain.add_ride(5'000'000'000'000'000'000, of_event(i));
  constexpr std::int64_t kMost = std::int64_t{1} << 40;
  CHECK(shop.send().granted.at(2) == kMost);
  CHECK(shop.desk.report().granted_mg == 30 * kMost);
  CHECK(shop.account("issuance") == -30 * kMost);
  CHECK(shop.desk.wrong() == "");
}

TEST_CASE("an account's limit is shared by its claims of a day and a month") {
  Shop shop(kLimited.c_str());
  const std::int64_t noon = unix_time("2026-03-10 10:00");
  std::uint32_t number = 0;
  const auto ride = [&](const claim::AccountHint& who, std::int64_t end) { return shop.ride_of(who, ended_at(++number, end)); };
  CHECK(ride(kAnna, noon) == kRide);
  CHECK(ride(kAnnaSaltedAnew, noon + 600) == kRide);
  CHECK(ride(kAnna, noon + 1200) == 0);
  CHECK(ride(kBen, noon) == kRide);  // an account of its own
  CHECK(ride(kAnna, noon + 86'400) == kRide);
  CHECK(ride(kAnna, noon + 2 * 86'400) == kRide);
  CHECK(ride(kAnna, noon + 3 * 86'400) == 0);  // the month's
  CHECK(ride(kAnna, noon + 30 * 86'400) == kRide);
  CHECK(shop.desk.wrong().empty());
}

TEST_CASE("what is left of a limit is granted") {
  const std::string text =
      programme_with("[[activity]]\nname = \"ride.bike.shared\"\ngrant = \"measured\"\nlimit_per_day_mg = 200\n");
  Shop shop(text.c_str());
  CHECK(shop.ride_of(kAnna, ended_at(1, unix_time("2026-03-10 10:00"))) == 167);
  CHECK(shop.ride_of(kAnna, ended_at(2, unix_time("2026-03-10 11:00"))) == 33);
  CHECK(shop.ride_of(kAnna, ended_at(3, unix_time("2026-03-10 12:00"))) == 0);
}

TEST_CASE("days and months begin at midnight of the programme's zone, summer time and all") {
  Shop shop(kLimited.c_str());
  std::uint32_t number = 0;
  const auto fill = [&](const char* utc) {
    const std::int64_t end = unix_time(utc);
    std::int64_t granted = 0;
    for (int i = 0; i < 3; ++i) granted += shop.ride_of(kAnna, ended_at(++number, end));
    return granted;
  };
  CHECK(fill("2026-01-15 21:59") == 334);  // 23:59 in Helsinki
  CHECK(fill("2026-01-15 22:00") == 334);  // 00:00 of the next day
  CHECK(fill("2026-06-15 20:59") == 334);  // summer time: UTC+3
  CHECK(fill("2026-06-15 21:00") == 334);
  CHECK(fill("2026-09-30 20:59") == 334);  // the last minute of September
  CHECK(fill("2026-09-30 21:00") == 334);  // October
  CHECK(shop.desk.wrong().empty());
}

TEST_CASE("an act that ends more than a day ahead is refused until that day, and makes no limit of its own") {
  constexpr std::int64_t kLast = std::numeric_limits<std::int64_t>::max();
  Shop shop(kLimited.c_str());
  const std::int64_t now = shop.office.clock.now;
  shop.chain.add_ride(2000, ended_at(1, now + 86'400));
  shop.chain.add_ride(2000, ended_at(2, now + 86'401));
  shop.chain.add_ride(2000, ended_at(3, kLast));
  const Answered answered = shop.send();
  CHECK(answered.reason(2) == "accepted");
  CHECK(answered.reason(3) == "in-the-future, later");
  CHECK(answered.reason(4) == "in-the-future, later");
  ++shop.office.clock.now;
  const Answered again = shop.desk.take("dock-7", slice(shop.chain.messages(), 2, 4));
  CHECK(again.reason(3) == "accepted");
  CHECK(again.reason(4) == "in-the-future, later");
  CHECK(shop.desk.wrong().empty());
}

TEST_CASE("neither a bearer nor the pool has limits") {
  Shop shop(kLimited.c_str());
  for (std::uint32_t i = 1; i <= 3; ++i) shop.chain.add_ride(2000, ended_at(i, unix_time("2026-03-10 10:00")));
  const Answered answered = shop.send();
  CHECK(answered.granted == std::map<std::uint64_t, std::int64_t>{{2, kRide}, {3, kRide}, {4, kRide}});
}

TEST_CASE("one event is granted once, whichever devices claim it") {
  Office office;
  ChainBuilder first(office.enrol("dock-7"));
  ChainBuilder second(office.enrol("dock-8"), "dock-8", 2);
  Desk desk(office);
  for (ChainBuilder* chain : {&first, &second}) {
    chain->add_start();
    chain->add_ride(2000, of_event(1));
    chain->add_ride(2000, of_event(1));
  }
  const Answered honest = desk.take("dock-7", first.messages());
  CHECK(honest.granted == std::map<std::uint64_t, std::int64_t>{{2, kRide}});
  CHECK(honest.reason(3) == "duplicate");
  const Answered late = desk.take("dock-8", second.messages());
  CHECK(late.up_to == 3);
  CHECK(late.reason(2) == "duplicate");
  CHECK(late.reason(3) == "duplicate");
  CHECK(desk.report().granted_mg == kRide);
  CHECK(desk.report().refused == std::map<std::string, std::uint64_t>{{"duplicate", 3}});
  CHECK(desk.wrong().empty());
}

TEST_CASE("a reversal gives back what its claim had used of the limits") {
  const std::string text =
      programme_with("[[activity]]\nname = \"ride.bike.shared\"\ngrant = \"measured\"\nlimit_per_day_mg = 200\n");
  Shop shop(text.c_str());
  const std::int64_t noon = unix_time("2026-03-10 10:00");
  CHECK(shop.ride_of(kAnna, ended_at(1, noon)) == 167);
  CHECK(shop.ride_of(kAnna, ended_at(2, noon)) == 33);
  shop.chain.add(reversal_of(1, 1500));  // 41 of 167 are left
  shop.send();
  CHECK(shop.ride_of(kAnna, ended_at(3, noon)) == 126);
  shop.chain.add(reversal_of(1));
  shop.chain.add(reversal_of(3));
  shop.chain.add(reversal_of(3));  // takes nothing back twice
  shop.send();
  CHECK(shop.ride_of(kAnna, ended_at(4, noon)) == 167);
  CHECK(shop.ride_of(kAnna, ended_at(5, noon)) == 0);
  // What had been cut to the limit is not granted more afterwards.
  CHECK(shop.desk.report().granted_mg == 33 + 167);
  CHECK(shop.desk.wrong().empty());
}

TEST_CASE("what a reversal takes back is what the claim's own programme gave") {
  Office office;
  ChainBuilder chain(office.enrol("dock-7"));
  chain.add_start();
  chain.add_ride(2000, of_event(1));
  chain.add_ride(2000, of_event(2));
  Desk(office).take("dock-7", chain.messages());
  const std::string changed = programme_with("[[activity]]\nname = \"ride.bike.shared\"\ngrant = \"fixed\"\nfixed_mg = 1000\n",
                                             "customer = \"0.10\"\nmerchant = \"0.10\"\noperator = \"0.80\"\n");
  office.change_programme(changed.c_str());
  Desk desk(office);
  chain.add(reversal_of(1));
  chain.add(reversal_of(2, 1500));
  chain.add_ride(2000, of_event(3));
  CHECK(desk.take("dock-7", slice(chain.messages(), 3, 6)).granted.at(6) == 1000);
  auto accounts = desk.report().accounts;
  CHECK(accounts["issuance"] == -41 - 1000);
  CHECK(accounts["unattributed"] == 29 + 100);
  CHECK(accounts["merchant"] == 8 + 100);
  CHECK(accounts["operator"] == 4 + 800);
  CHECK(desk.wrong().empty());
}
