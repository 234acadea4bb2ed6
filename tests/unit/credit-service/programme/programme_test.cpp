// SPDX-License-Identifier: Apache-2.0
// programme.toml: what it may say, how it shares, when its days begin.
#include <fstream>
#include <iterator>
#include <limits>
#include <random>

#include "daemon/crypto/hasher.hpp"
#include "tests/unit/credit-service/office.hpp"

using namespace greentill;
using namespace greentill::test;

namespace {

std::string replaced(std::string text, const std::string& what, const std::string& with) {
  const std::size_t at = text.find(what);
  REQUIRE(at != std::string::npos);
  return text.replace(at, what.size(), with);
}

Result<credit::Programme> parse(const std::string& text) { return credit::Programme::parse(text, "p.toml", crypto::Hasher()); }

std::string error_of(const std::string& text) {
  const auto programme = parse(text);
  return programme ? "" : programme.error().message;
}

credit::Programme shared(const std::string& customer, const std::string& merchant, const std::string& operator_share) {
  auto programme = parse("name = \"t\"\nzone = \"UTC\"\n[shares]\ncustomer = \"" + customer + "\"\nmerchant = \"" + merchant +
                         "\"\noperator = \"" + operator_share + "\"\n");
  REQUIRE(programme);
  return std::move(*programme);
}

}  // namespace

