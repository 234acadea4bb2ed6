// SPDX-License-Identifier: Apache-2.0
#include "daemon/api/document.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

#include "daemon/api/timestamp.hpp"

using namespace greentill::api;
using greentill::event::TransactionKind;

namespace {

const std::string kRide = R"({"issuer":"dock:7","event_id":"trip-1","kind":"trip","begin":1000,"end":1600,)"
                          R"("mode":"bike.shared","quantities":{"m.odometer":2400,"s":600}})";

// A minimal transaction with more fields.
std::string with(const std::string& fields) {
  return R"({"issuer":"till","event_id":"1","kind":"sale","begin":5)" + (fields.empty() ? "" : "," + fields) + "}";
}

Refusal refusal_of(const std::string& json) {
  const auto parsed = parse_transaction(json);
  REQUIRE_FALSE(parsed.ok());
  return parsed.error();
}

}  // namespace

TEST_CASE("document: a transaction is read field by field") {
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

  const auto sale = parse_transaction(with(
      R"("lines":[{"sku":"C1","gtin":"4006381333931","name":"Kaffee","category":"drinks","quantity_milli":-1500,"amount_minor":320},{}],)"
      R"("currency":"EUR","total_minor":320,"tender":"card","receipt_medium":"qr","account_token":"acct-9","bearer":false,)"
      R"("attributes":{"cup":"own","":"x"})"));
  CHECK_FALSE(sale.ok());  // an attribute without a name
  const auto good = parse_transaction(with(
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

TEST_CASE("document: what is wrong is told by field and reason") {
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
      {R"({"issuer":"a\u0000b"})", "issuer", "must not hold a NUL character"},
      {R"({"issuer":"a","issuer":"b"})", "issuer", "is there twice"},
      {with(R"("colour":"red")"), "colour", "is not a field of this interface"},
      {R"({"kind":"gift"})", "kind", "must be one of sale, trip, ticket, bill, charge, takeback, stay"},
      {R"({"kind":3})", "kind", "must be a text"},
      {R"({"begin":true})", "begin", "must be Unix seconds or an RFC 3339 time with its offset"},
      {R"({"begin":"2026-11-24T08:15:00"})", "begin", "must be Unix seconds or an RFC 3339 time with its offset"},
      {R"({"begin":1.5})", "begin", "must be an integer, without point or exponent"},
      {R"({"begin":1e3})", "begin", "must be an integer, without point or exponent"},
      {R"({"begin":-1})", "begin", "must be a time from 1970 to 9999"},
      {R"({"begin":9223372036854775808})", "begin", "must fit 64 bits with a sign"},
      {R"({"begin":99999999999999999999})", "begin", "must fit 64 bits with a sign"},
      {with(R"("end":4)"), "end", "must not be before begin"},
      {with(R"("end":6)"), "end", "must be equal to begin for a sale"},
      {with(R"("mode":")" + long_word + "\""), "mode", "must be at most 32 bytes long"},
      {with(R"("quantities":[])"), "quantities", "must be an object"},
      {with(R"("quantities":{"s":-1})"), "quantities.s", "must not be negative"},
      {with(R"("quantities":{"s":"9"})"), "quantities.s", "must be an integer"},
      {with(R"("quantities":{"s":1,"s":2})"), "quantities.s", "is there twice"},
      {with(R"("quantities":{"":1})"), "quantities", "names must be 1 to 32 bytes long, without NUL"},
      {with(R"("quantities":{"a":1,"b":1,"c":1,"d":1,"e":1,"f":1,"g":1,"h":1,"i":1})"), "quantities", "must be at most 8"},
      {with(R"("lines":{})"), "lines", "must be an array"},
      {with(R"("lines":[7])"), "lines[0]", "must be an object"},
      {with(R"("lines":[{},[]])"), "lines[1]", "must be an object"},
      {with(R"("lines":[{},{"gtin":7}])"), "lines[1].gtin", "must be a text"},
      {with(R"("lines":[{"amount_minor":"7"}])"), "lines[0].amount_minor", "must be an integer"},
      {with(R"("lines":[{"price":7}])"), "lines[0].price", "is not a field of this interface"},
      {with(R"("lines":[{"sku":"a","sku":"a"}])"), "lines[0].sku", "is there twice"},
      {with(R"("currency":"eur")"), "currency", "must be an ISO 4217 code like EUR"},
      {with(R"("total_minor":1.0)"), "total_minor", "must be an integer, without point or exponent"},
      {with(R"("receipt_medium":"papyrus")"), "receipt_medium", "must be one of paper, none, qr, email, app, einvoice"},
      {with(R"("account_token":")" + long_word + "\""), "account_token", "must be at most 32 bytes long"},
      {with(R"("account_token":"4111111111111111")"), "account_token", "must not be a card number; use an opaque token"},
      {with(R"("account_token":"a","bearer":true)"), "bearer", "must not be true beside an account_token"},
      {with(R"("bearer":"yes")"), "bearer", "must be true or false"},
      {with(R"("attributes":{"a":1})"), "attributes.a", "must be a text"},
      {with(R"("attributes":{"a":"x","a":"y"})"), "attributes.a", "is there twice"},
      {with(R"("attributes":{"a":{"b":"c"}})"), "attributes.a", "must be a text"},
  };
  for (const Bad& bad : table) {
    CAPTURE(bad.json);
    const Refusal refusal = refusal_of(bad.json);
    CHECK_FALSE(refusal.syntax);
    CHECK(refusal.field == bad.field);
    CHECK(refusal.detail == bad.detail);
  }
}

