// SPDX-License-Identifier: Apache-2.0
// What campaigns add out of budgets, and credit that lapses. docs/credit-service.md, "Campaigns" and "Lapsing".
#include <doctest/doctest.h>

#include "tests/unit/credit-service/people.hpp"
#include "tools/credit-service/bookkeeping/vouchers.hpp"

namespace greentill::test::campaigns_test {
namespace {

using namespace credit;

const std::string kHead =
    "name = \"test\"\nzone = \"UTC\"\n[shares]\ncustomer = \"0.70\"\nmerchant = \"0.20\"\noperator = "
    "\"0.10\"\n[[activity]]\nname "
    "= \"ride.bike.shared\"\ngrant = \"measured\"\n";

std::string campaign(const std::string& terms, const std::string& days = "begin = \"2020-01-01\"\nend = \"2090-12-31\"\n") {
  return kHead + "[[campaign]]\nname = \"bike week\"\nbudget = \"bike-week\"\nactivities = [\"ride.bike.shared\"]\n" + days +
         terms;
}

std::string error_of(const std::string& text) {
  const auto programme = Programme::parse(text, "p.toml", crypto::hasher());
  return programme ? "" : programme.error().message;
}

/// Pays into a budget.
void fund(Clerkship& clerk, const std::string& from, std::int64_t mg) {
  ok(clerk.store->transact([&]() -> Status {
    Store& store = *clerk.store;
    Accounts accounts(store, store.accounts(), clerk.random, clerk.office.hasher, clerk.office.clock.now);
    Vouchers vouchers(store, store.bookkeeping(), store.accounts(), accounts, clerk.office.clock.now);
    const Voucher one = got(vouchers.propose(Voucher::Kind::funding, from, "budget/bike-week", mg, "bike week", "anna"));
    got(vouchers.approve(one.no, "ben"));
    return Done{};
  }));
}

std::int64_t left(Clerkship& clerk) {
  const auto budgets = got(clerk.store->bookkeeping().budgets());
  return budgets.empty() ? 0 : budgets.front().mg;
}

/// Looks as often as there is something to do, a day later, in which workers took batches in each hour.
void look(RidersOffice& office) {
  const auto store = got(office.open_store());
  for (int hour = 0; hour < 26; ++hour) {
    ok(store->note_hour(office.clock.now / 3'600));
    office.clock.now += 3'600;
  }
  for (int i = 0; i < 50; ++i) {
    office.clock.now += 1;
    got(office.desk.clerk().tick());
  }
}

}  // namespace

TEST_CASE("campaigns: what is wrong of one is said with its key") {
  CHECK(error_of(campaign("share = \"0.5\"\n")) == "");
  CHECK(error_of(campaign("fixed_mg = 500\nmerchants = [\"city-bikes\"]\n")) == "");
  const std::pair<std::string, std::string> wrong[] = {
      {campaign(""), "needs \"share\" above 0"},
      {campaign("share = \"0.5\"\nfixed_mg = 5\n"), "and not both"},
      {campaign("share = \"101\"\n"), "at most \"100\""},
      {campaign("share = \"0.5\"\n", "begin = \"2026-02-30\"\nend = \"2026-03-01\"\n"), "is no date"},
      {campaign("share = \"0.5\"\n", "begin = \"2026-03-02\"\nend = \"2026-03-01\"\n"), "lies before"},
      {campaign("share = \"0.5\"\nmerchants = []\n"), "without the key the campaign is for all"},
      {campaign("share = \"0.5\"\nbonus = 1\n"), "bonus"},
      {campaign("share = \"0.5\"\n") +
           "[[campaign]]\nname = \"bike week\"\nbudget = \"b\"\nactivities = [\"ride.bike.shared\"]\nbegin = "
           "\"2026-01-01\"\nend = \"2026-01-01\"\nfixed_mg = 1\n",
       "stands twice"},
  };
  for (const auto& [text, part] : wrong) CHECK_MESSAGE(error_of(text).find(part) != std::string::npos, error_of(text));
  std::string other = campaign("fixed_mg = 1\n");
  other.replace(other.find("[\"ride.bike.shared\"]"), 20, "[\"ride.tram\"]");
  CHECK_MESSAGE(error_of(other).find("'campaign[0].activities' is no activity of this programme") != std::string::npos,
                error_of(other));
}

TEST_CASE("campaigns: days are the programme's, both ends included, and the first one that fits counts") {
  const std::string text = campaign("share = \"0.5\"\n", "begin = \"2026-05-04\"\nend = \"2026-05-10\"\n") +
                           "[[campaign]]\nname = \"may\"\nbudget = \"may\"\nactivities = [\"ride.bike.shared\"]\nbegin = "
                           "\"2026-05-01\"\nend = \"2026-05-31\"\nfixed_mg = 7\nmerchants = [\"cafe\"]\n";
  const auto programme = got(Programme::parse(text, "p.toml", crypto::hasher()));
  const auto name = [&](std::int64_t day, const char* merchant) {
    const Campaign* one = programme.campaign_for("ride.bike.shared", merchant, day);
    return one == nullptr ? std::string() : one->name;
  };
  CHECK(name(20260503, "bikes").empty());
  CHECK(name(20260504, "bikes") == "bike week");
  CHECK(name(20260510, "cafe") == "bike week");
  CHECK(name(20260511, "cafe") == "may");
  CHECK(name(20260511, "bikes").empty());
  CHECK(programme.campaigns()[0].bonus(1'001) == 500);
  CHECK(programme.campaigns()[1].bonus(1'001) == 7);
  CHECK(programme.campaigns()[1].bonus(0) == 0);
}

TEST_CASE("campaigns: a budget pays as long as it has something, and has again what is taken back") {
  const std::string text = campaign("fixed_mg = 1_000\n");
  RidersOffice office(text.c_str());
  Clerkship clerk(office);
  const auto anna = clerk.open();
  const auto earned = [&] { return clerk.credit_of(anna.account.id).balance; };
  std::int64_t own = office.ride(anna.token, 2);  // nobody paid in yet
  CHECK(earned() == own);
  fund(clerk, "sponsor/town", 2'500);
  CHECK(left(clerk) == 2'500);
  for (int i = 0; i < 2; ++i) own += office.ride(anna.token, 2);
  CHECK(earned() == own + 2'000);
  CHECK(left(clerk) == 500);
  own += office.ride(anna.token, 2);
  CHECK(earned() == own + 2'500);
  CHECK(left(clerk) == 0);
  own += office.ride(anna.token, 2);
  CHECK(earned() == own + 2'500);
  CHECK(office.desk.wrong() == "");
  office.take_back(4);  // which got the last 500
  CHECK(left(clerk) == 500);
  CHECK(earned() == own * 4 / 5 + 2'000);
  CHECK(office.desk.wrong() == "");
  CHECK(office.desk.report().accounts.at("sponsor") == -2'500);
}

TEST_CASE("campaigns: a part that is taken back lowers what goes with it, and a merchant may pay") {
  const std::string text = campaign("share = \"0.5\"\n");
  RidersOffice office(text.c_str());
  Clerkship clerk(office);
  const auto anna = clerk.open();
  const auto ben = clerk.open();
  const std::int64_t shared = office.ride(ben.token, 1'000);
  office.wait();
  const auto merchant = got(got(office.open_store())->account("merchant", "merchant", 0));
  const std::int64_t had = got(got(office.open_store())->balance(merchant));
  REQUIRE(had > 1'000);
  fund(clerk, "merchant/merchant", 1'000);
  CHECK(got(got(office.open_store())->balance(merchant)) == had - 1'000);
  const std::int64_t own = office.ride(anna.token, 2);
  const std::int64_t bonus = clerk.credit_of(anna.account.id).balance - own;
  CHECK(bonus == std::min<std::int64_t>(1'000, office.programme.campaigns()[0].bonus(own * 10 / 7)));
  CHECK(clerk.credit_of(ben.account.id).balance == shared);
  CHECK(left(clerk) == 1'000 - bonus);
  office.take_back(2, 1'000);  // half of it
  const std::int64_t rest = clerk.credit_of(anna.account.id).balance;
  CHECK(rest > 0);
  CHECK(rest < own + bonus);
  CHECK(left(clerk) > 1'000 - bonus);
  CHECK(left(clerk) < 1'000);
  office.take_back(2);
  CHECK(clerk.credit_of(anna.account.id).balance == 0);
  CHECK(left(clerk) == 1'000);
  CHECK(office.desk.wrong() == "");
}

TEST_CASE("campaigns: a bonus that was spent and is taken back is not paid again: its budget bounds a campaign") {
  const std::string text = campaign("fixed_mg = 3_000\n");
  RidersOffice office(text.c_str());
  Clerkship clerk(office);
  offer_trees(clerk);
  const auto anna = clerk.open();
  fund(clerk, "sponsor/town", 3'000);
  const std::int64_t own = office.ride(anna.token, 2);
  office.wait();
  REQUIRE(clerk.credit_of(anna.account.id).spendable == own + 3'000);
  const auto order = got(clerk.result([&](auto&, auto&, Orders& orders, auto&...) {
    return orders.place({"k1", "saxaul", "", 3, 2026, {{anna.account.id, 0}}});
  }));
  got(clerk.result([&](auto&, auto&, Orders& orders, auto&...) { return orders.agree(order.no, anna.account.id); }));
  office.take_back(1);
  CHECK(clerk.credit_of(anna.account.id).balance == 0);
  CHECK(left(clerk) == 0);  // it made up for what the customer had spent
  CHECK(office.desk.report().accounts["loss"] == 0);
  CHECK(office.desk.wrong() == "");
  const std::int64_t next = office.ride(anna.token, 2);
  CHECK(clerk.credit_of(anna.account.id).balance == next);
  CHECK(left(clerk) == 0);
  CHECK(office.desk.wrong() == "");
}

TEST_CASE("campaigns: nobody's claims get none, and a programme that comes later changes nothing of what was granted") {
  const std::string text = campaign("fixed_mg = 1_000\n");
  RidersOffice office(text.c_str());
  Clerkship clerk(office);
  fund(clerk, "sponsor/town", 10'000);
  office.nobodys_ride(2);
  CHECK(left(clerk) == 10'000);
  const auto anna = clerk.open();
  const std::int64_t own = office.ride(anna.token, 2);
  CHECK(left(clerk) == 9'000);
  office.change_programme(kHead.c_str());
  Desk later(office);
  CHECK(later.wrong() == "");
  CHECK(clerk.credit_of(anna.account.id).balance == own + 1'000);
  office.take_back(2, 0, &later);
  CHECK(left(clerk) == 10'000);
  CHECK(later.wrong() == "");
}

TEST_CASE("campaigns: what is spoilt of a bonus is found") {
  const std::string text = campaign("fixed_mg = 1_000\n");
  RidersOffice office(text.c_str());
  Clerkship clerk(office);
  const auto anna = clerk.open();
  fund(clerk, "sponsor/town", 1'500);
  office.ride(anna.token, 2);
  CHECK(office.desk.wrong() == "");
  SUBCASE("a budget below zero") {
    spoil(office, "UPDATE accounts SET balance = balance - 1000 WHERE kind = 'budget'");
    CHECK(office.desk.wrong().find("budgets paid more than they had, or sponsors took") != std::string::npos);
  }
  SUBCASE("another voucher than was booked") {
    spoil(office, "UPDATE vouchers SET mg = mg + 1");
    CHECK(office.desk.wrong().find("what sponsors gave is not what stands so") != std::string::npos);
  }
  SUBCASE("another budget than the campaign's") {
    spoil(office, "UPDATE accounts SET name = 'other' WHERE kind = 'budget'");
    CHECK(office.desk.wrong().find("claims are not booked as granted and shared") != std::string::npos);
  }
}

TEST_CASE("lapsing: what is not spent in its months goes, the oldest first, and what came since stays") {
  const std::string text = "lapse_months = 3\n" + kHead;
  CHECK(error_of("lapse_months = 1\nrest_days = 30\n" + kHead).find("would lapse before it could be spent") != std::string::npos);
  CHECK(error_of("lapse_months = 0\n" + kHead).find("lapse_months") != std::string::npos);
  RidersOffice office(text.c_str());
  Clerkship clerk(office);
  offer_trees(clerk);
  const auto anna = clerk.open();
  look(office);  // from then on it is looked
  const std::int64_t old = office.ride(anna.token, 60);
  office.clock.now += 70 * 86'400;
  const std::int64_t young = office.ride(anna.token, 20);
  look(office);
  CHECK(clerk.credit_of(anna.account.id).balance == old + young);  // not over yet
  SUBCASE("all of the old") {
    office.clock.now += 62 * 86'400;
    look(office);
    CHECK(clerk.credit_of(anna.account.id).balance == young);
    office.clock.now += 32 * 86'400;
    look(office);
    CHECK(clerk.credit_of(anna.account.id).balance == young);
    office.clock.now += 62 * 86'400;
    look(office);
    CHECK(clerk.credit_of(anna.account.id).balance == 0);
    CHECK(office.desk.report().accounts.at("lapsed") == old + young);
  }
  SUBCASE("what was spent was of the oldest") {
    office.wait();
    const auto order = got(clerk.result([&](auto&, auto&, Orders& orders, auto&...) {
      return orders.place({"k1", "saxaul", "", 2, 2026, {{anna.account.id, 0}}});
    }));
    got(clerk.result([&](auto&, auto&, Orders& orders, auto&...) { return orders.agree(order.no, anna.account.id); }));
    office.clock.now += 42 * 86'400;
    look(office);
    CHECK(clerk.credit_of(anna.account.id).balance == young);
    CHECK(office.desk.report().accounts.at("lapsed") == old - 2'000);
  }
  SUBCASE("what comes back from an order is as old as before") {
    office.wait();
    const auto order = got(clerk.result([&](auto&, auto&, Orders& orders, auto&...) {
      return orders.place({"k1", "saxaul", "", 2, 2026, {{anna.account.id, 0}}});
    }));
    office.clock.now += 6 * 86'400;
    got(clerk.result([&](auto&, auto&, Orders& orders, auto&...) { return orders.cancel(order.no); }));
    office.clock.now += 36 * 86'400;
    look(office);
    CHECK(clerk.credit_of(anna.account.id).balance == young);
  }
  CHECK(office.desk.wrong() == "");
}

TEST_CASE(
    "lapsing: all purses of an account are looked at together, and what is taken back of lapsed credit is not taken twice") {
  const std::string text = "lapse_months = 3\n" + kHead;
  RidersOffice office(text.c_str());
  Clerkship clerk(office);
  offer_trees(clerk);
  const auto anna = clerk.open();
  const std::string second = got(clerk.result([&](Accounts& accounts, auto&...) { return accounts.add_token(anna.account.id); }));
  look(office);
  const auto balance = [&] { return clerk.credit_of(anna.account.id).balance; };
  SUBCASE("young credit in the first purse, old in the second") {
    office.ride(anna.token, 1);
    const std::int64_t old = office.ride(second, 60);
    office.clock.now += 70 * 86'400;
    const std::int64_t young = office.ride(anna.token, 60);
    office.wait();
    const auto order = got(clerk.result([&](auto&, auto&, Orders& orders, auto&...) {
      return orders.place({"k1", "saxaul", "", 3, 2026, {{anna.account.id, 0}}});  // of the first purse
    }));
    got(clerk.result([&](auto&, auto&, Orders& orders, auto&...) { return orders.agree(order.no, anna.account.id); }));
    REQUIRE(old + young > 3'000);
    office.clock.now += 42 * 86'400;
    look(office);
    CHECK(balance() == young);
  }
  SUBCASE("taken back after it lapsed") {
    const std::int64_t old = office.ride(anna.token, 60);
    office.clock.now += 70 * 86'400;
    const std::int64_t young = office.ride(anna.token, 20);
    office.clock.now += 62 * 86'400;
    look(office);
    REQUIRE(balance() == young);
    office.take_back(1);
    CHECK(balance() == young);
    CHECK(office.desk.report().accounts.at("lapsed") == 0);
    office.take_back(2);
    CHECK(balance() == 0);
    CHECK(old > 0);
  }
  SUBCASE("by a clock that is a year ahead nothing lapses at once") {
    const std::int64_t old = office.ride(anna.token, 60);
    office.clock.now += 400 * 86'400;
    for (int i = 0; i < 50; ++i) {
      office.clock.now += 1;
      got(office.desk.clerk().tick());
    }
    CHECK(balance() == old);
    look(office);
    look(office);
    CHECK(balance() == 0);
    CHECK(office.log.says("lapsed that nobody had spent, of 1 account"));
  }
  CHECK(office.desk.wrong() == "");
}

TEST_CASE("lapsing: what is spoilt of it is found") {
  const std::string text = "lapse_months = 3\n" + kHead;
  RidersOffice office(text.c_str());
  Clerkship clerk(office);
  const auto anna = clerk.open();
  look(office);
  office.ride(anna.token, 60);
  office.clock.now += 150 * 86'400;
  look(office);
  REQUIRE(clerk.credit_of(anna.account.id).balance == 0);
  REQUIRE(office.desk.wrong() == "");
  SUBCASE("another amount") {
    spoil(office, "UPDATE accounts SET balance = balance + 1 WHERE kind = 'lapsed'");
    CHECK(office.desk.wrong().find("what lapsed is not what left purses so") != std::string::npos);
  }
  SUBCASE("another kind of booking") {
    spoil(office, "UPDATE bookings SET kind = 4 WHERE kind = 6");
    CHECK(office.desk.wrong().find("credit lapsed that was in no purse") != std::string::npos);
  }
}

}  // namespace greentill::test::campaigns_test
