// SPDX-License-Identifier: Apache-2.0
#include "daemon/event/check.hpp"

#include <doctest/doctest.h>

#include <functional>

#include "daemon/event/abi_view.hpp"
#include "daemon/event/transaction_key.hpp"

namespace greentill::event {
namespace {

Transaction ride() {
  Transaction t;
  t.issuer = "dock";
  t.event_id = "7";
  t.kind = TransactionKind::trip;
  t.begin = 1000;
  t.end = 1600;
  t.quantities = {{"m.track", 5100}, {"s", 600}};
  t.lines.resize(2);
  t.attributes = {{"fare", "day"}};
  return t;
}

/// What is said of the ride with something wrong in it: of our struct, and, where it is different, of the ABI's.
std::string wrong(const std::function<void(Transaction&)>& spoil) {
  Transaction t = ride();
  spoil(t);
  const Status checked = check_transaction(t);
  std::string said = checked.ok() ? "" : checked.error().message;
  AbiView view;
  const gt_transaction& given = view.of(t, Audience::host);
  auto abi = beyond_limits(given);
  if (!abi) abi = contradiction(given);
  if (const std::string of_abi = abi ? to_string(*abi) : ""; of_abi != said) said += " / " + of_abi;
  return said;
}

}  // namespace

TEST_CASE("check: what is wrong is named by its field, of our struct as of the ABI's") {
  CHECK(wrong([](Transaction&) {}).empty());
  CHECK(wrong([](Transaction& t) { t.issuer.clear(); }) == "issuer: must not be empty");
  CHECK(wrong([](Transaction& t) { t.event_id.assign(129, 'x'); }) == "event_id: must be at most 128 bytes long");
  CHECK(wrong([](Transaction& t) { t.kind = static_cast<TransactionKind>(7); }) == "kind: is not known");
  CHECK(wrong([](Transaction& t) { t.reversed.issuer.assign(65, 'x'); }) == "reverses.issuer: must be at most 64 bytes long");
  CHECK(wrong([](Transaction& t) { t.reversed.reason = static_cast<ReversalReason>(3); }) == "reverses.reason: is not known");
  CHECK(wrong([](Transaction& t) { t.reversed.event_id = "7"; }) == "reverses.event_id: must be another event's than event_id");
  CHECK(wrong([](Transaction& t) { t.end = 999; }) == "end: must not be before begin");
  CHECK(wrong([](Transaction& t) { t.begin = -1; }) == "begin: must be a time from 1970 to 9999");
  CHECK(wrong([](Transaction& t) { t.end = 253'402'300'800; }) == "end: must be a time from 1970 to 9999");
  CHECK(wrong([](Transaction& t) { t.quantities[1].value = -1; }) == "quantities[1].value: must not be negative");
  CHECK(wrong([](Transaction& t) { t.quantities[1].unit = "m.track"; }) == "quantities: must not have the same name twice");
  CHECK(wrong([](Transaction& t) { t.quantities.resize(65); }) == "quantities: must be at most 64");
  CHECK(wrong([](Transaction& t) { t.lines.resize(10'001); }) == "lines: must be at most 10000");
  CHECK(wrong([](Transaction& t) { t.lines[1].name.assign(4097, 'x'); }) == "lines[1].name: must be at most 4096 bytes long");
  CHECK(wrong([](Transaction& t) { t.attributes.resize(257); }) == "attributes: must be at most 256");
  CHECK(wrong([](Transaction& t) { t.account_token.assign(33, 'x'); }) == "account_token: must be at most 32 bytes long");
  CHECK(wrong([](Transaction& t) { t.account_token = "4111111111111111"; }) ==
        "account_token: must not be a card number; use an opaque token");
  CHECK(wrong([](Transaction& t) { t.evidence.resize(16'385); }) == "evidence: must be at most 16384 bytes long");
  CHECK(wrong([](Transaction& t) { t.kind = TransactionKind::sale; }).empty());  // one that took a while
}

TEST_CASE("check: a foreign plugin's record is not lost for a word that is left out of the copy") {
  CHECK(wrong([](Transaction& t) { t.currency = "eur"; }) == "currency: must be an ISO 4217 code like EUR / ");
  CHECK(wrong([](Transaction& t) { t.receipt_medium = "fax"; }) ==
        "receipt_medium: must be one of paper, none, qr, email, app, einvoice / ");
  CHECK(wrong([](Transaction& t) { t.attributes[0].first.clear(); }) == "attributes[0].key: must not be empty / ");
  Transaction sent = ride();
  sent.currency = "Euro";
  sent.receipt_medium = "fax";
  sent.attributes = {{"", "lost"}, {"a", "1"}, {"a", "2"}};
  sent.account_token = "token";
  sent.bearer = true;
  AbiView view;
  const Transaction copied = copy(view.of(sent, Audience::host));
  CHECK(copied.currency.empty());
  CHECK(copied.receipt_medium.empty());
  CHECK(copied.attributes == std::vector<Attribute>{{"a", "1"}, {"a", "2"}});
  CHECK_FALSE(copied.bearer);
  CHECK(check_transaction(copied).ok());
}

TEST_CASE("check: what cannot be read of the ABI's struct is not read") {
  const auto said = [](const std::function<void(gt_transaction&)>& spoil) {
    AbiView view;
    const Transaction t = ride();
    gt_transaction given = view.of(t, Audience::host);
    spoil(given);
    const auto beyond = beyond_limits(given);
    return beyond ? to_string(*beyond) : "";
  };
  CHECK(said([](gt_transaction&) {}).empty());
  CHECK(said([](gt_transaction& t) { t.size -= 1; }) == "it is of another size than this ABI version's");
  CHECK(said([](gt_transaction& t) { t.mode = {nullptr, 3}; }) == "mode: is not there");
  CHECK(said([](gt_transaction& t) { t.currency = {nullptr, SIZE_MAX}; }) == "currency: is not there");
  CHECK(said([](gt_transaction& t) { t.mode = {"\xc3\x28", 2}; }) == "mode: must be UTF-8");
  CHECK(said([](gt_transaction& t) { t.mode.size = SIZE_MAX; }) == "mode: must be at most 4096 bytes long");
  CHECK(said([](gt_transaction& t) { t.lines = nullptr; }) == "lines: must be an array of this ABI version's elements");
  CHECK(said([](gt_transaction& t) { t.attributes = nullptr; }) == "attributes: must be an array of this ABI version's elements");
  CHECK(said([](gt_transaction& t) { t.evidence_size = 1; }) == "evidence: is not there");
  const char latin_1[] = "\xe4";
  CHECK(said([&](gt_transaction& t) { t.receipt_medium = {latin_1, 1}; }).empty());  // left out
}

TEST_CASE("check: elements that know more fields than we do lie as far apart as they say") {
  struct LargerLine {
    gt_line line;
    std::uint64_t more;
  };
  LargerLine lines[2]{};
  for (LargerLine& line : lines) line.line.size = sizeof line;
  lines[1].line.quantity_milli = 7;
  Transaction t = ride();
  AbiView view;
  gt_transaction given = view.of(t, Audience::host);
  given.lines = &lines[0].line;
  given.line_count = 2;
  REQUIRE_FALSE(beyond_limits(given));
  CHECK(copy(given).lines[1].quantity_milli == 7);
  lines[0].line.size = sizeof(gt_line) + 1;
  CHECK(beyond_limits(given));
}

TEST_CASE("transaction key: it tells where the issuer ends") {
  CHECK(transaction_key("ab", "c") != transaction_key("a", "bc"));
  CHECK(transaction_key("a", "b") == transaction_key("a", "b"));
}

}  // namespace greentill::event
