// SPDX-License-Identifier: Apache-2.0
// What programmes would grant for the same acts, side by side. docs/credit-service.md, "Settling by another programme".
#include <doctest/doctest.h>

#include <algorithm>
#include <numeric>
#include <random>
#include <sstream>

#include "daemon/base/file.hpp"
#include "tests/unit/credit-service/people.hpp"
#include "tools/credit-service/cli/commands.hpp"
#include "tools/credit-service/programme/settlement.hpp"

namespace greentill::test::settlement_test {
namespace {

using namespace credit;

std::string programme_of(const std::string& grant, const std::string& zone = "UTC") {
  return "name = \"test\"\nzone = \"" + zone +
         "\"\n[shares]\ncustomer = \"0.70\"\nmerchant = \"0.20\"\noperator = \"0.10\"\n[[activity]]\nname = "
         "\"ride.bike.shared\"\n" +
         grant;
}

Programme parsed(const std::string& text) { return got(Programme::parse(text, "test", crypto::hasher())); }

constexpr std::int64_t kNoon = 1'795'521'600;  // 2026-11-24 12:00 UTC
constexpr std::int64_t kDay = 86'400;

Settlement::Line only(const Settlement& settlement) {
  const auto lines = settlement.lines();
  REQUIRE(lines.size() == 1);
  return lines.begin()->second;
}

}  // namespace

TEST_CASE("settlement: limits hold for a day and a month of each account, in whatever order acts come") {
  const Programme programme = parsed(programme_of("grant = \"measured\"\nlimit_per_day_mg = 100\nlimit_per_month_mg = 250\n"));
  struct Act {
    std::int64_t mg = 0, ended = 0;
    std::string holder;
  };
  std::vector<Act> acts{
      {60, kNoon, "anna"}, {60, kNoon + 60, "anna"}, {90, kNoon + kDay, "anna"},     {90, kNoon + 2 * kDay, "anna"},
      {30, kNoon, "ben"},  {500, kNoon, ""},         {200, kNoon + 8 * kDay, "anna"}};
  // anna: 100 + 90 + 60 of the month's 250, and 100 in December; ben 30; nobody's 500.
  std::mt19937 shuffle(7);
  for (int i = 0; i < 20; ++i) {
    std::ranges::shuffle(acts, shuffle);
    Settlement settlement(programme);
    for (const Act& act : acts) settlement.add("ride.bike.shared", act.mg, act.ended, act.holder);
    settlement.add("ride.unknown", 1'000, kNoon, "anna");
    const Settlement::Line line = only(settlement);
    CHECK(line.acts == acts.size());
    CHECK(line.granted_mg == 250 + 100 + 30 + 500);
    CHECK(line.cut_mg == 50 + 100);
  }
}

TEST_CASE("settlement: a fixed grant is for what was measured at all, by the programme's own days") {
  const Programme programme = parsed(programme_of("grant = \"fixed\"\nfixed_mg = 52\nlimit_per_day_mg = 104\n", "Asia/Shanghai"));
  Settlement settlement(programme);
  // 15:30 and 16:30 UTC are two days there.
  for (const std::int64_t at : {12'600, 12'610, 12'620, 16'200}) settlement.add("ride.bike.shared", 1, kNoon + at, "anna");
  settlement.add("ride.bike.shared", 0, kNoon, "anna");
  const Settlement::Line line = only(settlement);
  CHECK(line.acts == 4);
  CHECK(line.granted_mg == 156);
  CHECK(line.cut_mg == 52);
}

TEST_CASE("settlement: a ledger's acts by its own programme are what it granted, and by another what that would") {
  const std::string own = programme_of("grant = \"measured\"\nlimit_per_day_mg = 900\n", "Europe/Helsinki");
  RidersOffice office(own.c_str());
  Clerkship clerk(office);
  const auto anna = clerk.open();
  const auto second =
      got(clerk.result([&](credit::Accounts& accounts, auto&...) { return accounts.add_token(anna.account.id); }));
  for (const std::int64_t km : {2, 3, 5}) office.ride(anna.token, km);
  office.ride(second, 4);
  office.ride("LOYALTY-1", 6);
  office.bearer_ride(Bytes<16>{9}, 7);
  office.take_back(5);
  ok(write_file_durably(office.folder / "programme.toml", own, 0644));
  ok(write_file_durably(office.folder / "fixed.toml", programme_of("grant = \"fixed\"\nfixed_mg = 46\n"), 0644));
  const std::string database =
      office.url().empty() ? "database = \"ledger.db\"" : "database = \"" + office.url() + "\"\njournal = \"ledger.db\"";
  ok(write_file_durably(office.folder / "credit.toml",
                        database + "\nmethodologies = \"" GREENTILL_SOURCE_DIR
                                   "/config/methodologies\"\nprogramme = \"programme.toml\"\n[broker]\n"
                                   "server = \"mqtts://localhost:1\"\nshare_group = \"none\"\nauthorities = "
                                   "\"none\"\ncertificate = \"none\"\nkey = \"none\"\n",
                        0644));
  const std::int64_t year = office.programme.calendar().local(office.clock.now - 3'600).day / 10'000;
  const auto settled = [&](std::int64_t of, bool csv = false) {
    std::ostringstream out;
    ok(settle(office.folder / "credit.toml", {of, {(office.folder / "fixed.toml").string()}, csv}, Output{!csv, out}));
    return out.str();
  };
  const auto json = nlohmann::json::parse(settled(year));
  const auto report = office.desk.report();
  CHECK(json["programmes"][0]["granted_mg"] == -report.accounts.at("issuance"));
  CHECK(json["programmes"][0]["cut_mg"] > 0);
  CHECK(json["programmes"][0]["customers_mg"].get<std::int64_t>() + json["programmes"][0]["merchants_mg"].get<std::int64_t>() +
            json["programmes"][0]["operator_mg"].get<std::int64_t>() ==
        json["programmes"][0]["granted_mg"]);
  CHECK(json["programmes"][1]["programme"] == "fixed");
  CHECK(json["programmes"][1]["granted_mg"] == 5 * 46);
  CHECK(json["activities"]["ride.bike.shared"]["acts"] == 5);
  // What a limit cut is not granted later by a ledger that took back what filled it; as the acts stand now it would be.
  office.take_back(2);
  CHECK(nlohmann::json::parse(settled(year))["programmes"][0]["granted_mg"] > -office.desk.report().accounts.at("issuance"));
  CHECK(nlohmann::json::parse(settled(year - 1))["activities"].empty());
  CHECK(settled(year, true)
            .starts_with("activity,acts,measured_mg,programme_granted_mg,programme_cut_mg,fixed_granted_mg,fixed_cut_mg\r\n"));
  std::ostringstream none;
  CHECK(
      refusal(settle(office.folder / "credit.toml", {year, {"/nowhere.toml"}, false}, Output{true, none})).find("--programme") ==
      0);
}

}  // namespace greentill::test::settlement_test
