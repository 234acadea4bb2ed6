// SPDX-License-Identifier: Apache-2.0
#include "daemon/event/json_reader.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace greentill::event {
namespace {

const std::string kRide = R"({"issuer":"dock:7","event_id":"trip-1","kind":"trip","begin":1000,"end":1600,)"
                          R"("mode":"bike.shared","quantities":{"m.odometer":2400,"s":600}})";

// A minimal transaction with more fields.
std::string sale_with(const std::string& fields) {
  return R"({"issuer":"till","event_id":"1","kind":"sale","begin":5)" + (fields.empty() ? "" : "," + fields) + "}";
}

Refusal refusal_of(const std::string& json) {
  const auto parsed = parse_transaction(json);
  REQUIRE_FALSE(parsed.ok());
  return parsed.error();
}

}  // namespace

TEST_CASE("json reader: a transaction is read field by field") {
  const auto ride = parse_transaction(kRide);
  REQUIRE(ride.ok());
  CHECK(ride->issuer == "dock:7");
  CHECK(ride->event_id == "trip-1");
  CHECK(ride->kind == TransactionKind::trip);
  CHECK(ride->begin == 1000);
  CHECK(ride->end == 1600);
  CHECK(ride->mode == "bike.shared");
  REQUIRE(ride->quantities.size() == 2);
  CHECK(ride->quantities[0].unit == "m.odometer");
  CHECK(ride->quantities[1].value == 600);

  const auto sale = parse_transaction(sale_with(
      R"("lines":[{"sku":"C1","gtin":"4006381333931","name":"Kaffee","category":"drinks","quantity_milli":-1500,"amount_minor":320},{}],)"
      R"("currency":"EUR","total_minor":320,"tender":"card","receipt_medium":"qr","account_token":"acct-9","bearer":false,)"
      R"("attributes":{"cup":"own","":"x"})"));
  CHECK_FALSE(sale.ok());  // an attribute without a name
  const auto good = parse_transaction(sale_with(
      R"("lines":[{"sku":"C1","gtin":"4006381333931","name":"Kaffee","category":"drinks","quantity_milli":-1500,"amount_minor":320},{}],)"
      R"("currency":"EUR","total_minor":320,"tender":"card","receipt_medium":"qr","account_token":"acct-9","bearer":false,)"
      R"("attributes":{"cup":"own"})"));
  REQUIRE(good.ok());
  CHECK(good->end == 5);
  REQUIRE(good->lines.size() == 2);
  CHECK(good->lines[0].quantity_milli == -1500);
  CHECK(good->lines[0].gtin == "4006381333931");
  CHECK(good->lines[1].quantity_milli == 1000);
  CHECK(good->total_minor == 320);
  CHECK(good->receipt_medium == "qr");
  CHECK(good->attributes == std::vector<std::pair<std::string, std::string>>{{"cup", "own"}});
}

