// SPDX-License-Identifier: Apache-2.0
// What holders, planters and inspectors do by the HTTP API. docs/service-api.md.
#include <doctest/doctest.h>

#include <set>

#include "tests/unit/credit-service/asking.hpp"
#include "tools/credit-service/accounts/account_statement.hpp"

namespace greentill::test::api_holdings_test {
namespace {

using Scope = credit::AccessToken::Scope;

/// Two riders with credit, of whom one is in a family with a third.
struct Valley {
  Valley() {
    offer_trees(clerk);
    anna = clerk.open();
    ben = clerk.open();
    office.ride(anna.token, 40);
    office.ride(anna.token, 20);
    office.ride(ben.token, 60);
    office.wait();
    annas = desk.token(Scope::account, anna.account.id);
    bens = desk.token(Scope::account, ben.account.id);
    planter = desk.token(Scope::planter, "plants");
    inspector = desk.token(Scope::inspector, "looks");
    service = desk.token(Scope::service);
  }
  static Json order_of(std::int64_t trees, const Json& parts) {
    return {{"species", "saxaul"}, {"trees", trees}, {"year", 2026}, {"parts", parts}};
  }
  Told order(const std::string& token, std::int64_t trees, const Json& parts, const std::string& key = "") {
    return key.empty() ? desk.ask(token, "POST", "/v1/orders", order_of(trees, parts))
                       : desk.keyed(token, "/v1/orders", key, order_of(trees, parts));
  }
  std::int64_t credit_of(const std::string& token, const std::string& account, const char* what) {
    return desk.ask(token, "GET", "/v1/accounts/" + account).json["credit"][what].get<std::int64_t>();
  }
  Json evidence(const char* photo) const {
    return {{"photo_sha256", std::string(64, photo[0])},
            {"taken_at", office.clock.now.load()},
            {"latitude", 38.81042},
            {"longitude", 105.7289}};
  }

