// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <map>
#include <sstream>

#include "daemon/claim/chain.hpp"
#include "daemon/claim/message.hpp"
#include "daemon/claim/receipt.hpp"
#include "daemon/crypto/hasher.hpp"
#include "daemon/event/transaction_key.hpp"
#include "tests/support/mbedtls_crypto.hpp"
#include "tests/unit/api/fixture.hpp"

using namespace greentill;
using namespace greentill::test;
using nlohmann::json;

namespace {

std::string unchunked(const std::string& body) {
  std::string data;
  for (std::size_t at = 0; at < body.size();) {
    const std::size_t size = std::stoul(body.substr(at), nullptr, 16);
    at = body.find("\r\n", at) + 2;
    data += body.substr(at, size);
    if (size == 0) break;
    at += size + 2;
  }
  return data;
}

std::string receive_sequence(const Fixture& fixture, const std::string& path) {
  RawConnection connection(fixture.port());
  connection.send(fixture.request("GET", path, "Accept: application/cbor-seq\r\nConnection: close\r\n"));
  const std::string answer = connection.receive_all();
  CHECK(status_of(answer) == 200);
  CHECK(header_of(answer, "Content-Type") == "application/cbor-seq");
  return unchunked(body_of(answer));
}

std::string export_claims(const Fixture& fixture, const std::string& query) {
  return receive_sequence(fixture, "/v1/claims" + query);
}

std::vector<std::uint64_t> seqs(const json& page) {
  std::vector<std::uint64_t> found;
  for (const json& claim : page.at("claims")) found.push_back(claim.at("seq"));
  return found;
}

void post_rides(const Fixture& fixture, int count) {
  std::string document;
  for (int i = 0; i < count; ++i) document += ride("r" + std::to_string(i)) + '\n';
  CHECK(status_of(fixture.post(document, "application/x-ndjson")) == 200);
}

}  // namespace

TEST_CASE("views: claims are paged in both orders and by delivery") {
  Fixture fixture;
  post_rides(fixture, 4);  // seqs 2 to 5, behind the chain's start
  fixture.desk.refuse(3, "methodology-withdrawn");
  CHECK(seqs(fixture.get_json("/v1/claims")) == std::vector<std::uint64_t>{1, 2, 3, 4, 5});
  const json page = fixture.get_json("/v1/claims?after=1&limit=2");
  CHECK(seqs(page) == std::vector<std::uint64_t>{2, 3});
  CHECK(page["next_after"] == 3);
  CHECK(fixture.get_json("/v1/claims?after=3&limit=2")["next_after"] == nullptr);
  CHECK(seqs(fixture.get_json("/v1/claims?order=newest&limit=2")) == std::vector<std::uint64_t>{5, 4});
  CHECK(seqs(fixture.get_json("/v1/claims?order=newest&after=4")) == std::vector<std::uint64_t>{3, 2, 1});
  const json refused = fixture.get_json("/v1/claims?delivery=refused_final");
  CHECK(seqs(refused) == std::vector<std::uint64_t>{3});
  CHECK(refused["claims"][0]["reason"] == "methodology-withdrawn");
  CHECK(seqs(fixture.get_json("/v1/claims?delivery=delivered")) == std::vector<std::uint64_t>{1, 2});
  CHECK(seqs(fixture.get_json("/v1/claims?delivery=waiting")) == std::vector<std::uint64_t>{4, 5});
}

TEST_CASE("views: a claim that the service holds says so, since when and why, and is counted") {
  Fixture fixture;
  post_rides(fixture, 2);
  fixture.desk.refuse(3, "duplicate");
  CHECK(fixture.get_json("/v1/claims/2")["changed_at"] == nullptr);
  fixture.desk.hold(2, "screening");
  const json held = fixture.get_json("/v1/claims?delivery=held");
  REQUIRE(seqs(held) == std::vector<std::uint64_t>{2});
  CHECK(held["claims"][0]["delivery"] == "held");
  CHECK(held["claims"][0]["reason"] == "screening");
  CHECK(held["claims"][0]["granted_mg"] == 0);
  CHECK(held["claims"][0]["changed_at"].is_number_integer());
  const json status = fixture.get_json("/v1/status");
  CHECK(status["backlog"]["held"] == 1);
  CHECK(status["refusals"] == json::parse(R"([{"reason":"duplicate","kind":"final","claims":1},
                                             {"reason":"screening","kind":"held","claims":1}])"));
}