TEST_CASE("json reader: what is wrong is told by field and reason") {
  struct Bad {
    std::string json;
    std::string field;
    std::string detail;
  };
  const std::string long_word(33, 'x');
  const std::vector<Bad> table{
      {"{}", "issuer", "is required"},
      {R"({"issuer":"a"})", "event_id", "is required"},
      {R"({"issuer":"a","event_id":"b"})", "kind", "is required"},
      {R"({"issuer":"a","event_id":"b","kind":"sale"})", "begin", "is required"},
      {"7", "", "must be an object"},
      {"true", "", "must be an object"},
      {"\"x\"", "", "must be an object"},
      {"[]", "", "must be an object"},
      {"1.5", "", "must be an object"},
      {"null", "", "must not be null; leave the field out"},
      {R"({"issuer":""})", "issuer", "must not be empty"},
      {R"({"issuer":")" + std::string(65, 'a') + "\"}", "issuer", "must be at most 64 bytes long"},
      {R"({"event_id":")" + std::string(129, 'a') + "\"}", "event_id", "must be at most 128 bytes long"},
      {R"({"issuer":7})", "issuer", "must be a text"},
      {R"({"issuer":{}})", "issuer", "must be a text"},
      {R"({"issuer":null})", "issuer", "must not be null; leave the field out"},
      {R"({"issuer":"a","issuer":"b"})", "issuer", "is there twice"},
      {sale_with(R"("colour":"red")"), "colour", "is not a field of this interface"},
      {R"({"kind":"gift"})", "kind", "must be one of sale, trip, ticket, bill, charge, takeback, stay"},
      {R"({"kind":3})", "kind", "must be a text"},
      {R"({"begin":true})", "begin", "must be Unix seconds or an RFC 3339 time with its offset"},
      {R"({"begin":"2026-11-24T08:15:00"})", "begin", "must be Unix seconds or an RFC 3339 time with its offset"},
      {R"({"begin":1.5})", "begin", "must be an integer, without point or exponent"},
      {R"({"begin":1e3})", "begin", "must be an integer, without point or exponent"},
      {R"({"begin":-1})", "begin", "must be a time from 1970 to 9999"},
      {R"({"begin":9223372036854775808})", "begin", "must fit 64 bits with a sign"},
      {R"({"begin":99999999999999999999})", "begin", "must fit 64 bits with a sign"},
      {sale_with(R"("end":4)"), "end", "must not be before begin"},
      {sale_with(R"("mode":")" + std::string(4097, 'x') + "\""), "mode", "must be at most 4096 bytes long"},
      {sale_with(R"("quantities":[])"), "quantities", "must be an object"},
      {sale_with(R"("quantities":{"s":-1})"), "quantities.s", "must not be negative"},
      {sale_with(R"("quantities":{"s":"9"})"), "quantities.s", "must be an integer"},
      {sale_with(R"("quantities":{"s":1,"s":2})"), "quantities.s", "is there twice"},
      {sale_with(R"("quantities":{"":1})"), "quantities", "names must be 1 to 32 bytes long"},
      {sale_with(R"("lines":{})"), "lines", "must be an array"},
      {sale_with(R"("lines":[7])"), "lines[0]", "must be an object"},
      {sale_with(R"("lines":[{},[]])"), "lines[1]", "must be an object"},
      {sale_with(R"("lines":[{},{"gtin":7}])"), "lines[1].gtin", "must be a text"},
      {sale_with(R"("lines":[{"amount_minor":"7"}])"), "lines[0].amount_minor", "must be an integer"},
      {sale_with(R"("lines":[{"price":7}])"), "lines[0].price", "is not a field of this interface"},
      {sale_with(R"("lines":[{"sku":"a","sku":"a"}])"), "lines[0].sku", "is there twice"},
      {sale_with(R"("currency":"eur")"), "currency", "must be an ISO 4217 code like EUR"},
      {sale_with(R"("total_minor":1.0)"), "total_minor", "must be an integer, without point or exponent"},
      {sale_with(R"("receipt_medium":"papyrus")"), "receipt_medium", "must be one of paper, none, qr, email, app, einvoice"},
      {sale_with(R"("account_token":")" + long_word + "\""), "account_token", "must be at most 32 bytes long"},
      {sale_with(R"("account_token":"4111111111111111")"), "account_token", "must not be a card number; use an opaque token"},
      {sale_with(R"("account_token":"a","bearer":true)"), "bearer", "must not be true beside an account_token"},
      {sale_with(R"("bearer":"yes")"), "bearer", "must be true or false"},
      {sale_with(R"("attributes":{"a":1})"), "attributes.a", "must be a text"},
      {sale_with(R"("attributes":{"a":"x","a":"y"})"), "attributes.a", "is there twice"},
      {sale_with(R"("attributes":{"a":{"b":"c"}})"), "attributes.a", "must be a text"},
      {sale_with(R"("attributes":{"":"x"})"), "attributes", "names must be 1 to 4096 bytes long"},
      {sale_with(R"("reverses":{})"), "reverses.event_id", "is required"},
      {sale_with(R"("reverses":{"event_id":""})"), "reverses.event_id", "must not be empty"},
      {sale_with(R"("reverses":{"event_id":"1"})"), "reverses.event_id", "must be another event's than event_id"},
      {sale_with(R"("reverses":{"event_id":"0","why":"x"})"), "reverses.why", "is not a field of this interface"},
      {sale_with(R"("reverses":{"event_id":"0","reason":"mood"})"), "reverses.reason",
       "must be one of refund, cancelled, correction"},
      {sale_with(R"("reverses":[])"), "reverses", "must be an object"},
      {sale_with(R"("standing":"gone")"), "standing", "must be one of final, training, interim, reprint, doubtful"},
      {sale_with(R"("lines":[{"reversed_line":0}])"), "lines[0].reversed_line", "must be 1 or more: lines are counted from 1"},
      {sale_with(R"("":1)"), "", "is not a field of this interface"},
      {sale_with(R"("evidence":"x")"), "evidence", "is not a field of this interface"},
      {sale_with(R"("evidence_is_personal":true)"), "evidence_is_personal", "is not a field of this interface"},
  };
  for (const Bad& bad : table) {
    CAPTURE(bad.json);
    const Refusal refusal = refusal_of(bad.json);
    CHECK_FALSE(refusal.syntax);
    CHECK(refusal.field == bad.field);
    CHECK(refusal.detail == bad.detail);
  }
}

TEST_CASE("json reader: what is not JSON is told by line and character") {
  CHECK(refusal_of("").syntax);
  CHECK(refusal_of("{").syntax);
  CHECK(refusal_of("{} {}").syntax);
  CHECK(refusal_of(R"({"issuer":"a)"
                   "\xff\"}")
            .syntax);
  CHECK(refusal_of(R"({"issuer":"\ud800"})").syntax);
  CHECK(refusal_of(R"({"begin":01})").syntax);
  CHECK(refusal_of(R"({"begin":NaN})").syntax);
  const Refusal refusal = refusal_of("{\n  \"issuer\": \"a\",\n  oops\n}");
  CHECK(refusal.syntax);
  CHECK(refusal.line == 3);
  CHECK(refusal.detail == "is not JSON from character 3 of the line on");
}

