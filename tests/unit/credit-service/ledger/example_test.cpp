// SPDX-License-Identifier: Apache-2.0
// The worked example of docs/credit-service.md, booked with what is shipped.
#include <fstream>
#include <sstream>

#include "daemon/claim/nullifier.hpp"
#include "daemon/crypto/hasher.hpp"
#include "tests/unit/credit-service/office.hpp"

using namespace greentill;
using namespace greentill::test;

namespace {

std::string text_of(const char* name) {
  std::ifstream file(std::string(GREENTILL_SOURCE_DIR) + "/" + name);
  std::ostringstream text;
  text << file.rdbuf();
  REQUIRE(!text.str().empty());
  return text.str();
}

measure::Library shipped() {
  auto library = measure::Library::load(std::string(GREENTILL_SOURCE_DIR) + "/config/methodologies", crypto::Hasher());
  REQUIRE(library);
  return std::move(*library);
}

/// The table below "A worked example": its rows by their first cell, the ride's number first.
std::map<std::string, std::pair<std::int64_t, std::int64_t>> worked_example() {
  std::map<std::string, std::pair<std::int64_t, std::int64_t>> rows;
  const std::string page = text_of("docs/credit-service.md");
  std::istringstream lines(page.substr(page.find("### A worked example")));
  for (std::string line; std::getline(lines, line) && line.find("## ") != 0;) {
    char name[32] = {};
    long long ride = 0, rest = 0;
    if (std::sscanf(line.c_str(), "| %31[a-z, ] | %lld | %lld |", name, &ride, &rest) == 3) {
      std::string key(name);
      key.resize(key.find_first_of(", "));
      rows[key] = {ride, rest};
    }
  }
  return rows;
}

}  // namespace

TEST_CASE("the worked example of the service's page") {
  const auto rows = worked_example();
  REQUIRE(rows.size() == 5);
  const std::string programme = text_of("config/programme.toml");
  Office office(programme.c_str(), shipped());
  ChainBuilder chain(office.enrol("dock-7"));
  Desk desk(office);
  const measure::Methodology* methodology = office.library.for_activity("ride.bike.shared", 1'800'000'000);
  REQUIRE(methodology != nullptr);
  chain.methodology = *methodology;
  chain.add_start();
  const claim::AccountHint anna{{1}, "anna"};
  const std::int64_t now = office.clock.now;
  chain.account = anna;
  chain.add_ride(rows.at("metres").first, [&anna, now](claim::Claim& claim) {
    auto& ride = std::get<claim::Reduction>(claim.entry);
    ride.begin = now - 1'200;
    ride.end = now - 600;
    ride.attribution = {claim::Attribution::Kind::account, claim::account_hash(crypto::Hasher(), anna)};
    ride.nullifiers = one_nullifier(event(1));
  });
  chain.account.reset();

  const auto check = [&](auto column) {
    auto accounts = desk.report().accounts;
    CHECK(desk.report().granted_mg == rows.at("granted").*column);
    CHECK(accounts["issuance"] == -(rows.at("granted").*column));
    CHECK(accounts["customer"] == rows.at("customer").*column);
    CHECK(accounts["merchant"] == rows.at("merchant").*column);
    CHECK(accounts["operator"] == rows.at("operator").*column);
  };
  using Row = std::pair<std::int64_t, std::int64_t>;
  desk.take("dock-7", chain.messages());
  check(&Row::first);
  chain.add(reversal_of(1, rows.at("metres").first - rows.at("metres").second));
  desk.take("dock-7", chain.messages());
  check(&Row::second);
  CHECK(desk.wrong() == "");
}
