// SPDX-License-Identifier: Apache-2.0
// Which claim is which sale, over HTTP: who may see it, what can be asked for, and refunds by it.
#include "daemon/base/hex.hpp"
#include "daemon/event/transaction_key.hpp"
#include "tests/support/in_zone.hpp"
#include "tests/unit/api/fixture.hpp"

namespace greentill::sales_test {
namespace {

using test::body_of;
using test::exchange;
using test::Fixture;
using test::kToken;
using test::problem_of;
using test::status_of;

const std::string kBearer = "Authorization: Bearer " + kToken + "\r\n";

std::string sale(const std::string& till, const std::string& number, std::int64_t begin, const std::string& medium = "none") {
  return R"({"issuer":")" + till + R"(","event_id":")" + std::to_string(begin) + '-' + number + R"(","kind":"sale","begin":)" +
         std::to_string(begin) + R"(,"receipt_medium":")" + medium + R"(","till":")" + till + R"(","receipt_number":")" + number +
         "\"}";
}

nlohmann::json asked(const Fixture& fixture, const std::string& target) {
  const std::string answer = fixture.get(target, kBearer);
  CAPTURE(answer);
  REQUIRE(status_of(answer) == 200);
  return nlohmann::json::parse(body_of(answer));
}

std::string refund(const Fixture& fixture, const std::string& id, const std::string& body, const std::string& headers = kBearer) {
  return exchange(fixture.port(),
                  fixture.request("POST", "/v1/sales/" + id, headers + "Content-Type: application/json\r\n", body));
}

constexpr std::int64_t kBegin = 1'795'559'400;  // 2026-11-24 22:30 UTC

TEST_CASE("sales: claims tell their sale to whoever shows the token, and to nobody else") {
  const test::InZone helsinki("Europe/Helsinki");
  Fixture fixture;
  REQUIRE(status_of(fixture.post(sale("till-9", "1702", kBegin))) == 201);
  const nlohmann::json claim = asked(fixture, "/v1/claims/2");
  CHECK(claim["sale"]["till"] == "till-9");
  CHECK(claim["sale"]["receipt_number"] == "1702");
  CHECK(claim["sale"]["begin"] == kBegin);
  CHECK(claim["sale"]["local_time"] == "2026-11-25T00:30:00+02:00");
  CHECK(asked(fixture, "/v1/claims")["claims"][0]["sale"].is_null());  // the chain's start
  for (const char* open : {"/v1/claims", "/v1/claims/2", "/v1/guarded", "/v1/records"}) {
    CAPTURE(open);
    const std::string answer = fixture.get(open);
    CHECK(status_of(answer) == 200);
    CHECK(answer.find("1702") == std::string::npos);
    CHECK(answer.find("\"sale\"") == std::string::npos);
  }
  // Nor can the numbers be tried out.
  for (const char* closed : {"/v1/sales?receipt_number=1702", "/v1/claims?receipt_number=1702", "/v1/claims?till=till-9"}) {
    CAPTURE(closed);
    CHECK(status_of(fixture.get(closed)) == 401);
    CHECK(status_of(fixture.get(closed, "Authorization: Bearer wrong\r\n")) == 401);
  }
}

TEST_CASE("sales: claims are listed by sale, time and activity, over pages") {
  Fixture fixture;
  for (int i = 0; i < 5; ++i) REQUIRE(status_of(fixture.post(sale("till-9", std::to_string(i), kBegin + i))) == 201);
  REQUIRE(status_of(fixture.post(test::ride("a"))) == 201);
  const auto seqs = [&](const std::string& query) {
    const nlohmann::json page = asked(fixture, "/v1/claims?" + query);
    std::string all;
    for (const auto& claim : page["claims"]) all += std::to_string(claim["seq"].get<int>()) + " ";
    return all + (page["next_after"].is_null() ? "" : "+" + std::to_string(page["next_after"].get<int>()));
  };
  const std::string since = "since=" + std::to_string(kBegin + 1);
  CHECK(seqs(since + "&until=" + std::to_string(kBegin + 3)) == "3 4 ");
  CHECK(seqs(since + "&limit=2") == "3 4 +4");
  CHECK(seqs(since + "&limit=2&after=4") == "5 6 ");
  CHECK(seqs("order=newest&limit=1&activity=receipt.paperless") == "6 +6");
  CHECK(seqs("activity=ride.bike.shared") == "7 ");
  CHECK(seqs("until=2026-11-24T22:30:01Z&since=2026-11-24T22:30:00Z") == "2 ");
  CHECK(seqs("receipt_number=3") == "5 ");
  CHECK(seqs("receipt_number=3&till=other") == "");
  CHECK(seqs("by=recorded&since=" + std::to_string(kBegin)) == "");  // the desk's clock stands before that
  for (const char* wrong : {"since=noon", "until=", "by=sales", "till=", "activity="}) {
    CAPTURE(wrong);
    CHECK(status_of(fixture.get(std::string("/v1/claims?") + wrong, kBearer)) == 400);
  }
}

TEST_CASE("sales: are found by their receipt's number, with their claims, or without any") {
  Fixture fixture;
  REQUIRE(status_of(fixture.post(sale("till-9", "1702", kBegin))) == 201);
  REQUIRE(status_of(fixture.post(sale("till-8", "1702", kBegin, "paper"))) == 201);
  CHECK(asked(fixture, "/v1/sales?receipt_number=1702")["sales"].size() == 2);
  const nlohmann::json claimed = asked(fixture, "/v1/sales?receipt_number=1702&till=till-9")["sales"][0];
  CHECK(claimed["claims"] == nlohmann::json{2});
  CHECK(claimed["fate"] == "claimed");
  const nlohmann::json claimless = asked(fixture, "/v1/sales?receipt_number=1702&till=till-8")["sales"][0];
  CHECK(claimless["claims"].empty());
  CHECK(claimless["fate"] == "claimless");
  CHECK(asked(fixture, "/v1/sales?receipt_number=1")["sales"].empty());
  CHECK(status_of(fixture.get("/v1/sales", kBearer)) == 400);
}

TEST_CASE("sales: are found by when they were, before they are cut to a page") {
  Fixture fixture;
  for (int i = 0; i < 3; ++i) REQUIRE(status_of(fixture.post(sale("till-9", "1702", kBegin + i))) == 201);
  for (int i = 0; i < 3; ++i) {
    CAPTURE(i);
    const std::string then = "&since=" + std::to_string(kBegin + i) + "&until=" + std::to_string(kBegin + i + 1);
    const nlohmann::json found = asked(fixture, "/v1/sales?receipt_number=1702&limit=1" + then)["sales"];
    REQUIRE(found.size() == 1);
    CHECK(found[0]["begin"] == kBegin + i);
  }
  CHECK(asked(fixture, "/v1/sales?receipt_number=1702&since=2026-11-24T22:30:01Z")["sales"].size() == 2);
  CHECK(status_of(fixture.get("/v1/sales?receipt_number=1702&since=noon", kBearer)) == 400);
}

TEST_CASE("sales: are found by what is printed also where that looks like a card number, which is stored masked") {
  Fixture fixture;
  const std::string till = "4111111111111111";
  const std::string number = "5500000000000004";
  REQUIRE(
      status_of(fixture.post(R"({"issuer":"shop","event_id":"1","kind":"sale","begin":1000,"receipt_medium":"none","till":")" +
                             till + R"(","receipt_number":")" + number + "\"}")) == 201);
  const std::string printed = "receipt_number=" + number + "&till=" + till;
  const nlohmann::json found = asked(fixture, "/v1/sales?" + printed)["sales"];
  REQUIRE(found.size() == 1);
  CHECK(found[0]["till"] == "************1111");
  CHECK(found[0]["receipt_number"] == "************0004");
  CHECK(asked(fixture, "/v1/claims?" + printed)["claims"].size() == 1);
}