TEST_CASE("json reader: a deeply nested value is refused where it begins, not followed") {
  const std::string deep = R"({"issuer":)" + std::string(200'000, '[');
  CHECK(refusal_of(deep).field == "issuer");
  CHECK(refusal_of(std::string(200'000, '[')).detail == "must be an object");
}

TEST_CASE("json reader: card numbers are masked in every text that may be kept, and identities are left whole") {
  const auto sale = parse_transaction(
      R"({"issuer":"till","event_id":"4111111111111111","kind":"sale","begin":5,"mode":"4111111111111111","tender":"4111 1111 1111 1111",)"
      R"("lines":[{"sku":"4111111111111111","gtin":"4000000000006","name":"card 4111111111111111"}],)"
      R"("attributes":{"4111111111111111":"4111-1111-1111-1111"}})");
  REQUIRE(sale.ok());
  CHECK(sale->event_id == "4111111111111111");
  CHECK(sale->mode == "************1111");
  CHECK(sale->tender == "**** **** **** 1111");
  CHECK(sale->lines[0].sku == "************1111");
  CHECK(sale->lines[0].name == "card ************1111");
  CHECK(sale->attributes[0].first == "************1111");
  CHECK(sale->attributes[0].second == "****-****-****-1111");
}

TEST_CASE("json reader: an article number that satisfies Luhn's check by chance is kept") {
  const auto sale =
      parse_transaction(sale_with(R"("lines":[{"sku":"4006381334013","gtin":"4006381334013","name":"4006381334013"}])"));
  REQUIRE(sale.ok());
  CHECK(sale->lines[0].sku == "4006381334013");
  CHECK(sale->lines[0].gtin == "4006381334013");
  CHECK(sale->lines[0].name == "*********4013");
}

TEST_CASE("json reader: a time is Unix seconds, or RFC 3339 with its offset") {
  const auto sale = parse_transaction(R"({"issuer":"a","event_id":"b","kind":"sale","begin":"2026-11-24T08:15:00+02:00"})");
  REQUIRE(sale.ok());
  CHECK(sale->begin == 1'795'500'900);
}

TEST_CASE("json reader: a reversal, and a record that is not final") {
  const auto part = parse_transaction(sale_with(
      R"("reverses":{"issuer":"other","event_id":"6","reason":"cancelled"},"lines":[{"quantity_milli":-1000,"reversed_line":3}])"));
  REQUIRE(part.ok());
  CHECK(part->reversed.issuer == "other");
  CHECK(part->reversed.event_id == "6");
  CHECK(part->reversed.reason == ReversalReason::cancelled);
  CHECK(part->lines[0].reversed_line == 3);
  const auto doubtful = parse_transaction(sale_with(R"("standing":"doubtful","remark":"the meter's clock was never set")"));
  REQUIRE(doubtful.ok());
  CHECK(doubtful->standing == Standing::doubtful);
  CHECK(doubtful->remark == "the meter's clock was never set");
}

TEST_CASE("json reader: a refusal is one sentence for people") {
  CHECK(to_string(refusal_of(sale_with(R"("lines":[{},{"gtin":7}])"))) == "lines[1].gtin: must be a text");
  CHECK(to_string(refusal_of("7")) == "it must be an object");
  CHECK(to_string(refusal_of("{oops}")) == "it is not JSON from character 2 of the line on");
}

TEST_CASE("json reader: a member is found by its name, however the object around it is written") {
  struct Case {
    const char* object;
    const char* value;
    const char* rest;
  };
  const Case cases[] = {
      {R"({"t":{"a":[1,"}"]},"b":2})", R"({"a":[1,"}"]})", R"({"t":null,"b":2})"},
      {R"( { "b" : "\"t\":1" , "t" : 7 } )", "7 ", R"( { "b" : "\"t\":1" , "t" : null} )"},
      {"\xef\xbb\xbf{\"\\u0074\":[]}", "[]", "\xef\xbb\xbf{\"\\u0074\":null}"},
      // Whoever parses the rest sees that it is there twice, or that the object does not end.
      {R"({"t":1,"t":2})", "1", R"({"t":null,"t":2})"},
      {R"({"t":{"a":1)", R"({"a":1)", R"({"t":null)"},
  };
  for (const Case& one : cases) {
    CAPTURE(one.object);
    const auto taken = take_member(one.object, "t");
    REQUIRE(taken);
    CHECK(taken->value == one.value);
    CHECK(taken->rest == one.rest);
  }
  for (const char* without : {"", "{", "{}", "[]", "7", R"({"b":{"t":1}})", R"({"b":"t"})", R"({"b" 1,"t":2})", R"({t:1})"}) {
    CAPTURE(without);
    CHECK_FALSE(take_member(without, "t"));
  }
}

}  // namespace greentill::event
