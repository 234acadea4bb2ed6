// SPDX-License-Identifier: Apache-2.0
// One table of documents, through every door that a transaction in JSON comes in by: each must take the same, and make the same
// of it, or refuse it for the same reason.
#include <doctest/doctest.h>

#include <fstream>
#include <functional>

#include "daemon/api/document.hpp"
#include "daemon/event/check.hpp"
#include "daemon/event/json_writer.hpp"
#include "plugins/exec/protocol.hpp"
#include "plugins/journal/row_decoder.hpp"
#include "tests/detection/labelled.hpp"
#include "tests/support/temp_dir.hpp"

namespace greentill::event {
namespace {

const std::string kTaken = "taken";
const std::string kNoJson = "no JSON";

/// A transaction as JSON, or why there is none.
struct Outcome {
  bool taken = false;
  std::string text;
};

Outcome taken(const Transaction& transaction) {
  CHECK(check_transaction(transaction).ok());
  return {true, to_json(transaction, Audience::host)};
}

Outcome by_api(const std::string& document) {
  const auto items = api::parse_document(document, api::DocumentForm::lines);
  REQUIRE(items.size() == 1);
  const auto& read = items[0].transaction;
  if (read.ok()) return taken(*read);
  return {false, read.error().syntax ? kNoJson : to_string(read.error())};
}

Outcome by_journal(const std::string& document) {
  const auto decoder = journal::json_decoder();
  decoder->begin_file();
  const auto row = decoder->next(document + "\n", true);
  REQUIRE(row);
  if (row->read) return taken(*row->read);
  return {false, row->problem.starts_with("it is not JSON") ? kNoJson : row->problem};
}

Outcome by_program(const std::string& document) try {
  const auto line = exec::parse_source_line(R"({"position":"7","transaction":)" + document + "}");
  CHECK(line.position == "7");
  if (line.what == exec::SourceLine::What::transaction) return taken(line.transaction);
  return {false, line.reason};
} catch (const std::runtime_error& error) {
  CHECK(std::string(error.what()).starts_with("it wrote a line that is not of the protocol"));
  return {false, kNoJson};
}

Outcome by_labelled_set(const std::string& document) {
  const test::TempDir folder;
  const auto file = folder / "set.ndjson";
  std::ofstream(file) << R"({"why":"","expect":[],"transaction":)" << document << "}\n";
  const auto read = detection::read_labelled(file);
  if (read.ok()) return taken((*read)[0].transaction);
  const std::string reason = read.error().message.substr(read.error().message.find(":1: ") + 4);
  return {false, reason.starts_with("it is not JSON") || reason.starts_with("[json") ? kNoJson : reason};
}

/// The least document with something more, or with something else in place of a field's value.
const std::string kLeast = R"("issuer":"till","event_id":"7","kind":"sale","begin":1760000000)";
std::string with(const std::string& more) { return "{" + kLeast + "," + more + "}"; }
std::string instead(const std::string& field, const std::string& value) {
  std::string text = "{" + kLeast + "}";
  const std::size_t begin = text.find("\"" + field + "\":") + field.size() + 3;
  return text.replace(begin, text.find_first_of(",}", begin) - begin, value);
}
std::string quoted(std::size_t bytes) { return '"' + std::string(bytes, 'x') + '"'; }

/// So many members or elements, made by their number.
std::string many(std::size_t count, const std::function<std::string(std::size_t)>& make) {
  std::string all;
  for (std::size_t i = 0; i < count; ++i) all += (i == 0 ? "" : ",") + make(i);
  return all;
}
std::string quantities(std::size_t count) {
  return "\"quantities\":{" + many(count, [](std::size_t i) { return "\"u" + std::to_string(i) + "\":1"; }) + "}";
}
std::string attributes(std::size_t count) {
  return "\"attributes\":{" + many(count, [](std::size_t i) { return "\"a" + std::to_string(i) + "\":\"\""; }) + "}";
}
std::string lines(std::size_t count) {
  return "\"lines\":[" + many(count, [](std::size_t) { return "{}"; }) + "]";
}

struct Case {
  std::string document;
  std::string outcome;  ///< kTaken, kNoJson, or the reason
};

std::vector<Case> forms() {
  return {
      {"{" + kLeast + "}", kTaken},
      {with(R"("quantities":{"m.odometer":9223372036854775807})"), kTaken},
      {with(R"("quantities":{},"lines":[],"attributes":{})"), kTaken},
      {with(R"("lines":[{"name":"Kahvi \u2615 \ud83d\ude00"},{"quantity_milli":0}])"), kTaken},
      {with(R"("lines":[{"name":"\ud83d"}])"), kNoJson},
      {with(R"("lines":[{"name":"a\u0000b"}],"attributes":{"\u0000":"\u0000"})"), kTaken},
      {with(R"("lines":[null])"), "lines[0]: must not be null; leave the field out"},
      {with(R"("mode":null)"), "mode: must not be null; leave the field out"},
      {with(R"("mode":["bus"])"), "mode: must be a text"},
      {with(R"("bearer":true)"), kTaken},
      {with(R"("bearer":1)"), "bearer: must be true or false"},
      {with(R"("bearer":true,"account_token":"t")"), "bearer: must not be true beside an account_token"},
      {with(R"("bearer":false,"account_token":"t")"), kTaken},
      {with(R"("account_token":"4111111111111111")"), "account_token: must not be a card number; use an opaque token"},
      {with(R"("receipt_medium":"","currency":"")"), kTaken},
      {with(R"("receipt_medium":"QR")"), "receipt_medium: must be one of paper, none, qr, email, app, einvoice"},
      {with(R"("currency":"EUR")"), kTaken},
      {with(R"("currency":"eur")"), "currency: must be an ISO 4217 code like EUR"},
      {with(R"("end":1760000001)"), kTaken},
      {with(R"("end":1759999999)"), "end: must not be before begin"},
      {with(R"("total_minor":-9223372036854775808)"), kTaken},
      {with(R"("total_minor":9223372036854775808)"), "total_minor: must fit 64 bits with a sign"},
      {with(R"("total_minor":1e3)"), "total_minor: must be an integer, without point or exponent"},
      {with(R"("standing":"interim","remark":"why")"), kTaken},
      {with(R"("standing":"")"), "standing: must be one of final, training, interim, reprint, doubtful"},
      {with(R"("reverses":{"event_id":"6"})"), kTaken},
      {with(R"("reverses":{"event_id":"6","issuer":""})"), kTaken},
      {with(R"("reverses":{"event_id":"7"})"), "reverses.event_id: must be another event's than event_id"},
      {with(R"("reverses":{"issuer":"till","event_id":"7"})"), "reverses.event_id: must be another event's than event_id"},
      {with(R"("reverses":{"issuer":"other","event_id":"7","reason":"correction"})"), kTaken},
      {with(R"("reverses":{"issuer":"other"})"), "reverses.event_id: is required"},
      {with(R"("reverses":{"event_id":"6","event_id":"5"})"), "reverses.event_id: is there twice"},
      {with(R"("reverses":"6")"), "reverses: must be an object"},
      {with(R"("reverses":{"event_id":"6"},"lines":[{"reversed_line":2}])"), kTaken},
      {with(R"("lines":[{"unit":"kg"},{"unit":""}])"), kTaken},
      {with(R"("lines":[{"unit":"lb"}])"), "lines[0].unit: must be one of pieces, kg, l"},
      {with(R"("lines":[{"reversed_line":0}])"), "lines[0].reversed_line: must be 1 or more: lines are counted from 1"},
      {with(R"("attributes":{"a":"1","a":"2"})"), "attributes.a: is there twice"},
      {with(R"("attributes":{"a":1})"), "attributes.a: must be a text"},
      {with(R"("attributes":{"":"x"})"), "attributes: names must be 1 to 4096 bytes long"},
      {with(R"("quantities":{"":1})"), "quantities: names must be 1 to 32 bytes long"},
      {with(R"("quantities":{"s":-1})"), "quantities.s: must not be negative"},
      {with(R"("lines":[{"sku":"1","sku":"2"}])"), "lines[0].sku: is there twice"},
      {with(R"("mode":"bus","m\u006fde":"bus")"), "mode: is there twice"},
      {with(R"("Mode":"bus")"), "Mode: is not a field of this interface"},
      {with(R"("evidence":"00")"), "evidence: is not a field of this interface"},
      {with(R"("mode":"4111111111111111","lines":[{"sku":"4006381334013"}])"), kTaken},
      {with(R"("mode":"bus")") + " \t", kTaken},
      {with("\"mode\":\"bus\"") + "x", kNoJson},
      {"{oops}", kNoJson},
      {"[]", "it must be an object"},
      {"7", "it must be an object"},
      {"{}", "issuer: is required"},
      {instead("kind", "\"trip\""), kTaken},
      {instead("kind", "0"), "kind: must be a text"},
      {instead("issuer", "7"), "issuer: must be a text"},
      {instead("event_id", "\"\""), "event_id: must not be empty"},
  };
}

std::vector<Case> times() {
  const std::string no_time = "begin: must be Unix seconds or an RFC 3339 time with its offset";
  const std::string beyond = "begin: must be a time from 1970 to 9999";
  std::vector<Case> cases{{instead("begin", "1.5"), "begin: must be an integer, without point or exponent"}};
  for (const char* time :
       {"0", "253402300799", "\"1970-01-01T00:00:00Z\"", "\"9999-12-31T23:59:59Z\"", "\"2026-01-01T00:00:00.123+02:00\"",
        "\"2026-01-01t00:00:00z\"", "\"2026-01-01 00:00:00Z\"", "\"2016-12-31T23:59:60Z\""}) {
    cases.push_back({instead("begin", time), kTaken});
  }
  for (const char* time : {"-1", "253402300800", "\"1969-12-31T23:59:59Z\""}) cases.push_back({instead("begin", time), beyond});
  for (const char* time : {"\"2026-01-01T00:00:00+0200\"", "\"2026-01-01T00:00Z\"", "\"2026-01-01  00:00:00Z\"",
                           "\"2026-02-29T00:00:00Z\"", "\"2026-01-01T24:00:00Z\"", "\"1760000000\"", "true"}) {
    cases.push_back({instead("begin", time), no_time});
  }
  return cases;
}

std::vector<Case> edges() {
  std::vector<Case> cases{
      {with(quantities(64)), kTaken},
      {with(quantities(65)), "quantities: must be at most 64"},
      {with(attributes(256)), kTaken},
      {with(attributes(257)), "attributes: must be at most 256"},
      {with(lines(10'000)), kTaken},
      {with(lines(10'001)), "lines: must be at most 10000"},
      {with("\"quantities\":{" + quoted(32) + ":1}"), kTaken},
      {with("\"quantities\":{" + quoted(33) + ":1}"), "quantities: names must be 1 to 32 bytes long"},
      {with("\"attributes\":{" + quoted(4096) + ":\"\"}"), kTaken},
      {with("\"attributes\":{" + quoted(4097) + ":\"\"}"), "attributes: names must be 1 to 4096 bytes long"},
      {with("\"attributes\":{\"a\":" + quoted(4096) + "}"), kTaken},
      {with("\"attributes\":{\"a\":" + quoted(4097) + "}"), "attributes.a: must be at most 4096 bytes long"},
  };
  for (const auto& [field, most] : {std::pair{"issuer", 64u}, {"event_id", 128u}}) {
    cases.push_back({instead(field, quoted(most)), kTaken});
    cases.push_back({instead(field, quoted(most + 1)), field + (": must be at most " + std::to_string(most)) + " bytes long"});
  }
  for (const auto& [field, most] : {std::pair{"account_token", 32u}, {"mode", 4096u}, {"tender", 4096u}, {"remark", 4096u}}) {
    cases.push_back({with("\"" + std::string(field) + "\":" + quoted(most)), kTaken});
    cases.push_back({with("\"" + std::string(field) + "\":" + quoted(most + 1)),
                     field + (": must be at most " + std::to_string(most)) + " bytes long"});
  }
  for (const std::string field : {"sku", "gtin", "name", "category"}) {
    cases.push_back({with("\"lines\":[{\"" + field + "\":" + quoted(4096) + "}]"), kTaken});
    cases.push_back({with("\"lines\":[{\"" + field + "\":" + quoted(4097) + "}]"),
                     "lines[0]." + field + ": must be at most 4096 bytes long"});
  }
  return cases;
}

void check_all(const std::vector<Case>& cases) {
  for (const Case& one : cases) {
    CAPTURE(one.document.substr(0, 300));
    const Outcome api = by_api(one.document);
    CHECK((api.taken ? kTaken : api.text) == one.outcome);
    for (const auto& door : {&by_journal, &by_program, &by_labelled_set}) {
      const Outcome other = door(one.document);
      CHECK(other.taken == api.taken);
      CHECK(other.text == api.text);
    }
  }
}

}  // namespace

TEST_CASE("doors: the same documents are taken at each, with the same meaning, and the same refused for the same reason") {
  check_all(forms());
}

TEST_CASE("doors: a time is the same time at each") { check_all(times()); }

TEST_CASE("doors: the limits are the same at each, to the byte") { check_all(edges()); }

}  // namespace greentill::event