TEST_CASE("document: what is not JSON is told by line and character") {
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

TEST_CASE("document: a deeply nested value is refused where it begins, not followed") {
  const std::string deep = R"({"issuer":)" + std::string(200'000, '[');
  CHECK(refusal_of(deep).field == "issuer");
  const auto items = parse_document(std::string(200'000, '['));
  REQUIRE(items.size() == 1);
  CHECK_FALSE(items[0].transaction.ok());
}

TEST_CASE("document: card numbers are masked in every text that may be kept, and identities are left whole") {
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

TEST_CASE("document: an article number that satisfies Luhn's check by chance is kept") {
  const auto sale = parse_transaction(with(R"("lines":[{"sku":"4006381334013","gtin":"4006381334013","name":"4006381334013"}])"));
  REQUIRE(sale.ok());
  CHECK(sale->lines[0].sku == "4006381334013");
  CHECK(sale->lines[0].gtin == "4006381334013");
  CHECK(sale->lines[0].name == "*********4013");
}

TEST_CASE("document: a time is Unix seconds, or RFC 3339 with its offset") {
  CHECK(parse_rfc3339("1970-01-01T00:00:00Z") == 0);
  CHECK(parse_rfc3339("2026-11-24T08:15:00+02:00") == 1'795'500'900);
  CHECK(parse_rfc3339("2026-11-24t06:15:00.999z") == 1'795'500'900);
  CHECK(parse_rfc3339("2016-12-31T23:59:60Z") == 1'483'228'800);
  CHECK(parse_rfc3339("2024-02-29T00:00:00-00:00") == 1'709'164'800);
  for (const char* wrong :
       {"", "2026-11-24", "2026-11-24T08:15:00", "2026-11-24 08:15:00Z", "2026-13-01T00:00:00Z", "2025-02-29T00:00:00Z",
        "2026-11-24T24:00:00Z", "2026-11-24T08:60:00Z", "2026-11-24T08:15:61Z", "2026-11-24T08:15:00+24:00",
        "2026-11-24T08:15:00.Z", "2026-11-24T08:15:00Zx", "26-11-24T08:15:00Z"}) {
    CAPTURE(wrong);
    CHECK_FALSE(parse_rfc3339(wrong).has_value());
  }
  const auto sale = parse_transaction(R"({"issuer":"a","event_id":"b","kind":"sale","begin":"2026-11-24T08:15:00+02:00"})");
  REQUIRE(sale.ok());
  CHECK(sale->begin == 1'795'500'900);
}

TEST_CASE("document: its form shows in its first line") {
  CHECK(sniff_form(kRide) == DocumentForm::object);
  CHECK(sniff_form(kRide + "\n\n") == DocumentForm::object);
  CHECK(sniff_form("{\n\"issuer\": \"a\"\n}\n") == DocumentForm::object);
  CHECK(sniff_form(" [" + kRide + "]") == DocumentForm::array);
  CHECK(sniff_form(kRide + "\n" + kRide) == DocumentForm::lines);
  CHECK(sniff_form(kRide + "\r\nnot json\n") == DocumentForm::lines);
  CHECK(sniff_form(R"({"name":"}\"{"})"
                   "\n{}") == DocumentForm::lines);
  CHECK(sniff_form("") == DocumentForm::object);
  CHECK(sniff_form(" \n ") == DocumentForm::object);
}

TEST_CASE("document: good items of an array are kept around bad ones") {
  const auto items = parse_document("[" + kRide + R"(, 7, {"issuer":"]"}, )" + kRide + " ]");
  REQUIRE(items.size() == 4);
  CHECK(items[0].transaction.ok());
  CHECK(items[1].transaction.error().detail == "must be an object");
  CHECK(items[2].transaction.error().field == "event_id");
  CHECK(items[3].transaction.ok());
  CHECK(items[3].index == 3);
  CHECK(parse_document("[]").empty());
  CHECK(parse_document(" [ ] ").empty());
}

TEST_CASE("document: a broken array keeps what stands before the break, and says so") {
  for (const std::string tail : {",", ",{\"issuer\":\"x", "] ]", "]{}"}) {
    CAPTURE(tail);
    const auto items = parse_document("[" + kRide + tail);
    REQUIRE(items.size() == 2);
    CHECK(items[0].transaction.ok());
    CHECK(items[1].index == 1);
    CHECK(items[1].transaction.error().syntax);
  }
  const auto unclosed = parse_document("[" + kRide);
  REQUIRE(unclosed.size() == 1);
  CHECK(unclosed[0].transaction.error().detail == "the array ends in the middle: its ']' is missing");
}

TEST_CASE("document: good lines are kept around bad ones, each with its number") {
  const std::string text = kRide + "\n\nnot json\r\n" + kRide + "\r\n{\"issuer\":1}\n" + kRide;
  for (const std::size_t piece : {1u, 2u, 7u, 100u, 10'000u}) {
    std::vector<Item> items;
    const auto keep = [&](Item&& item) {
      items.push_back(std::move(item));
      return true;
    };
    LineSplitter splitter;
    for (std::size_t at = 0; at < text.size(); at += piece) {
      REQUIRE(splitter.feed(std::string_view(text).substr(at, piece), keep));
    }
    REQUIRE(splitter.finish(keep));
    REQUIRE(items.size() == 5);
    const std::vector<std::size_t> lines{1, 3, 4, 5, 6};
    for (std::size_t i = 0; i < items.size(); ++i) {
      CHECK(items[i].index == i);
      CHECK(items[i].line == lines[i]);
      CHECK(items[i].transaction.ok() == (i != 1 && i != 3));
    }
  }
}

TEST_CASE("document: a line without end is refused without being kept") {
  LineSplitter splitter;
  std::vector<Item> items;
  const auto keep = [&](Item&& item) {
    items.push_back(std::move(item));
    return true;
  };
  const std::string piece(kMaxTransactionBytes, 'x');
  for (int i = 0; i < 10; ++i) REQUIRE(splitter.feed(piece, keep));
  REQUIRE(splitter.feed("\n" + kRide + "\n", keep));
  REQUIRE(items.size() == 2);
  CHECK(items[0].transaction.error().detail == "must be at most 262144 bytes of JSON");
  CHECK(items[1].transaction.ok());
  CHECK(items[1].line == 2);
}

TEST_CASE("document: the visitor can stop the reading") {
  std::size_t seen = 0;
  const auto first_only = [&](Item&&) { return ++seen < 1; };
  parse_array("[" + kRide + "," + kRide + "]", first_only);
  CHECK(seen == 1);
  LineSplitter splitter;
  seen = 0;
  CHECK_FALSE(splitter.feed(kRide + "\n" + kRide + "\n", first_only));
  CHECK(seen == 1);
}
