// SPDX-License-Identifier: Apache-2.0
#include "daemon/detect/wire.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <functional>

#include "daemon/event/wire.hpp"

namespace greentill::detect {
namespace {

Record full_record() {
  Record record;
  event::Transaction& t = record.transaction;
  t.issuer = "till-1";
  t.event_id = "r-77";
  t.kind = event::TransactionKind::bill;
  t.begin = 5;
  t.end = 1'700'000'000;
  t.mode = "metro";
  t.quantities = {{"m.track", 5100}, {"s", 600}};
  t.lines = {
      {.sku = "sku", .gtin = "gtin", .name = "Kahvi ☕", .category = "drinks", .quantity_milli = -1000, .amount_minor = -250}, {}};
  t.currency = "EUR";
  t.total_minor = -250;
  t.tender = "cash";
  t.receipt_medium = "qr";
  t.account_token = "tok-1";
  t.standing = event::Standing::doubtful;
  t.remark = "the lock never opened";
  t.reversed = {"till-2", "sale-1", event::ReversalReason::cancelled};
  t.evidence = {0x18, 0x2a};
  t.evidence_is_personal = true;
  t.attributes = {{"fare", "day"}, {"a", ""}};
  record.where = "rides.csv:7";
  record.position = std::string("\xff\x00 opaque", 9);
  return record;
}

Status read_back(const Frame& frame) {
  FrameReader reader(frame);
  (void)reader.record();
  return reader.end();
}

TEST_CASE("wire: a record survives the way with every field") {
  Frame frame;
  const Record sent = full_record();
  append_record(frame, sent);
  FrameReader reader(frame);
  const Record got = reader.record();
  REQUIRE(reader.end().ok());
  const event::Transaction& a = sent.transaction;
  const event::Transaction& b = got.transaction;
  CHECK(got.position == sent.position);
  CHECK(got.where == sent.where);
  CHECK(a.issuer == b.issuer);
  CHECK(a.event_id == b.event_id);
  CHECK(a.kind == b.kind);
  CHECK(a.begin == b.begin);
  CHECK(a.end == b.end);
  CHECK(a.mode == b.mode);
  CHECK(b.quantities.size() == 2);
  CHECK(b.quantities[1].unit == "s");
  CHECK(b.quantities[1].value == 600);
  REQUIRE(b.lines.size() == 2);
  CHECK(b.lines[0].name == "Kahvi ☕");
  CHECK(b.lines[0].quantity_milli == -1000);
  CHECK(b.lines[0].amount_minor == -250);
  CHECK(b.lines[1].quantity_milli == 1000);
  CHECK(b.currency == "EUR");
  CHECK(b.total_minor == -250);
  CHECK(b.tender == "cash");
  CHECK(b.receipt_medium == "qr");
  CHECK(b.account_token == "tok-1");
  CHECK(b.standing == a.standing);
  CHECK(b.remark == a.remark);
  CHECK(b.reversed.issuer == a.reversed.issuer);
  CHECK(b.reversed.event_id == a.reversed.event_id);
  CHECK(b.reversed.reason == a.reversed.reason);
  CHECK(b.evidence == a.evidence);
  CHECK(b.evidence_is_personal);
  CHECK(b.attributes == a.attributes);
}

TEST_CASE("wire: a rejected record survives the way") {
  Frame frame;
  append_record(frame, {Record::Kind::refused, {}, "a.csv:3", "column 'x': is empty", "p"});
  FrameReader reader(frame);
  const Record got = reader.record();
  REQUIRE(reader.end().ok());
  CHECK(got.kind == Record::Kind::refused);
  CHECK(got.where == "a.csv:3");
  CHECK(got.reason == "column 'x': is empty");
  CHECK(got.position == "p");
}

TEST_CASE("wire: a record cut short, or with a byte behind it, is refused at every length") {
  Frame frame;
  append_record(frame, full_record());
  for (std::size_t size = 0; size < frame.size(); ++size)
    CHECK(!read_back(Frame(frame.begin(), frame.begin() + static_cast<std::ptrdiff_t>(size))).ok());
  frame.push_back(0);
  CHECK(!read_back(frame).ok());
}

TEST_CASE("wire: values beyond the plugin ABI's limits are refused with what is wrong") {
  const auto why = [](const std::function<void(Record&)>& spoil) {
    Record record = full_record();
    spoil(record);
    Frame frame;
    append_record(frame, record);
    const Status status = read_back(frame);
    return status.ok() ? std::string() : status.error().message;
  };
  CHECK(why([](Record&) {}).empty());
  CHECK(why([](Record& r) { r.transaction.issuer.clear(); }).find("issuer") != std::string::npos);
  CHECK(why([](Record& r) { r.transaction.event_id.assign(129, 'x'); }).find("event_id") != std::string::npos);
  CHECK(why([](Record& r) { r.transaction.end = 4; }).find("end") != std::string::npos);
  CHECK(why([](Record& r) { r.transaction.quantities[0].value = -1; }).find("negative") != std::string::npos);
  CHECK(why([](Record& r) { r.transaction.quantities[1].unit = "m.track"; }).find("twice") != std::string::npos);
  CHECK(why([](Record& r) { r.transaction.account_token.assign(33, 'x'); }).find("account_token") != std::string::npos);
  CHECK(why([](Record& r) { r.position.assign(1025, 'x'); }).find("position") != std::string::npos);
  CHECK(why([](Record& r) { r.transaction.lines[0].name = "\xc3\x28"; }) != "");
}

/// A record's array of fields, each of which is a list of so many items, followed by bytes that are no item at all.
std::string why_refused(std::size_t items) {
  Frame frame(4096 + items, 0xff);
  claim::CborWriter out(frame);
  event::Transaction empty;
  event::write_transaction(out, empty, event::Audience::host);
  const std::size_t size = out.size();
  const auto quantities = std::find(frame.begin(), frame.begin() + static_cast<std::ptrdiff_t>(size), 0x80);
  claim::CborWriter lie(MutableBytes(frame).subspan(static_cast<std::size_t>(quantities - frame.begin())));
  lie.array(items);
  claim::CborReader in(frame);
  (void)event::read_transaction(in);
  return in.ok() ? "" : in.fault().reason;
}

TEST_CASE("wire: more elements than the plugin ABI lets through are refused by their number, before one is read") {
  CHECK(why_refused(2) != "too many elements, or a part of one");
  CHECK(why_refused(130) == "too many elements, or a part of one");
  CHECK(why_refused(3) == "too many elements, or a part of one");
  CHECK(why_refused(2'000'000) == "too many elements, or a part of one");
}

}  // namespace
}  // namespace greentill::detect