TEST_CASE("sales: the records of a source are asked only about one of which nothing else is known") {
  Fixture fixture;
  REQUIRE(status_of(fixture.post(sale("till-9", "1702", kBegin))) == 201);
  REQUIRE(status_of(fixture.post(sale("till-8", "1702", kBegin, "paper"))) == 201);
  for (const char* till : {"till-9", "till-8"}) {
    outbox::SourceRecord record;
    record.source = "day.csv";
    record.reason = "no act was found";
    record.key = event::transaction_key(till, std::to_string(kBegin) + "-1702");
    fixture.desk.keep(std::move(record));
  }
  const auto reasons = [&](const std::string& till) {
    return asked(fixture, "/v1/sales?receipt_number=1702&till=" + till)["sales"][0]["reasons"];
  };
  CHECK(reasons("till-8") == nlohmann::json{"no act was found"});
  CHECK(reasons("till-9").empty());
}

TEST_CASE("sales: one is refunded by the id that it was found by") {
  Fixture fixture;
  REQUIRE(status_of(fixture.post(sale("till-9", "1702", kBegin))) == 201);
  const std::string id = asked(fixture, "/v1/sales?receipt_number=1702")["sales"][0]["id"];
  const std::string back = R"({"issuer":"r","event_id":"1","kind":"sale","begin":1795559900})";
  CHECK(status_of(refund(fixture, id + "/refund", back, "")) == 401);
  CHECK(status_of(refund(fixture, id + "/refund?reason=correction", back)) == 400);
  CHECK(status_of(refund(fixture, std::string(32, '0') + "/refund", back)) == 404);
  CHECK(status_of(refund(fixture, "what/refund", back)) == 404);
  const std::string named = R"({"issuer":"r","event_id":"1","kind":"sale","begin":1795559900,"reverses":{"event_id":"2"}})";
  CHECK(problem_of(refund(fixture, id + "/refund", named))["field"] == "reverses");
  const std::string done = refund(fixture, id + "/refund?reason=cancelled", back);
  REQUIRE(status_of(done) == 201);
  CHECK(nlohmann::json::parse(body_of(done))["reversals"][0]["of_seq"] == 2);
  CHECK(status_of(refund(fixture, id + "/refund", back)) == 200);
}