  RidersOffice office;
  Clerkship clerk{office};
  ApiDesk desk{office};
  credit::Accounts::Opened anna, ben;
  std::string annas, bens, planter, inspector, service;
};

}  // namespace

TEST_CASE("api: an account's statement says each line once, the latest first") {
  Valley valley;
  const std::string path = "/v1/accounts/" + valley.anna.account.id + "/statement";
  REQUIRE(valley.order(valley.annas, 1, Json::array({{{"account", valley.anna.account.id}}})).status == 201);
  const Told whole = valley.desk.ask(valley.annas, "GET", path);
  REQUIRE(whole.status == 200);
  const Json lines = whole.json["entries"];
  REQUIRE(lines.size() == 3);
  CHECK(lines[0]["kind"] == "set-aside");
  CHECK(lines[0]["mg"] == -1'000);
  CHECK(lines[0]["order"] == 1);
  CHECK(lines[1]["kind"] == "granted");
  CHECK(lines[1]["activity"] == "ride.bike.shared");
  CHECK(lines[1]["device"] == "dock-1");
  std::int64_t sum = 0;
  for (const Json& line : lines) sum += line["mg"].get<std::int64_t>();
  CHECK(sum == valley.credit_of(valley.annas, valley.anna.account.id, "balance_mg"));
  // In pages of one.
  Json paged = Json::array();
  std::string after;
  for (int i = 0; i < 5; ++i) {
    ApiDesk::More more;
    more.query = {{"limit", "1"}};
    if (!after.empty()) more.query.emplace_back("after", after);
    const Told page = valley.desk.ask(valley.annas, "GET", path, "", more);
    for (const Json& line : page.json.at("entries")) paged.push_back(line);
    after = page.json.value("next", "");
    if (after.empty()) break;
  }
  CHECK(paged == lines);
  ApiDesk::More wrong;
  wrong.query = {{"after", "1.2"}};
  CHECK(valley.desk.ask(valley.annas, "GET", path, "", wrong).status == 422);
  wrong.query = {{"limit", "0"}};
  CHECK(valley.desk.ask(valley.annas, "GET", path, "", wrong).json["field"] == "limit");
}

TEST_CASE("api: a statement of many purses goes on where the page before ended") {
  Valley valley;
  for (int i = 0; i < 6; ++i) {
    const Told token = valley.desk.ask(valley.annas, "POST", "/v1/accounts/" + valley.anna.account.id + "/tokens");
    valley.office.ride(token.json["token"], 1 + i);
  }
  const auto store = got(valley.office.open_store());
  const auto all = got(credit::read_statement(*store, store->accounts(), valley.anna.account.id, "", 100)).entries;
  CHECK(all.size() == 8);
  for (const std::size_t size : {std::size_t{1}, std::size_t{2}, std::size_t{3}, std::size_t{7}}) {
    std::vector<std::int64_t> grams;
    std::string after;
    do {
      const auto page = got(credit::read_statement(*store, store->accounts(), valley.anna.account.id, after, size));
      for (const auto& entry : page.entries) grams.push_back(entry.mg);
      after = page.next;
    } while (!after.empty());
    REQUIRE(grams.size() == all.size());
    for (std::size_t i = 0; i < all.size(); ++i) CHECK(grams[i] == all[i].mg);
  }
}

TEST_CASE("api: who places an order agrees to it, and a request that comes again orders nothing twice") {
  Valley valley;
  const Json own = Json::array({{{"account", valley.anna.account.id}}});
  const Told placed = valley.order(valley.annas, 2, own, "trees-for-2026");
  REQUIRE(placed.status == 201);
  CHECK(placed.json["state"] == "confirmed");
  CHECK(placed.json["trees"].size() == 2);
  CHECK(placed.header("Location") == "/v1/orders/1");
  CHECK(valley.order(valley.annas, 2, own, "trees-for-2026").json == placed.json);
  CHECK(valley.credit_of(valley.annas, valley.anna.account.id, "spent_mg") == 2'000);
  // Also after the answer is forgotten: the order has the key.
  valley.office.clock.now += credit::kKeptAnswerSeconds + 1;
  CHECK(valley.order(valley.annas, 2, own, "trees-for-2026").json["order"] == 1);
  CHECK(valley.credit_of(valley.annas, valley.anna.account.id, "spent_mg") == 2'000);
  CHECK(valley.desk.ask(valley.annas, "GET", "/v1/accounts/" + valley.anna.account.id + "/trees").json["trees"].size() == 2);
  CHECK(valley.desk.ask(valley.bens, "GET", "/v1/orders/1").problem() == "not-found");
  CHECK(valley.desk.ask(valley.bens, "GET", "/v1/trees/gt/saxaul/alxa1/2026/1").problem() == "not-found");
  CHECK(valley.desk.ask(valley.annas, "GET", "/v1/trees/gt/saxaul/alxa1/2026/1").json["credit"].size() == 1);
  CHECK(valley.office.desk.wrong() == "");
}

TEST_CASE("api: nobody's credit is set aside by a stranger, and a family pays together") {
  Valley valley;
  const Json both =
      Json::array({{{"account", valley.anna.account.id}, {"mg", 1'200}}, {{"account", valley.ben.account.id}, {"mg", 800}}});
  CHECK(valley.order(valley.annas, 2, both).json["field"] == "parts[1].account");
  CHECK(valley.order(valley.annas, 2, Json::array({{{"account", valley.ben.account.id}}})).json["field"] == "parts[0].account");
  CHECK(valley.credit_of(valley.bens, valley.ben.account.id, "reserved_mg") == 0);

  const std::string family = valley.desk.ask(valley.service, "POST", "/v1/accounts", {{"kind", "family"}}).json["account"];
  for (const auto& [token, account] :
       {std::pair(valley.annas, valley.anna.account.id), std::pair(valley.bens, valley.ben.account.id)}) {
    const std::string code = valley.desk.ask(valley.service, "POST", "/v1/accounts/" + family + "/invitations").json["code"];
    CHECK(valley.desk.ask(token, "POST", "/v1/accounts/" + account + "/memberships", {{"code", code}}).status == 201);
  }
  const Told placed = valley.order(valley.annas, 2, both);
  REQUIRE(placed.status == 201);
  CHECK(placed.json["state"] == "open");
  const std::string order = "/v1/orders/" + placed.json["order"].dump();
  SUBCASE("the other agrees") {
    CHECK(valley.desk.ask(valley.bens, "POST", order + "/agreements").json["state"] == "confirmed");
    CHECK(valley.credit_of(valley.bens, valley.ben.account.id, "spent_mg") == 800);
  }
  SUBCASE("the other does not") {
    CHECK(valley.desk.ask(valley.bens, "POST", order + "/cancellation").json["state"] == "cancelled");
    CHECK(valley.credit_of(valley.annas, valley.anna.account.id, "reserved_mg") == 0);
    CHECK(valley.desk.ask(valley.bens, "POST", order + "/agreements").problem() == "conflict");
  }
  SUBCASE("one has left: what was asked stays, and no more is asked") {
    CHECK(valley.desk.ask(valley.bens, "DELETE", "/v1/accounts/" + valley.ben.account.id + "/memberships/" + family).status ==
          200);
    CHECK(valley.order(valley.annas, 2, both).status == 422);
  }
  CHECK(valley.office.desk.wrong() == "");
}

TEST_CASE("api: planters and inspectors speak for themselves") {
  Valley valley;
  REQUIRE(valley.order(valley.annas, 1, Json::array({{{"account", valley.anna.account.id}}})).status == 201);
  const std::string tree = "/v1/trees/gt/saxaul/alxa1/2026/1";
  CHECK(valley.desk.ask(valley.annas, "POST", tree + "/evidence", valley.evidence("a")).problem() == "forbidden");
  CHECK(valley.desk.ask(valley.planter, "POST", tree + "/approval").problem() == "forbidden");
  CHECK(valley.desk.ask(valley.planter, "POST", tree + "/evidence", {{"by", "looks"}}).json["field"] == "photo_sha256");
  Json far = valley.evidence("a");
  far["latitude"] = 52.0;
  CHECK(valley.desk.ask(valley.planter, "POST", tree + "/evidence", far).status >= 400);
  const Told planted = valley.desk.ask(valley.planter, "POST", tree + "/evidence", valley.evidence("a"));
  REQUIRE(planted.status == 200);
  CHECK(planted.json["state"] == "planted");
  CHECK(planted.json["events"][0]["by"] == "plants");
  CHECK(!planted.json.contains("credit"));  // who pays is not the planter's to know
  const std::string own = valley.desk.token(Scope::inspector, "own");
  CHECK(valley.desk.ask(own, "POST", tree + "/approval").status >= 400);  // works for the planter
  CHECK(valley.desk.ask(valley.inspector, "POST", tree + "/rejection").json["field"] == "why");
  CHECK(valley.desk.ask(valley.inspector, "POST", tree + "/approval").json["state"] == "standing");
  CHECK(valley.desk.ask(valley.inspector, "GET", "/v1/sites/alxa1/trees").json["trees"].size() == 1);
  const Told owed = valley.desk.ask(valley.planter, "GET", "/v1/payments");
  REQUIRE(owed.json["payments"].size() == 1);
  CHECK(valley.desk
            .ask(valley.service, "POST", "/v1/payments",
                 {{"payments", Json::array({{{"tree", "gt/saxaul/alxa1/2026/1"}, {"reference", "B-1"}}})}})
            .json["paid"] == 1);
  CHECK(valley.desk.ask(valley.planter, "GET", "/v1/payments").json["payments"][0]["reference"] == "B-1");
  CHECK(valley.desk.ask(valley.inspector, "POST", tree + "/failure", {{"why", "it died"}}).json["state"] == "failed");
  CHECK(valley.desk.ask(valley.service, "POST", tree + "/replacement", {{"by", "operator"}}).status == 201);
  CHECK(valley.office.desk.wrong() == "");
}

TEST_CASE("api: a holder ends the account, and what was open with others ends first") {
  Valley valley;
  const std::string family = valley.desk.ask(valley.service, "POST", "/v1/accounts", {{"kind", "family"}}).json["account"];
  for (const auto& [token, account] :
       {std::pair(valley.annas, valley.anna.account.id), std::pair(valley.bens, valley.ben.account.id)}) {
    const std::string code = valley.desk.ask(valley.service, "POST", "/v1/accounts/" + family + "/invitations").json["code"];
    REQUIRE(valley.desk.ask(token, "POST", "/v1/accounts/" + account + "/memberships", {{"code", code}}).status == 201);
  }
  const Json both =
      Json::array({{{"account", valley.anna.account.id}, {"mg", 1'200}}, {{"account", valley.ben.account.id}, {"mg", 800}}});
  REQUIRE(valley.order(valley.bens, 2, both).json["state"] == "open");
  const std::string path = "/v1/accounts/" + valley.anna.account.id;
  CHECK(valley.desk.ask(valley.annas, "POST", path + "/closure", {{"why", "I leave"}}).problem() == "conflict");
  CHECK(valley.desk.ask(valley.annas, "POST", path + "/erasure").json["field"] == "why");
  CHECK(valley.desk.ask(valley.annas, "POST", path + "/erasure", {{"why", "I leave"}}).json["state"] == "erased");
  CHECK(valley.credit_of(valley.bens, valley.ben.account.id, "reserved_mg") == 0);
  CHECK(valley.office.desk.wrong() == "");
}

TEST_CASE("api: reading an order changes nothing, also when its time is over") {
  Valley valley;
  const Json part = Json::array({{{"account", valley.anna.account.id}}});
  const Told placed = valley.desk.ask(valley.service, "POST", "/v1/orders", Valley::order_of(1, part));
  REQUIRE(placed.json["state"] == "open");
  valley.office.clock.now += 8 * 86'400;
  const std::string looks = valley.desk.token(Scope::account, valley.anna.account.id, true);
  const auto store = got(valley.office.open_store());
  const auto before = got(store->accounts().spends(valley.anna.account.id));
  CHECK(valley.desk.ask(looks, "GET", "/v1/orders/1").status == 200);
  CHECK(got(store->accounts().spends(valley.anna.account.id)).front().state == before.front().state);
  CHECK(valley.desk.ask(valley.annas, "POST", "/v1/orders/1/agreements").problem() == "conflict");
  CHECK(valley.desk.ask(looks, "GET", "/v1/orders/1").json["state"] == "expired");  // by the change before, which ended it
  CHECK(valley.credit_of(valley.service, valley.anna.account.id, "reserved_mg") == 0);
  CHECK(valley.office.desk.wrong() == "");
}

TEST_CASE("api: a planter sees its own sites and trees, and no other's") {
  Valley valley;
  REQUIRE(valley.desk.ask(valley.service, "POST", "/v1/planters", {{"planter", "others"}, {"name", "Others"}}).status == 201);
  const std::string others = valley.desk.token(Scope::planter, "others");
  REQUIRE(valley.order(valley.annas, 1, Json::array({{{"account", valley.anna.account.id}}})).status == 201);
  CHECK(valley.desk.ask(others, "GET", "/v1/sites").json["sites"].empty());
  for (const char* path : {"/v1/sites/alxa1", "/v1/sites/alxa1/trees", "/v1/trees/gt/saxaul/alxa1/2026/1"}) {
    CHECK_MESSAGE(valley.desk.ask(others, "GET", path).problem() == "not-found", path);
    CHECK_MESSAGE(valley.desk.ask(valley.planter, "GET", path).status == 200, path);
  }
  CHECK(valley.desk.ask(others, "POST", "/v1/trees/gt/saxaul/alxa1/2026/1/evidence", valley.evidence("a")).problem() ==
        "not-found");
  CHECK(valley.desk.ask(others, "GET", "/v1/payments").json["payments"].empty());
}

TEST_CASE("api: a token goes on with the account into which its own was merged") {
  Valley valley;
  REQUIRE(valley.desk
              .ask(valley.service, "POST", "/v1/accounts/" + valley.anna.account.id + "/merge",
                   {{"into", valley.ben.account.id}, {"why", "one person"}})
              .status == 200);
  for (const std::string& id : {valley.anna.account.id, valley.ben.account.id}) {
    CHECK(valley.desk.ask(valley.annas, "GET", "/v1/accounts/" + id).json["account"] == valley.ben.account.id);
  }
  CHECK(valley.order(valley.annas, 1, Json::array({{{"account", valley.ben.account.id}}})).json["state"] == "confirmed");
  const auto store = got(valley.office.open_store());
  CHECK(got(store->access().deeds(valley.anna.account.id, 0, 10)).size() == 1);
  CHECK(
      valley.desk.ask(valley.annas, "DELETE", "/v1/accounts/" + valley.ben.account.id + "/memberships/" + valley.anna.account.id)
          .problem() == "not-found");
}

TEST_CASE("api: an answer that is too long to be kept is read again") {
  Valley valley;
  const Json own = Json::array({{{"account", valley.anna.account.id}}});
  for (int i = 0; i < 40; ++i) valley.office.ride(valley.anna.token, 40);
  valley.office.wait();
  REQUIRE(valley.desk
              .ask(valley.service, "PUT", "/v1/sites/alxa1",
                   {{"planter", "plants"},
                    {"name", "Alxa, first field"},
                    {"region", "Alxa"},
                    {"latitude", 38.81042},
                    {"longitude", 105.7289},
                    {"room", 10'000}})
              .status == 200);
  const Json cheap{{"scientific", "Haloxylon ammodendron"},
                   {"name", "saxaul"},
                   {"region", "Alxa"},
                   {"price_mg", 100},
                   {"cost_hundredths", 250},
                   {"currency", "CNY"}};
  REQUIRE(valley.desk.ask(valley.service, "PUT", "/v1/species/saxaul", cheap).status == 200);
  const Told first = valley.order(valley.annas, 300, own, "many");
  REQUIRE_MESSAGE(first.status == 201, first.body);
  REQUIRE(first.body.size() > 12u << 10);
  const Told again = valley.order(valley.annas, 300, own, "many");
  CHECK(again.status == 201);
  CHECK(again.json == first.json);
  CHECK(again.header("Location") == "/v1/orders/1");
  CHECK(again.header("Idempotent-Replayed") == "true");
}

TEST_CASE("api: with a key, of many one does it") {
  Valley valley;
  const Json own = Json::array({{{"account", valley.anna.account.id}}});
  std::set<std::string> answers;
  for (int i = 0; i < 20; ++i) answers.insert(valley.order(valley.annas, 1, own, "once").body);
  CHECK(answers.size() == 1);
  CHECK(valley.credit_of(valley.annas, valley.anna.account.id, "spent_mg") == 1'000);
}

}  // namespace greentill::test::api_holdings_test
