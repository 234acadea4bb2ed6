// SPDX-License-Identifier: Apache-2.0
#include "plugins/common/json_line.hpp"

#include <doctest/doctest.h>

#include "daemon/api/document.hpp"

namespace greentill::plugin {
namespace {

const std::string kLeast = R"("issuer":"till","event_id":"7","kind":"sale","begin":1760000000)";

/// The least document with something more, or with something else.
std::string with(const std::string& more) { return "{" + kLeast + "," + more + "}"; }
std::string instead(const std::string& field, const std::string& value) {
  std::string text = "{" + kLeast + "}";
  const std::size_t begin = text.find("\"" + field + "\":") + field.size() + 3;
  return text.replace(begin, text.find_first_of(",}", begin) - begin, value);
}

std::string problem(const std::string& line) {
  try {
    (void)parse_json_line(line);
  } catch (const Unusable& unusable) {
    return unusable.what();
  }
  return "";
}

TEST_CASE("json line: every field arrives") {
  const auto t =
      parse_json_line(R"({"issuer":"till","event_id":"7","kind":"trip","begin":"2026-01-01T00:00:00+02:00","end":1767225600,
    "mode":"bus","quantities":{"m.track":5000,"s":0},"currency":"EUR","total_minor":-5,"tender":"cash","receipt_medium":"qr",
    "account_token":"tok","attributes":{"fare":"day"},
    "lines":[{},{"sku":"s","gtin":"g","name":"n","category":"c","quantity_milli":-1500,"amount_minor":250}]})");
  CHECK(t.issuer == "till");
  CHECK(t.event_id == "7");
  CHECK(t.kind == GT_KIND_TRIP);
  CHECK(t.begin == 1'767'218'400);
  CHECK(t.end == 1'767'225'600);
  CHECK(t.mode == "bus");
  REQUIRE(t.quantities.size() == 2);
  CHECK(t.quantities[0].unit + "=" + std::to_string(t.quantities[0].value) == "m.track=5000");
  CHECK(t.currency == "EUR");
  CHECK(t.total_minor == -5);
  CHECK(t.tender == "cash");
  CHECK(t.receipt_medium == "qr");
  CHECK(t.account_token == "tok");
  REQUIRE(t.attributes.size() == 1);
  CHECK(t.attributes[0].key + t.attributes[0].value == "fareday");
  REQUIRE(t.lines.size() == 2);
  CHECK(t.lines[0].quantity_milli == 1000);
  CHECK(t.lines[1].sku + t.lines[1].gtin + t.lines[1].name + t.lines[1].category == "sgnc");
  CHECK(t.lines[1].quantity_milli == -1500);
  CHECK(t.lines[1].amount_minor == 250);
  CHECK(parse_json_line("{" + kLeast + "}").end == 1'760'000'000);
  CHECK(parse_json_line(with(R"("bearer":true)")).bearer);
}

TEST_CASE("json line: a reversal and a record that is not final") {
  const auto t = parse_json_line(with(
      R"("reverses":{"issuer":"other","event_id":"6","reason":"cancelled"},"lines":[{"quantity_milli":-1000,"reversed_line":3}])"));
  CHECK(t.reversed_issuer == "other");
  CHECK(t.reversed_event_id == "6");
  CHECK(t.reversal_reason == GT_CANCELLED);
  REQUIRE(t.lines.size() == 1);
  CHECK(t.lines[0].reversed_line == 3);
  const auto doubtful = parse_json_line(with(R"("standing":"doubtful","remark":"the meter's clock was never set")"));
  CHECK(doubtful.standing == GT_DOUBTFUL);
  CHECK(doubtful.remark == "the meter's clock was never set");
  CHECK(problem(with(R"("reverses":{})")) == "reverses.event_id is missing");
  CHECK(problem(with(R"("reverses":{"event_id":"7"})")) == "the reversed event_id is its own");
  CHECK(problem(with(R"("standing":"gone")")) == "standing must be one of final, training, interim, reprint, doubtful");
}

TEST_CASE("json line: what is refused names its field") {
  CHECK(problem("") == "it is not JSON");
  CHECK(problem("[]") == "the transaction must be an object");
  CHECK(problem("{}") == "issuer is missing");
  CHECK(problem("{" + kLeast + "} {}") == "it is not JSON");
  CHECK(problem(with(R"("colour":1)")) == "colour is not known");
  CHECK(problem(with(R"("issuer":"b")")) == "issuer stands twice");
  CHECK(problem(with(R"("lines":[{},{"sku":1}])")) == "lines[1].sku must be a text");
  CHECK(problem(with(R"("lines":[{"price":1}])")) == "lines[0].price is not known");
  CHECK(problem(with(R"("lines":{})")) == "lines must be a list");
  CHECK(problem(with(R"("quantities":{"m":1.5})")) == "quantities.m must be an integer");
  CHECK(problem(with(R"("quantities":{"m":-1})")) == "quantity 'm' is negative");
  CHECK(problem(with(R"("quantities":{"m":9223372036854775808})")) == "quantities.m does not fit 64 bits");
  CHECK(problem(instead("kind", "\"rental\"")) == "kind must be one of sale, trip, ticket, bill, charge, takeback, stay");
  CHECK(problem(instead("begin", "\"2026-01-01T00:00:00\"")) == "begin must be Unix seconds, or RFC 3339 with its offset");
  CHECK(problem(instead("event_id", "\"\"")) == "event_id must be 1 to 128 bytes");
  CHECK(problem(with(R"("receipt_medium":"fax")")) == "receipt_medium must be one of paper, none, qr, email, app, einvoice");
  CHECK(problem(with(R"("attributes":{"a":{"b":{"c":{"d":{"e":{"f":{"g":{}}}}}}}})")) != "");
}

/// A transaction as the API's reader has it, and as ours has it, in the same words.
template <typename Transaction>
std::string shown(const Transaction& t) {
  std::string text = t.issuer + "|" + t.event_id + "|" + std::to_string(static_cast<int>(t.kind)) + "|" +
                     std::to_string(t.begin) + "|" + std::to_string(t.end) + "|" + t.mode + "|" + t.currency + "|" +
                     std::to_string(t.total_minor) + "|" + t.tender + "|" + t.receipt_medium + "|" + t.account_token +
                     (t.bearer ? "|bearer" : "|");
  text += "|" + std::to_string(static_cast<int>(t.standing)) + "," + t.remark;
  for (const auto& [unit, value] : t.quantities) text += "|" + unit + "=" + std::to_string(value);
  for (const auto& [key, value] : t.attributes) text += "|" + key + ":" + value;
  for (const auto& l : t.lines) {
    text += "|" + l.sku + "," + l.gtin + "," + l.name + "," + l.category + "," + std::to_string(l.quantity_milli) + "," +
            std::to_string(l.amount_minor) + "," + std::to_string(l.reversed_line);
  }
  return text;
}

std::string reversed(const event::Transaction& t) {
  return t.reversed.issuer + "|" + t.reversed.event_id + "|" + std::to_string(static_cast<int>(t.reversed.reason));
}
std::string reversed(const Transaction& t) {
  return t.reversed_issuer + "|" + t.reversed_event_id + "|" + std::to_string(static_cast<int>(t.reversal_reason));
}

TEST_CASE("json line: the same documents as the API takes, with the same meaning; the same refused") {
  std::vector<std::string> documents{
      "{" + kLeast + "}",
      with(R"("quantities":{"m.odometer":9223372036854775807})"),
      with(R"("quantities":{})"),
      with(R"("lines":[])"),
      with(R"("lines":[{"name":"Kahvi \u2615 \ud83d\ude00"},{"quantity_milli":0}])"),
      with(R"("lines":[{"name":"\ud83d"}])"),
      with(R"("lines":[{"name":"a\u0000b"}])"),
      with(R"("lines":[null])"),
      with(R"("mode":null)"),
      with(R"("bearer":true)"),
      with(R"("bearer":1)"),
      with(R"("bearer":true,"account_token":"t")"),
      with(R"("bearer":false,"account_token":"t")"),
      with(R"("receipt_medium":"")"),
      with(R"("receipt_medium":"QR")"),
      with(R"("end":1760000001)"),
      with(R"("end":1759999999)"),
      with(R"("total_minor":-9223372036854775808)"),
      with(R"("total_minor":1e3)"),
      with(R"("standing":"interim")"),
      with(R"("standing":"")"),
      with(R"("standing":1)"),
      with(R"("remark":"why")"),
      with(R"("reverses":{"event_id":"6"})"),
      with(R"("reverses":{"event_id":"7"})"),
      with(R"("reverses":{"issuer":"till","event_id":"7"})"),
      with(R"("reverses":{"issuer":"other","event_id":"7","reason":"correction"})"),
      with(R"("reverses":{"issuer":"other"})"),
      with(R"("reverses":{"event_id":"6","reason":"mood"})"),
      with(R"("reverses":{"event_id":"6","event_id":"5"})"),
      with(R"("reverses":"6")"),
      with(R"("reverses":{"event_id":"6"},"lines":[{"reversed_line":2}])"),
      with(R"("lines":[{"reversed_line":0}])"),
      with(R"("total_minor":1.0)"),
      with(R"("attributes":{"a":"1","a":"2"})"),
      with(R"("attributes":{"a":1})"),
      with(R"("attributes":{"":"x"})"),
      with(R"("quantities":{"":1})"),
      with(R"("lines":[{"sku":"1","sku":"2"}])"),
      with(R"("Mode":"bus")"),
      with("\"mode\":\"bus\"") + "x",
      with("\"mode\":\"bus\"") + " \t",
      instead("kind", "\"trip\""),
      instead("kind", "0"),
      instead("issuer", "7"),
      instead("issuer", "\"" + std::string(64, 'i') + "\""),
      instead("issuer", "\"" + std::string(65, 'i') + "\""),
      instead("event_id", "\"" + std::string(129, 'e') + "\""),
      with("\"account_token\":\"" + std::string(33, 't') + "\""),
  };
  for (const char* time :
       {"0", "-1", "253402300799", "253402300800", "1.5", "\"1970-01-01T00:00:00Z\"", "\"1969-12-31T23:59:59Z\"",
        "\"9999-12-31T23:59:59Z\"", "\"2026-01-01T00:00:00.123+02:00\"", "\"2026-01-01t00:00:00z\"", "\"2016-12-31T23:59:60Z\"",
        "\"2026-01-01T00:00:00+0200\"", "\"2026-01-01T00:00Z\"", "\"2026-02-29T00:00:00Z\"", "\"2026-01-01T24:00:00Z\"",
        "\"1760000000\"", "true"}) {
    documents.push_back(instead("begin", time));
  }
  std::size_t taken = 0;
  for (const std::string& document : documents) {
    CAPTURE(document);
    const auto api = api::parse_transaction(document);
    std::string own;
    const std::string refused = problem(document);
    if (refused.empty()) own = shown(parse_json_line(document)) + reversed(parse_json_line(document));
    CAPTURE(refused);
    CHECK(own == (api.ok() ? shown(*api) + reversed(*api) : std::string()));
    taken += api.ok() ? 1 : 0;
  }
  CHECK(taken == 24);
}

}  // namespace
}  // namespace greentill::plugin