TEST_CASE("retry: is asked for with the token, and tells what waits") {
  Fixture fixture;
  REQUIRE(status_of(fixture.post(test::ride("a"))) == 201);
  CHECK(status_of(exchange(fixture.port(), fixture.request("POST", "/v1/retry"))) == 401);
  CHECK(fixture.desk.retries() == 0);
  const std::string answer = exchange(fixture.port(), fixture.request("POST", "/v1/retry", kBearer));
  CHECK(status_of(answer) == 202);
  CHECK(nlohmann::json::parse(body_of(answer))["waiting"] == 1);  // the chain's start is no claim
  CHECK(fixture.desk.retries() == 1);
  CHECK(status_of(fixture.get("/v1/retry", kBearer)) == 405);
}

TEST_CASE("question: is asked with the token, and tells what the link had counted before") {
  Fixture fixture;
  CHECK(status_of(exchange(fixture.port(), fixture.request("POST", "/v1/question"))) == 401);
  CHECK(fixture.desk.questions() == 0);
  uplink::LinkStatus link;
  link.receipts = 7;
  link.failures = 2;
  fixture.desk.set_link(0, link);
  const std::string answer = exchange(fixture.port(), fixture.request("POST", "/v1/question", kBearer));
  CHECK(status_of(answer) == 202);
  const nlohmann::json counts = nlohmann::json::parse(body_of(answer));
  CHECK(counts == nlohmann::json{{"connected", false}, {"receipts", 7}, {"receipts_refused", 0}, {"failures", 2}});
  CHECK(fixture.desk.questions() == 1);
  CHECK(status_of(fixture.get("/v1/question", kBearer)) == 405);
}

TEST_CASE("stats: another day in place of today") {
  Fixture fixture;
  REQUIRE(status_of(fixture.post(test::ride("a"))) == 201);
  const nlohmann::json day = fixture.get_json("/v1/stats?date=2026-11-24");
  CHECK(day["date"] == "2026-11-24");
  CHECK(day["today"]["claims"] == 1);
  CHECK(fixture.get_json("/v1/stats?date=2026-11-23")["today"]["claims"] == 0);
  CHECK(fixture.get_json("/v1/stats?date=2026-11-23")["last_30_days"]["claims"] == 0);
  CHECK(fixture.get_json("/v1/stats?date=2026-11-23")["total"]["claims"] == 1);
  CHECK(status_of(fixture.get("/v1/stats?date=yesterday")) == 400);
  CHECK(status_of(fixture.get("/v1/stats?day=2026-11-24")) == 400);
}

}  // namespace
}  // namespace greentill::sales_test