TEST_CASE("the standard of 2019 grants the grams and caps that its pages name") {
  std::ifstream file(std::string(GREENTILL_SOURCE_DIR) + "/config/programmes/ant-forest-2019.toml");
  const auto programme = parse({std::istreambuf_iterator<char>(file), {}});
  REQUIRE(programme);
  struct Told {
    const char* activity;
    std::int64_t grams, at_most;
    bool a_day;
  };
  for (const Told& told :
       {Told{"ride.metro", 52, 5, true}, Told{"ride.bus", 80, 0, true}, Told{"ride.rail.intercity", 136, 10, false},
        Told{"ticket.paperless", 180, 10, false}, Told{"bill.kiosk", 262, 10, false}, Told{"invoice.electronic", 5, 5, true},
        Told{"receipt.paperless", 5, 10, true}}) {
    CAPTURE(told.activity);
    const credit::Rule* rule = programme->rule_for(told.activity);
    REQUIRE(rule != nullptr);
    CHECK(rule->grant(1) == told.grams * 1'000);
    CHECK(rule->grant(0) == 0);
    const std::int64_t limit = told.at_most * told.grams * 1'000;
    CHECK(rule->limit_per_day_mg.value_or(0) == (told.a_day ? limit : 0));
    CHECK(rule->limit_per_month_mg.value_or(0) == (told.a_day ? 0 : limit));
  }
  CHECK(programme->split(52'000).customer == 52'000);
  CHECK(programme->rest_days() == 3);
}

TEST_CASE("the programme that is shipped is read, and grants for every methodology that is shipped") {
  std::ifstream file(std::string(GREENTILL_SOURCE_DIR) + "/config/programme.toml");
  const auto programme = parse({std::istreambuf_iterator<char>(file), {}});
  REQUIRE(programme);
  const auto library = measure::Library::load(std::string(GREENTILL_SOURCE_DIR) + "/config/methodologies", crypto::Hasher());
  REQUIRE(library);
  for (const measure::Methodology& methodology : library->all()) {
    CAPTURE(methodology.id);
    const credit::Rule* rule = programme->rule_for(methodology.activity);
    REQUIRE(rule != nullptr);
    CHECK(rule->has_limits());
    // Without a bound on one event, a rogue device could claim more than the ledger can add up.
    CHECK(methodology.limits.max_plausible.has_value());
    // Ceilings are of a day's acts: without an age they would be one for each day since the methodology holds.
    CHECK(rule->oldest_days.has_value());
    CHECK(rule->merchant_ceiling().has_value());
  }
}

TEST_CASE("a wrong programme is refused with file and key") {
  const std::string good = kPlainProgramme;
  const std::pair<std::string, std::string> wrong[] = {
      {replaced(good, "0.70", "0.71"), "shares"},
      {replaced(good, "0.70", "0.6999999"), "customer"},
      {replaced(good, "\"0.70\"", "0.70"), "customer"},
      {replaced(good, "0.70", "-0.70"), "customer"},
      {replaced(good, "0.70", "1.70"), "shares"},
      {replaced(good, "Europe/Helsinki", "Europe/Atlantis"), "zone"},
      {replaced(good, "measured", "guessed"), "grant"},
      {replaced(good, "\"measured\"", "\"fixed\""), "fixed_mg"},
      {good + "fixed_mg = 5\n", "fixed_mg"},
      {good + "limit_per_day_mg = -1\n", "limit_per_day_mg"},
      {good + "limit_per_day_mg = 1.5\n", "limit_per_day_mg"},
      {good + "limit_per_year_mg = 1\n", "limit_per_year_mg"},
      {good + "[[activity]]\nname = \"ride.bike.shared\"\ngrant = \"measured\"\n", "name"},
      {replaced(good, "name = \"test\"", ""), "name"},
  };
  CHECK(error_of(good).empty());
  for (const auto& [text, key] : wrong) {
    const std::string message = error_of(text);
    CAPTURE(message);
    CHECK(message.find("p.toml") != std::string::npos);
    CHECK(message.find(key) != std::string::npos);
  }
}

TEST_CASE("shares add up exactly, none is a milligram or more from its due, and the largest remainders are served first") {
  std::mt19937_64 random(3);
  for (int i = 0; i < 200; ++i) {
    const auto customer = static_cast<std::int64_t>(random() % 1'000'001);
    const auto merchant = static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(1'000'001 - customer));
    const std::int64_t ppm[] = {customer, merchant, 1'000'000 - customer - merchant};
    const auto text = [](std::int64_t value) {
      const std::string digits = std::to_string(1'000'000 + value % 1'000'000).substr(1);
      return std::to_string(value / 1'000'000) + "." + digits;
    };
    const credit::Programme programme = shared(text(ppm[0]), text(ppm[1]), text(ppm[2]));
    for (int j = 0; j < 100; ++j) {
      const auto mg = static_cast<std::int64_t>(random() >> (11 + random() % 53));
      const credit::Split split = programme.split(mg);
      const std::int64_t parts[] = {split.customer, split.merchant, split.operator_share};
      CHECK(parts[0] + parts[1] + parts[2] == mg);
      for (int who = 0; who < 3; ++who) {
        __extension__ const __int128 off = static_cast<__int128>(parts[who]) * 1'000'000 - static_cast<__int128>(mg) * ppm[who];
        CHECK((off > -1'000'000 && off < 1'000'000));
      }
    }
  }
}

TEST_CASE("equal remainders go to the customer, then the merchant") {
  const credit::Split one = shared("0.333333", "0.333333", "0.333334").split(1);
  CHECK(one.operator_share == 1);  // the largest remainder by a millionth
  const credit::Split halves = shared("0.5", "0.5", "0").split(1);
  CHECK(halves.customer == 1);
  CHECK(halves.merchant == 0);
  const credit::Split others = shared("0", "0.5", "0.5").split(3);
  CHECK(others.merchant == 2);
  CHECK(others.operator_share == 1);
}

TEST_CASE("times far outside the calendar are counted as its ends") {
  const auto calendar = credit::Calendar::of_zone("Asia/Kathmandu");
  REQUIRE(calendar);
  CHECK(calendar->local(0).day == 19'700'101);
  CHECK(calendar->local(1'767'204'900).day == 20'260'101);  // 2025-12-31 18:15 UTC is midnight at +05:45
  CHECK(calendar->local(1'767'204'899).month == 202'512);
  CHECK(calendar->local(std::numeric_limits<std::int64_t>::max()).month == 999'912);
  CHECK(calendar->local(std::numeric_limits<std::int64_t>::min()).month == 101);
}