TEST_CASE("views: a refused claim names the one that was made in its place") {
  Fixture fixture;
  post_rides(fixture, 2);
  fixture.desk.refuse(2, "bad-signature");
  CHECK(fixture.get_json("/v1/claims/2")["anew"] == nullptr);
  fixture.desk.replace_refused();
  const json refused = fixture.get_json("/v1/claims/2");
  CHECK(refused["anew"] == json({{"chain", refused["chain"]}, {"seq", 4}}));
  CHECK(refused["delivery"] == "refused_final");
}

TEST_CASE("views: a wrong parameter is named") {
  const Fixture fixture;
  for (const std::string query : {"after=-1", "after=x", "after=", "limit=0", "limit=1001", "limit=1&limit=2", "delivery=lost",
                                  "order=up", "page=2", "after=18446744073709551616"}) {
    CAPTURE(query);
    const std::string answer = fixture.get("/v1/claims?" + query);
    CHECK(status_of(answer) == 400);
    CHECK(problem_of(answer)["field"] == query.substr(0, query.find('=')));
  }
}

TEST_CASE("views: a claim is shown with all it says") {
  Fixture fixture;
  CHECK(status_of(fixture.post(ride("a"))) == 201);
  json claim = fixture.get_json("/v1/claims/2");
  CHECK(claim["certificate_sha256"].get<std::string>().size() == 64);
  CHECK(claim["entry"]["quantities"] == json::parse(R"({"m.odometer":2400})"));
  CHECK(claim["entry"]["kind"] == "reduction");
  CHECK(claim["entry"]["credited_mg"] == 90'000);
  REQUIRE(claim["entry"]["nullifiers"].size() == 1);
  CHECK(claim["entry"]["nullifiers"][0]["root"] == 4);
  CHECK(claim["entry"]["nullifiers"][0]["version"] == 2);
  CHECK(claim["entry"]["nullifiers"][0]["digest"].get<std::string>().starts_with("0200"));
  CHECK(claim["delivery"] == "waiting");
  CHECK(claim["chain"] == "0102030405060708");
  CHECK(claim["merchant"] == "cafe");
  CHECK(fixture.get_json("/v1/claims/1")["entry"] == json::parse(R"({"kind":"start","reason":"new-chain","assignment":1})"));
  for (const std::string seq : {"3", "0", "x", "", "1/2", "-1"}) CHECK(status_of(fixture.get("/v1/claims/" + seq)) == 404);
}

TEST_CASE("views: a reversal names the claim it takes back, and that one is shown to be reversed") {
  Fixture fixture;
  post_rides(fixture, 2);  // seqs 2 and 3
  REQUIRE(fixture.desk.undo(3));
  const json claims = fixture.get_json("/v1/claims")["claims"];
  REQUIRE(claims.size() == 4);
  CHECK(claims[1]["reversed"] == nullptr);
  CHECK(claims[2]["reversed"] == "all");
  CHECK(claims[2]["of_seq"] == nullptr);
  CHECK(claims[3]["of_seq"] == 3);
  CHECK(claims[3]["reversed"] == nullptr);
  CHECK(fixture.get_json("/v1/claims/4")["of_seq"] == 3);
}

TEST_CASE("views: a claim leaves as a signed message without the customer's token") {
  Fixture fixture;
  std::string body = ride("a");
  body.insert(body.size() - 1, R"(,"account_token":"customer-77")");
  CHECK(status_of(fixture.post(body)) == 201);
  const std::string answer = fixture.get("/v1/claims/2", "Accept: application/cose\r\n");
  CHECK(header_of(answer, "Content-Type") == "application/cose");
  const std::string bytes = body_of(answer);
  CHECK(bytes.find("customer-77") == std::string::npos);
  const auto message = claim::parse_message(as_bytes(bytes), claim::MessageType::claim);
  REQUIRE(message.ok());
  CHECK_FALSE(message->account.has_value());
  auto verifier = test::MbedtlsVerifier::from_certificate(fixture.desk.signer().certificate_pem());
  CHECK(claim::verify_message(crypto::Hasher(), verifier, *message));
  CHECK(fixture.get("/v1/claims/2").find("customer-77") == std::string::npos);
}

TEST_CASE("views: the whole chain is exported in order, and it verifies") {
  Fixture fixture;
  post_rides(fixture, 300);
  const std::string bytes = export_claims(fixture, "");
  ByteView rest = as_bytes(bytes);
  claim::ChainHead head;
  head.chain = {1, 2, 3, 4, 5, 6, 7, 8};
  const crypto::Hasher hasher;
  while (!rest.empty()) {
    const auto message = claim::take_message(rest, claim::MessageType::claim);
    REQUIRE(message.ok());
    const auto parsed = claim::parse_payload(message->payload);
    REQUIRE(parsed.ok());
    REQUIRE(claim::check_link(head, *parsed) == claim::LinkFault::none);
    claim::advance(head, hasher, message->payload);
  }
  CHECK(head.seq == 301);

  const std::string part = export_claims(fixture, "?after=100&limit=70");
  rest = as_bytes(part);
  std::uint64_t seq = 100;
  while (!rest.empty()) {
    const auto message = claim::take_message(rest, claim::MessageType::claim);
    REQUIRE(message.ok());
    CHECK(claim::parse_payload(message->payload)->seq == ++seq);
  }
  CHECK(seq == 170);
  CHECK(export_claims(fixture, "?after=301").empty());
}

TEST_CASE("views: what is sent piece by piece comes whole over a socket that is kept, too") {
  api::Options options;
  {
    const Fixture before;
    options.socket = ::dup(before.server->socket());  // as the service manager has it
  }
  Fixture fixture(options);
  post_rides(fixture, 300);
  const std::string bytes = export_claims(fixture, "");
  ByteView rest = as_bytes(bytes);
  std::uint64_t seq = 0;
  while (!rest.empty()) {
    const auto message = claim::take_message(rest, claim::MessageType::claim);
    REQUIRE(message.ok());
    CHECK(claim::parse_payload(message->payload)->seq == ++seq);
  }
  CHECK(seq == 301);
}

TEST_CASE("views: the service's receipts are given as they were signed, however many") {
  Fixture fixture;
  post_rides(fixture, 200);
  CHECK(receive_sequence(fixture, "/v1/receipts").empty());
  for (std::uint64_t seq = 2; seq <= 150; ++seq) fixture.desk.refuse(seq, "methodology-withdrawn");
  const std::string bytes = receive_sequence(fixture, "/v1/receipts");
  ByteView rest = as_bytes(bytes);
  std::uint64_t seq = 1;
  while (!rest.empty()) {
    const auto message = claim::take_message(rest, claim::MessageType::receipt);
    REQUIRE(message.ok());
    CHECK(claim::parse_receipt(message->payload)->processed_up_to == ++seq);
  }
  CHECK(seq == 150);
  CHECK(status_of(fixture.get("/v1/receipts?after=3")) == 400);
}

TEST_CASE("views: status and statistics tell what the desk knows") {
  Fixture fixture;
  post_rides(fixture, 2);
  CHECK(status_of(fixture.post(R"({"issuer":"a","event_id":"b","kind":"sale","begin":1})")) == 201);
  const json status = fixture.get_json("/v1/status");
  CHECK(status["device"] == "test-device");
  CHECK(status["chain"]["seq"] == 3);
  CHECK(status["trouble"] == nullptr);
  CHECK(status["plugins"][1]["last_fault"] == "crashed");
  const json total = fixture.get_json("/v1/stats")["total"];
  CHECK(total["claims"] == 2);
  CHECK(total["credited_mg"] == 180'000);
  CHECK(total["transactions"] == 3);
  CHECK(total["by_activity"]["ride.bike.shared"]["estimate_mg"] == 240'000);
}

TEST_CASE("views: a source's records are found by place, fate and event, with their event's claims") {
  Fixture fixture;
  CHECK(fixture.get_json("/v1/records") == json::parse(R"({"records":[],"next_before":null})"));
  post_rides(fixture, 1);
  fixture.desk.keep({"rides", "1", "a b.csv:1", outbox::Fate::claimed, "", event::transaction_key("dock", "r0")});
  fixture.desk.keep({"rides", "2", "a b.csv:2", outbox::Fate::refused, "column 'start': is empty"});
  fixture.desk.keep({"jobs", "3", "x.escpos: receipt 1", outbox::Fate::guarded, "doubted"});
  const json all = fixture.get_json("/v1/records?limit=2");
  REQUIRE(all["records"].size() == 2);
  CHECK(all["records"][1]["reason"] == "column 'start': is empty");
  CHECK(all["records"][1]["claims"].empty());
  const json rest = fixture.get_json("/v1/records?before=" + std::to_string(all["next_before"].get<int>()));
  REQUIRE(rest["records"].size() == 1);
  CHECK(rest["next_before"] == nullptr);
  CHECK(rest["records"][0]["fate"] == "claimed");
  CHECK(rest["records"][0]["reason"] == nullptr);
  CHECK(rest["records"][0]["claims"] == json::array({2}));
  CHECK(fixture.get_json("/v1/records?where=a%20b.csv&fate=refused")["records"].size() == 1);
  CHECK(fixture.get_json("/v1/records?source=jobs")["records"][0]["where"] == "x.escpos: receipt 1");
  CHECK(fixture.get_json("/v1/records?issuer=dock&event_id=r0")["records"].size() == 1);
  CHECK(fixture.get_json("/v1/records?issuer=dock&event_id=r1")["records"].empty());
  CHECK(problem_of(fixture.get("/v1/records?event_id=1"))["field"] == "issuer");
  CHECK(problem_of(fixture.get("/v1/records?fate=lost"))["field"] == "fate");

  const json counts = fixture.get_json("/v1/status")["records"];
  REQUIRE(counts.size() == 3);
  CHECK(counts[0]["source"] == "jobs");
  CHECK(body_of(fixture.get("/metrics"))
            .find("greentill_source_records_total{source=\"rides\",fate=\"refused\",reason=\"column 'start': "
                  "is empty\"} 1\n") != std::string::npos);
}

TEST_CASE("views: health is 503 with the trouble while transactions are not taken") {
  Fixture fixture;
  CHECK(fixture.get_json("/healthz") == json::parse(R"({"status":"ok"})"));
  fixture.desk.set_trouble("the disk is full");
  const std::string answer = fixture.get("/healthz");
  CHECK(status_of(answer) == 503);
  CHECK(problem_of(answer)["detail"] == "the disk is full");
  CHECK(fixture.get_json("/v1/status")["trouble"] == "the disk is full");
}

TEST_CASE("views: what is wrong with clock and certificate stands in the status, and transactions are taken") {
  Fixture fixture;
  CHECK(fixture.get_json("/v1/status")["warnings"] == json::array());
  fixture.desk.set_warnings({"the clock is wrong", "it expired"});
  CHECK(fixture.get_json("/v1/status")["warnings"] == json({"the clock is wrong", "it expired"}));
  CHECK(status_of(fixture.get("/healthz")) == 200);
}

TEST_CASE("views: metrics keep to Prometheus' text format") {
  Fixture fixture;
  post_rides(fixture, 1);
  const std::string answer = fixture.get("/metrics");
  CHECK(header_of(answer, "Content-Type") == "text/plain; version=0.0.4; charset=utf-8");
  const std::string body = body_of(answer);
  std::map<std::string, std::string> types;
  std::istringstream lines(body);
  for (std::string line; std::getline(lines, line);) {
    CAPTURE(line);
    std::istringstream words(line);
    std::string hash, keyword, name, rest;
    if (line.starts_with('#')) {
      words >> hash >> keyword >> name >> rest;
      CHECK(name.starts_with("greentill_"));
      CHECK((keyword == "HELP" ? !rest.empty() : keyword == "TYPE" && (rest == "gauge" || rest == "counter")));
      if (keyword == "TYPE") CHECK(types.emplace(name, rest).second);
      CHECK((rest != "counter" || name.ends_with("_total")));
    } else {
      name = line.substr(0, line.find_first_of("{ "));
      CHECK(types.contains(name));
      CHECK((name.size() == line.find(' ') || line.find("\"} ") != std::string::npos));
      CHECK(line.find_first_not_of("0123456789.-", line.rfind(' ') + 1) == std::string::npos);
    }
  }
  CHECK(body.find("\ngreentill_credited_grams{activity=\"ride.bike.shared\"} 90.000\n") != std::string::npos);
  CHECK(body.find("{plugin=\"odd \\\"name\\\"\\\\\"} 0\n") != std::string::npos);
}
