// SPDX-License-Identifier: Apache-2.0
// Who may ask the HTTP API, what a request looks like, and that one that comes again is done once. docs/service-api.md.
#include <doctest/doctest.h>

#include "daemon/base/file.hpp"
#include "tests/unit/credit-service/asking.hpp"

namespace greentill::test::api_access_test {
namespace {

using Scope = credit::AccessToken::Scope;
using More = ApiDesk::More;

struct Town {
  Town() {
    offer_trees(clerk);
    anna = clerk.open();
    ben = clerk.open();
    service = desk.token(Scope::service);
    annas = desk.token(Scope::account, anna.account.id);
  }
  [[nodiscard]] std::string path(const std::string& rest = "") const { return "/v1/accounts/" + anna.account.id + rest; }

  RidersOffice office;
  Clerkship clerk{office};
  ApiDesk desk{office};
  credit::Accounts::Opened anna, ben;
  std::string service, annas;
};

}  // namespace

TEST_CASE("api: nobody asks without a token that is good now") {
  Town town;
  CHECK(town.desk.ask("", "GET", "/v1/me").problem() == "unauthorized");
  CHECK(town.desk.ask("", "GET", "/v1/me").header("WWW-Authenticate").starts_with("Bearer"));
  CHECK(town.desk.ask("", "GET", "/healthz").status == 200);
  CHECK(town.desk.ask("", "GET", "/v1/nothing").status == 401);
  for (const std::string wrong :
       {"x", "greentill-", "greentill-0123456789ABCDEFGHJKMNPQRSTVWXYZ", "greentill-0123456789ABCDEFGHJKMNPQRSTVWXY!"}) {
    CHECK_MESSAGE(town.desk.ask(wrong, "GET", "/v1/me").status == 401, wrong);
  }
  const Told me = town.desk.ask(town.annas, "GET", "/v1/me");
  CHECK(me.json["scope"] == "account");
  CHECK(me.json["subject"] == town.anna.account.id);

  std::string id;
  const Told all = town.desk.ask(town.service, "GET", "/v1/access");
  REQUIRE_MESSAGE(all.status == 200, all.body);
  for (const Json& one : all.json["access"]) {
    if (one["scope"] == "account") id = one["access"];
  }
  CHECK(town.desk.ask(town.service, "DELETE", "/v1/access/" + id).json.contains("revoked_at"));
  CHECK(town.desk.ask(town.annas, "GET", "/v1/me").json["detail"] == "this token was revoked");
  town.office.clock.now += 31 * 86'400;
  CHECK(town.desk.ask(town.service, "GET", "/v1/me").json["detail"] == "this token has expired");
}

TEST_CASE("api: a token is good for what it is for, and nothing else") {
  Town town;
  CHECK(town.desk.ask(town.annas, "GET", town.path()).status == 200);
  CHECK(town.desk.ask(town.annas, "GET", "/v1/accounts/" + town.ben.account.id).problem() == "not-found");
  CHECK(town.desk.ask(town.annas, "GET", "/v1/accounts").problem() == "forbidden");
  CHECK(town.desk.ask(town.annas, "POST", "/v1/accounts/" + town.ben.account.id + "/tokens").status == 404);
  CHECK(town.desk.ask(town.annas, "POST", town.path("/tokens"), {{"token", "LOYALTY-1"}}).problem() == "forbidden");
  CHECK(town.desk.ask(town.service, "GET", "/v1/accounts").json["accounts"].size() == 2);
  const std::string looks = town.desk.token(Scope::account, town.anna.account.id, true);
  CHECK(town.desk.ask(looks, "GET", town.path()).status == 200);
  CHECK(town.desk.ask(looks, "POST", town.path("/tokens")).problem() == "forbidden");
  const std::string planter = town.desk.token(Scope::planter, "plants");
  CHECK(town.desk.ask(planter, "GET", town.path()).problem() == "forbidden");
  CHECK(town.desk.ask(planter, "GET", "/v1/sites").json["sites"].size() == 1);
  // One that the API gives, to an app of an account's holder.
  const Told made =
      town.desk.ask(town.service, "POST", "/v1/access", {{"scope", "account"}, {"subject", town.ben.account.id}, {"days", 1}});
  REQUIRE(made.status == 201);
  CHECK(town.desk.ask(made.json["token"], "GET", "/v1/accounts/" + town.ben.account.id).status == 200);
  CHECK(town.desk.ask(town.service, "POST", "/v1/access", {{"scope", "account"}, {"subject", "nobody"}}).status >= 400);
  CHECK(town.desk.ask(town.service, "POST", "/v1/access", {{"scope", "planter"}, {"subject", "looks"}}).status == 404);
}

TEST_CASE("api: a path that takes another method says which") {
  Town town;
  const Told told = town.desk.ask(town.annas, "PUT", "/v1/orders");
  CHECK(told.status == 405);
  CHECK(told.header("Allow") == "GET, POST");
  CHECK(town.desk.ask(town.annas, "GET", "/v1/").problem() == "not-found");
  CHECK(town.desk.ask(town.annas, "GET", "/v1/accounts/").problem() == "not-found");
  CHECK(town.desk.ask(town.annas, "GET", "/v1/accounts//statement").problem() == "not-found");
  CHECK(town.desk.ask(town.annas, "HEAD", "/v1/me").status == 200);
}

TEST_CASE("api: a body that cannot be read is refused whole, and a field by its name") {
  Town town;
  const auto said = [&](const std::string& body, const std::string& type = "application/json") {
    More more;
    more.type = type;
    return town.desk.ask(town.service, "POST", "/v1/accounts", body, more);
  };
  CHECK(said("{").problem() == "not-json");
  CHECK(said("[]").problem() == "not-json");
  CHECK(said("{\"name\": \"a\xff\"}").problem() == "not-json");
  CHECK(said("{\"name\": \"a\", \"name\": \"b\"}").problem() == "not-json");
  CHECK(said("{\"name\": " + std::string(20, '[') + std::string(20, ']') + "}").problem() == "not-json");
  CHECK(said("{}", "text/plain").problem() == "unsupported-type");
  CHECK(said("{\"nmae\": \"x\"}").json["field"] == "nmae");
  CHECK(said("{\"kind\": \"robot\"}").json["detail"] == "field 'kind' must be one of person, family, team, merchant");
  CHECK(said("{\"name\": 7}").json["field"] == "name");
  CHECK(town.desk.ask(town.service, "GET", "/v1/accounts").json["accounts"].size() == 2);  // none was opened
  CHECK(said("{\"name\": \"Third\"}", "application/json; charset=utf-8").status == 201);

  const auto ordered = [&](const Json& body) { return town.desk.ask(town.annas, "POST", "/v1/orders", body).json; };
  CHECK(ordered({{"species", "saxaul"}, {"year", 2026}})["field"] == "parts");
  CHECK(ordered({{"species", "saxaul"}, {"year", 20260}, {"parts", Json::array({{{"account", "x"}}})}})["field"] == "year");
  CHECK(ordered({{"species", "saxaul"}, {"year", 2026}, {"parts", Json::array({{{"account", "x"}, {"grams", 1}}})}})["field"] ==
        "parts[0].grams");
  CHECK(ordered({{"species", "saxaul"}, {"year", 2026}, {"parts", Json::array({{{"account", "x"}, {"mg", 1.5}}})}})["field"] ==
        "parts[0].mg");
}

TEST_CASE("api: a request with a key is done once, and its answer is nobody else's to read") {
  Town town;
  const Told first = town.desk.keyed(town.annas, town.path("/tokens"), "k-1", nullptr);
  REQUIRE(first.status == 201);
  const Told again = town.desk.keyed(town.annas, town.path("/tokens"), "\"k-1\"", nullptr);
  CHECK(again.status == 201);
  CHECK(again.json == first.json);
  CHECK(again.header("Idempotent-Replayed") == "true");
  CHECK(town.desk.keyed(town.annas, town.path("/tokens"), "k-2", nullptr).json["token"] != first.json["token"]);
  CHECK(town.desk.keyed(town.annas, town.path("/secrets"), "k-1", {{"secret", std::string(32, 'a')}}).problem() == "key-reused");
  CHECK(town.desk.keyed(town.service, town.path("/tokens"), "k-1", nullptr).json["token"] !=
        first.json["token"]);  // another's key
  CHECK(town.desk.keyed(town.annas, town.path("/tokens"), "no spaces", nullptr).problem() == "bad-request");
  // A refusal is none of it: the same request may do later.
  const Told poor =
      town.desk.keyed(town.annas, "/v1/orders", "k-3",
                      {{"species", "saxaul"}, {"year", 2026}, {"parts", Json::array({{{"account", town.anna.account.id}}})}});
  CHECK(poor.problem() == "conflict");
  if (town.office.url().empty()) {
    const auto invitation = town.desk.keyed(town.service, "/v1/accounts", "k-4", {{"kind", "family"}});
    const auto code = town.desk.keyed(
        town.service, "/v1/accounts/" + invitation.json["account"].get<std::string>() + "/invitations", "k-5", nullptr);
    REQUIRE(code.status == 201);
    std::string bytes = std::string(*read_file(town.office.database()));
    bytes += std::string(*read_file(town.office.database().string() + "-wal"));
    CHECK(bytes.find(code.json["code"].get<std::string>()) == std::string::npos);
  }
  town.office.clock.now += credit::kKeptAnswerSeconds + 1;
  CHECK(town.desk.keyed(town.annas, town.path("/tokens"), "k-1", nullptr).json["token"] != first.json["token"]);
}

TEST_CASE("api: what is read has a tag, and a change may say of which state it is") {
  Town town;
  const Told read = town.desk.ask(town.service, "GET", "/v1/species/saxaul");
  const std::string tag = read.header("ETag");
  REQUIRE(tag.size() == 34);
  More same;
  same.if_none_match = "\"other\", " + tag;
  const Told unchanged = town.desk.ask(town.service, "GET", "/v1/species/saxaul", "", same);
  CHECK(unchanged.status == 304);
  CHECK(unchanged.body.empty());
  const Json dearer{{"scientific", "Haloxylon ammodendron"},
                    {"name", "saxaul"},
                    {"region", "Alxa"},
                    {"price_mg", 2'000},
                    {"cost_hundredths", 250},
                    {"currency", "CNY"},
                    {"first_month", 3},
                    {"last_month", 5}};
  More old;
  old.if_match = tag;
  CHECK(town.desk.ask(town.service, "PUT", "/v1/species/saxaul", dearer.dump(), old).status == 200);
  CHECK(town.desk.ask(town.service, "PUT", "/v1/species/saxaul", dearer.dump(), old).problem() == "changed");
  CHECK(town.desk.ask(town.service, "GET", "/v1/species/saxaul", "", same).json["price_mg"] == 2'000);
  old.if_match = "*";
  CHECK(town.desk.ask(town.service, "PUT", "/v1/species/unheard", dearer.dump(), old).problem() == "changed");
  CHECK(town.desk.ask(town.annas, "PUT", "/v1/species/saxaul", dearer).problem() == "forbidden");
}

TEST_CASE("api: wrong codes are counted by where they come from") {
  Town town;
  const auto guess = [&](char digit) {
    return town.desk.ask(town.annas, "POST", town.path("/memberships"), {{"code", std::string(16, digit)}});
  };
  int looked_at = 0;
  for (int i = 0; i < 12; ++i) looked_at += guess('0').status == 429 ? 0 : 1;
  CHECK(looked_at >= 10);
  CHECK(looked_at <= 11);
  CHECK(guess('0').problem() == "too-many-guesses");
  CHECK(guess('0').header("Retry-After") == "60");
  CHECK(town.desk.ask(town.annas, "GET", town.path()).status == 200);
  // Not another's, though both come from one address, as behind a proxy; nor by the operator's hand.
  const std::string bens = town.desk.token(Scope::account, town.ben.account.id);
  const std::string path = "/v1/accounts/" + town.ben.account.id + "/memberships";
  CHECK(town.desk.ask(bens, "POST", path, {{"code", std::string(16, '0')}}).status != 429);
  CHECK(town.desk.ask(town.service, "POST", path, {{"code", std::string(16, '0')}}).status != 429);
}

TEST_CASE("api: a body of very many members is refused before it takes long") {
  Town town;
  std::string body = "{\"a\":0";
  for (int i = 0; i < 100'000; ++i) body += ",\"" + std::to_string(i) + "\":0";
  CHECK(town.desk.ask(town.annas, "POST", town.path("/tokens"), body + '}', More{}).problem() == "not-json");
}

TEST_CASE("api: what no database can hold is refused at the door") {
  Town town;
  for (const std::string& path : {std::string("/v1/species/\xff"), std::string("/v1/species/a\0b", 14)}) {
    CHECK(town.desk.ask(town.service, "GET", path).problem() == "bad-request");
  }
  CHECK(town.desk.ask(town.annas, "POST", town.path("/closure"), "{\"why\": \"a\\u0000\"}", More{}).json["field"] == "why");
  CHECK(town.desk.ask(town.annas, "POST", town.path("/closure"), {{"why", "  "}}).json["field"] == "why");
  More query;
  query.query = {{"why", "x"}};
  CHECK(town.desk.ask(town.annas, "DELETE", town.path("/memberships/AAAA"), "", query).json["field"] == "why");
  CHECK(town.desk.ask(town.annas, "GET", "/v1/me", "", query).json["field"] == "why");
}

TEST_CASE("api: If-Match runs nothing that the token may not read, and an empty key is none") {
  Town town;
  More more;
  more.if_match = "*";
  const Json own{{"species", "saxaul"}, {"year", 2026}, {"parts", Json::array({{{"account", town.anna.account.id}}})}};
  CHECK(town.desk.ask(town.annas, "POST", "/v1/orders", own.dump(), more).problem() == "bad-request");
  more.if_match = "W/" + town.desk.ask(town.service, "GET", "/v1/sites/alxa1").header("ETag");
  CHECK(town.desk.ask(town.service, "PUT", "/v1/sites/alxa1", "{}", more).problem() ==
        "changed");  // a weak tag names nothing here
  More keyed;
  keyed.key = "\"\"";
  CHECK(town.desk.ask(town.annas, "POST", town.path("/tokens"), "", keyed).problem() == "bad-request");
}

TEST_CASE("api: after an erasure its tokens are good for nothing") {
  Town town;
  REQUIRE(town.desk.keyed(town.annas, town.path("/tokens"), "k", nullptr).status == 201);
  CHECK(town.desk.ask(town.annas, "POST", town.path("/erasure"), {{"why", "I leave"}}).json["state"] == "erased");
  CHECK(town.desk.ask(town.annas, "GET", town.path()).status == 401);
  const auto store = got(town.office.open_store());
  for (const auto& one : got(store->access().tokens())) {
    if (one.subject == town.anna.account.id) CHECK_FALSE(got(store->access().answer(one.hash, "k")));
  }
}

TEST_CASE("api: each change is noted under its token, without names and codes, and no worker is disturbed") {
  Town town;
  const auto store = got(town.office.open_store());
  const std::int64_t before = got(store->registry().registry_step());
  const std::string opened = town.desk.keyed(town.service, "/v1/accounts", "a", {{"name", "Nora Named"}}).json["account"];
  town.desk.ask(town.annas, "POST", town.path("/tokens"));
  town.desk.ask(town.annas, "POST", town.path("/closure"), {{"why", "moves away"}});
  const auto deeds = got(store->access().deeds(town.anna.account.id, 0, 10));
  REQUIRE(deeds.size() == 2);
  CHECK(deeds[0].request == "POST /v1/accounts/{account}/closure");
  CHECK(deeds[0].why == "moves away");
  CHECK(deeds[0].no == 2);
  CHECK(deeds[0].access == deeds[1].access);
  CHECK(got(store->access().deeds(town.anna.account.id, 2, 10)).size() == 1);
  for (const auto& one : got(store->access().deeds(opened, 0, 10))) CHECK(one.what.find("Nora") == std::string::npos);
  CHECK(got(store->registry().registry_step()) == before);
  CHECK(town.office.desk.wrong() == "");
}

}  // namespace greentill::test::api_access_test
