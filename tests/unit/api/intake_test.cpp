// SPDX-License-Identifier: Apache-2.0
#include <sstream>
#include <vector>

#include "daemon/api/answer.hpp"
#include "tests/unit/api/fixture.hpp"

using namespace greentill;
using namespace greentill::test;
using nlohmann::json;

namespace {

std::vector<json> lines_of(const std::string& answer) {
  CHECK(header_of(answer, "Content-Type") == "application/x-ndjson");
  std::vector<json> lines;
  std::istringstream text(body_of(answer));
  for (std::string line; std::getline(text, line);) lines.push_back(json::parse(line));
  return lines;
}

std::string chunked(const std::string& data) {
  std::ostringstream out;
  for (std::size_t at = 0; at < data.size(); at += 10'000) {
    const std::string piece = data.substr(at, 10'000);
    out << std::hex << piece.size() << "\r\n" << piece << "\r\n";
  }
  return out.str() + "0\r\n\r\n";
}

}  // namespace

TEST_CASE("intake: one transaction is answered with what was claimed for it") {
  api::Options options;
  options.claim_link = "https://example.org/c/{claim}";
  const Fixture fixture(options);
  const std::string answer = fixture.post(ride("a"));
  CHECK(status_of(answer) == 201);
  CHECK(header_of(answer, "Content-Type") == "application/json");
  CHECK(json::parse(body_of(answer)) == json::parse(R"({
    "transaction": {"issuer": "dock", "event_id": "a"}, "repeated": false, "unclaimed": [],
    "claims": [{"seq": 2, "id": "02000000000000000000000000000000", "activity": "ride.bike.shared", "estimate_mg": 120000,
                "credited_mg": 90000, "grams": "90", "receipt_line": "Shared bike: 90 g CO2e spared",
                "link": "https://example.org/c/02000000000000000000000000000000"}]})"));
}

TEST_CASE("intake: a repeated transaction answers as the first did") {
  Fixture fixture;
  const json first = json::parse(body_of(fixture.post(ride("a"))));
  const std::string answer = fixture.post(ride("a"));
  CHECK(status_of(answer) == 200);
  json again = json::parse(body_of(answer));
  CHECK(again["repeated"] == true);
  again["repeated"] = false;
  CHECK(again == first);
  CHECK(fixture.desk.transactions() == 1);
}

TEST_CASE("intake: an act that cannot be claimed is named with its reason") {
  const Fixture fixture;
  const std::string answer = fixture.post(R"({"issuer":"a","event_id":"b","kind":"trip","begin":1,"mode":"taxi"})");
  CHECK(status_of(answer) == 201);
  CHECK(json::parse(body_of(answer))["unclaimed"] ==
        json::parse(R"([{"activity":"ride.taxi","reason":"no methodology is in force for it"}])"));
}

TEST_CASE("intake: a bad transaction is a problem that names the field") {
  Fixture fixture;
  const std::string answer = fixture.post(R"({"issuer":"a","event_id":"b","kind":"sale","begin":1,"lines":[{"gtin":7}]})");
  CHECK(status_of(answer) == 422);
  CHECK(problem_of(answer) == json::parse(R"({"type": "urn:greentill:problem:invalid-transaction",
    "title": "The transaction is not valid", "status": 422, "detail": "must be a text", "field": "lines[0].gtin"})"));
  const std::string broken = fixture.post("{\n\"issuer\": oops}");
  CHECK(status_of(broken) == 400);
  CHECK(problem_of(broken)["line"] == 2);
  CHECK(fixture.desk.transactions() == 0);
}

TEST_CASE("intake: what the desk refuses is told as what the caller can do about it") {
  const Fixture fixture;
  const std::string full = fixture.post(ride("a", "full"));
  CHECK(status_of(full) == 507);
  CHECK(problem_of(full)["detail"] == "the disk is full; make room");
  const std::string busy = fixture.post(ride("a", "busy"));
  CHECK(status_of(busy) == 503);
  CHECK(header_of(busy, "Retry-After") == "1");
  CHECK(status_of(fixture.post(ride("a", "broken"))) == 500);
}

TEST_CASE("intake: an array is answered item by item, the good ones around the bad are kept") {
  Fixture fixture;
  const std::string answer =
      fixture.post("[" + ride("a") + ", {\"issuer\":7}, " + ride("a") + "," + ride("b", "full") + "," + ride("c") + "]");
  CHECK(status_of(answer) == 200);
  const json results = json::parse(body_of(answer)).at("results");
  REQUIRE(results.size() == 5);
  const std::vector<int> expected{201, 422, 200, 507, 201};
  for (std::size_t i = 0; i < expected.size(); ++i) {
    CHECK(results[i]["index"] == i);
    CHECK(results[i]["status"] == expected[i]);
    CHECK_FALSE(results[i].contains("line"));
  }
  CHECK(results[1]["field"] == "issuer");
  CHECK(results[0]["claims"][0]["seq"] == 2);
  CHECK(results[4]["claims"][0]["seq"] == 3);
  CHECK(json::parse(body_of(fixture.post("[]"))) == json::parse(R"({"results":[]})"));
}

TEST_CASE("intake: bad lines are named by number, the good ones around them are kept") {
  Fixture fixture;
  const std::string document = ride("a") + "\n\nnot json\n{\"issuer\":\"x\",\"colour\":1}\n" + ride("b");
  for (const std::string type : {"application/x-ndjson", "application/json", "application/x-ndjson; charset=utf-8"}) {
    CAPTURE(type);
    const std::string answer = fixture.post(document, type);
    CHECK(status_of(answer) == 200);
    const auto lines = lines_of(answer);
    REQUIRE(lines.size() == 4);
    CHECK(lines[0]["transaction"]["event_id"] == "a");
    CHECK(lines[1]["line"] == 3);
    CHECK(lines[1]["type"] == "urn:greentill:problem:not-json");
    CHECK(lines[2]["line"] == 4);
    CHECK(lines[2]["field"] == "colour");
    CHECK(lines[3]["line"] == 5);
    CHECK(lines[3]["claims"][0]["seq"] == 3);
  }
  CHECK(fixture.desk.transactions() == 2);
}

TEST_CASE("intake: lines are taken in as they arrive, in groups, and answered in order") {
  Fixture fixture;
  std::string document;
  for (int i = 0; i < 1000; ++i) document += ride(std::to_string(i)) + '\n';
  const auto lines = lines_of(exchange(fixture.port(), fixture.request("POST", "/v1/transactions",
                                                                       "Authorization: Bearer " + kToken +
                                                                           "\r\nContent-Type: application/x-ndjson\r\n"
                                                                           "Transfer-Encoding: chunked\r\n") +
                                                           chunked(document)));
  REQUIRE(lines.size() == 1000);
  for (std::size_t i = 0; i < lines.size(); ++i) CHECK(lines[i]["transaction"]["event_id"] == std::to_string(i));
  CHECK(fixture.desk.largest_group() == 256);
}

TEST_CASE("intake: more transactions than a request may hold are cut off at a named line") {
  Fixture fixture;
  std::string document;
  for (int i = 0; i < 10'002; ++i)
    document += R"({"issuer":"a","event_id":"same","kind":"sale","begin":1})"
                "\n";
  const auto lines = lines_of(fixture.post(document, "application/x-ndjson"));
  REQUIRE(lines.size() == 10'001);
  CHECK(lines.back()["status"] == 413);
  CHECK(lines.back()["line"] == 10'001);
  CHECK(fixture.desk.transactions() == 1);
}

TEST_CASE("intake: a body beyond its limit is refused, and lines before the limit are kept") {
  api::Options options;
  options.max_body_bytes = 1000;
  Fixture fixture(options);
  const std::string announced = exchange(
      fixture.port(),
      fixture.request("POST", "/v1/transactions",
                      "Authorization: Bearer " + kToken + "\r\nContent-Type: application/json\r\nContent-Length: 1001\r\n"));
  CHECK(status_of(announced) == 413);
  CHECK(problem_of(announced)["type"] == "urn:greentill:problem:too-large");

  const std::string head = "Authorization: Bearer " + kToken + "\r\nTransfer-Encoding: chunked\r\nContent-Type: ";
  const std::string unannounced = fixture.request("POST", "/v1/transactions", head + "application/json\r\n");
  CHECK(status_of(exchange(fixture.port(), unannounced + chunked(std::string(1001, ' ')))) == 413);
  CHECK(fixture.desk.transactions() == 0);

  // In pieces of one line each, so that some arrive before the limit is passed.
  RawConnection connection(fixture.port());
  connection.send(fixture.request("POST", "/v1/transactions", head + "application/x-ndjson\r\n"));
  for (int i = 0; i < 20; ++i) {
    const std::string piece = chunked(ride(std::to_string(i)) + '\n');
    connection.send(piece.substr(0, piece.size() - 5));
  }
  const auto lines = lines_of(connection.receive());
  REQUIRE(lines.size() > 2);
  CHECK(lines.front()["status"] == 201);
  CHECK(lines.back()["status"] == 413);
  CHECK(lines.back()["line"] == lines.size());
  CHECK(fixture.desk.transactions() == lines.size() - 1);
}

TEST_CASE("intake: a body that ends early is not half a document") {
  Fixture fixture;
  for (const std::string framing : {"Content-Length: 500\r\n", "Transfer-Encoding: chunked\r\n"}) {
    RawConnection connection(fixture.port());
    const std::string request = fixture.request(
        "POST", "/v1/transactions", "Authorization: Bearer " + kToken + "\r\nContent-Type: application/json\r\n" + framing);
    connection.send(request + "zz\r\n" + ride("a").substr(0, 40));
    connection.end_sending();
    CHECK(status_of(connection.receive()) == 400);
  }
  CHECK(fixture.desk.transactions() == 0);
}

TEST_CASE("answer: grams are never rounded up") {
  CHECK(api::grams_text(0) == "0");
  CHECK(api::grams_text(99) == "0");
  CHECK(api::grams_text(100) == "0.1");
  CHECK(api::grams_text(1'999) == "1.9");
  CHECK(api::grams_text(2'000) == "2");
  CHECK(api::grams_text(9'999) == "9.9");
  CHECK(api::grams_text(10'999) == "10");
  CHECK(api::grams_text(120'500) == "120");
}

TEST_CASE("answer: the receipt's line says what was spared, or nothing") {
  CHECK(api::receipt_line("ride.bike.shared", 120'500) == "Shared bike: 120 g CO2e spared");
  CHECK(api::receipt_line("refill.cup", 1'000) == "You spared 1 g CO2e");
  CHECK(api::receipt_line("ride.bike.shared", 99).empty());
  CHECK(api::receipt_line("ride.bike.shared", -5).empty());
}

TEST_CASE("answer: a link that needs a secret is left out where there is none") {
  event::ClaimedAct act;
  CHECK(api::claim_link("https://x/{secret}", act).empty());
  CHECK(api::claim_link("", act).empty());
  act.bearer_secret = "s3";
  act.id[0] = 0xab;
  CHECK(api::claim_link("https://x/{secret}?c={claim}&s={secret}", act) ==
        "https://x/s3?c=ab000000000000000000000000000000&s=s3");
}
