// SPDX-License-Identifier: Apache-2.0
#include "plugins/exec/protocol.hpp"

#include <doctest/doctest.h>

#include "daemon/event/abi_view.hpp"
#include "daemon/event/fields.hpp"
#include "daemon/event/json_reader.hpp"

namespace greentill::exec {
namespace {

event::Transaction full() {
  event::Transaction t;
  t.issuer = "till-1";
  t.event_id = "r-77";
  t.kind = event::TransactionKind::sale;
  t.standing = event::Standing::doubtful;
  t.remark = "the clock jumped";
  t.reversed = {"till-2", "r-70", event::ReversalReason::correction};
  t.begin = t.end = 1'760'000'000;
  t.mode = "bus";
  t.quantities = {{"m.track", 5100}, {"s", 600}};
  t.lines = {{.sku = "sku",
              .gtin = "4006381333931",
              .name = "Kahvi ☕ \"gross\"",
              .category = "drinks",
              .quantity_milli = -1500,
              .amount_minor = -250,
              .reversed_line = 3},
             {}};
  t.currency = "EUR";
  t.total_minor = -250;
  t.tender = "cash";
  t.receipt_medium = "einvoice";
  t.bearer = true;
  t.attributes = {{"fare", "day"}, {"till", "7\n"}};
  return t;
}

/// The transaction of a question, as the API would read it.
event::Transaction read_back(const event::Transaction& sent) {
  event::AbiView view;
  const std::string line = question(12, view.of(sent, event::Audience::detector));
  const std::string front = R"({"call":12,"transaction":)";
  REQUIRE(line.rfind(front, 0) == 0);
  REQUIRE(line.substr(line.size() - 2) == "}\n");
  auto read = event::parse_transaction(std::string_view(line).substr(front.size(), line.size() - front.size() - 2));
  REQUIRE_MESSAGE(read.ok(), (read.error().field + " " + read.error().detail));
  return *read;
}

TEST_CASE("exec protocol: a question is the API's own form, with every field") {
  const event::Transaction sent = full();
  const event::Transaction got = read_back(sent);
  CHECK(got.issuer == sent.issuer);
  CHECK(got.event_id == sent.event_id);
  CHECK(got.kind == sent.kind);
  CHECK(got.standing == sent.standing);
  CHECK(got.remark == sent.remark);
  CHECK(got.reversed.issuer == "till-2");
  CHECK(got.reversed.event_id == "r-70");
  CHECK(got.reversed.reason == event::ReversalReason::correction);
  CHECK(got.begin == sent.begin);
  CHECK(got.mode == "bus");
  REQUIRE(got.quantities.size() == 2);
  CHECK(got.quantities[1].unit == "s");
  CHECK(got.quantities[1].value == 600);
  REQUIRE(got.lines.size() == 2);
  CHECK(got.lines[0].name == sent.lines[0].name);
  CHECK(got.lines[0].gtin == "4006381333931");
  CHECK(got.lines[0].quantity_milli == -1500);
  CHECK(got.lines[0].reversed_line == 3);
  CHECK(got.lines[1].quantity_milli == 1000);
  CHECK(got.currency == "EUR");
  CHECK(got.total_minor == -250);
  CHECK(got.tender == "cash");
  CHECK(got.receipt_medium == "einvoice");
  CHECK(got.bearer);
  CHECK(got.attributes == sent.attributes);
}

TEST_CASE("exec protocol: every kind, standing and reason has its name") {
  for (std::uint64_t kind = 0; kind < event::kKindNames.size(); ++kind) {
    for (std::uint64_t standing = 0; standing < event::kStandingNames.size(); ++standing) {
      event::Transaction sent = full();
      sent.kind = static_cast<event::TransactionKind>(kind);
      sent.standing = static_cast<event::Standing>(standing);
      sent.reversed.reason = static_cast<event::ReversalReason>(kind % event::kReasonNames.size());
      const event::Transaction got = read_back(sent);
      CHECK(got.kind == sent.kind);
      CHECK(got.standing == sent.standing);
      CHECK(got.reversed.reason == sent.reversed.reason);
    }
  }
}

TEST_CASE("exec protocol: the customer's account never leaves") {
  event::Transaction sent = full();
  sent.bearer = false;
  sent.account_token = "token-of-a-customer";
  event::AbiView view;
  CHECK(question(1, view.of(sent, event::Audience::detector)).find("token-of-a-customer") == std::string::npos);
}

TEST_CASE("exec protocol: a greeting survives a configuration of any bytes") {
  const std::string greeting = source_greeting("a \"quoted\"\nline \xff", "17", 2);
  CHECK(greeting.find('\n') == greeting.size() - 1);
  CHECK(greeting.find(R"("position":"17","window":1024,"lost_lives":2})") != std::string::npos);
  CHECK(detector_greeting("x") == "{\"protocol\":\"greentill-exec-1\",\"role\":\"detector\",\"configuration\":\"x\"}\n");
  CHECK(durable_line(UINT64_MAX) == "{\"durable\":18446744073709551615}\n");
}

TEST_CASE("exec protocol: an answer's acts arrive as they are, and a mistake in one voids the answer") {
  const Answer answer = parse_answer(
      R"({"call":3,"activities":[{"name":"a","quantities":{"pieces":2,"g":0},"line":4},{"name":"b","quantities":{}}]})", 3);
  REQUIRE(answer.acts.size() == 2);
  CHECK(answer.acts[0].name == "a");
  CHECK(answer.acts[0].line == 4);
  CHECK(answer.acts[0].quantities.size() == 2);
  CHECK(answer.acts[1].line == 0);
  const auto error = [](const std::string& act) { return parse_answer(R"({"call":3,"activities":[)" + act + "]}", 3).error; };
  CHECK(error(R"({"name":"a","quantities":{"pieces":1.5}})") == "quantities.pieces must be an integer of 64 bits");
  CHECK(error(R"({"name":"a","quantities":{"pieces":18446744073709551615}})") ==
        "quantities.pieces must be an integer of 64 bits");
  CHECK(error(R"({"name":"a","line":-1})") == "line must not be negative");
  CHECK(error(R"({"name":7})") == "an activity's 'name' is not known or of the wrong type");
  CHECK(error("7") == "an activity must be an object");
  CHECK(parse_answer(R"({"call":3,"activities":{}})", 3).error == "activities must be a list");
  CHECK(parse_answer(R"({"call":3,"error":""})", 3).error == "it failed and gave no reason");
}

}  // namespace
}  // namespace greentill::exec
