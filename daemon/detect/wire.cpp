// SPDX-License-Identifier: Apache-2.0
#include "daemon/detect/wire.hpp"

#include "daemon/detect/sources.hpp"
#include "daemon/detect/views.hpp"

namespace greentill::detect {
namespace {

using claim::CborWriter;

template <typename Write>
void append(Frame& to, const Write& write) {
  const std::size_t at = to.size();
  for (std::size_t room = 1024;; room *= 4) {
    to.resize(at + room);
    CborWriter writer(MutableBytes(to).subspan(at));
    write(writer);
    if (!writer.ok()) continue;
    to.resize(at + writer.size());
    return;
  }
}

template <typename Write>
Frame encode(Message kind, std::size_t items, const Write& write) {
  Frame frame;
  append(frame, [&](CborWriter& out) {
    out.array(1 + items);
    out.unsigned_integer(static_cast<std::uint64_t>(kind));
    write(out);
  });
  return frame;
}

void write_quantities(CborWriter& out, const std::vector<event::QuantityValue>& quantities) {
  out.array(2 * quantities.size());
  for (const event::QuantityValue& quantity : quantities) {
    out.text(quantity.unit);
    out.integer(quantity.value);
  }
}

void write_texts(CborWriter& out, const std::vector<std::string>& texts) {
  out.array(texts.size());
  for (const std::string& text : texts) out.bytes(as_bytes(text));
}

void write_ports(CborWriter& out, const std::vector<std::uint16_t>& ports) {
  out.array(ports.size());
  for (const std::uint16_t port : ports) out.unsigned_integer(port);
}

constexpr std::size_t kLineItems = 7;
constexpr std::size_t kTransactionItems = 22;

void write_lines(CborWriter& out, const std::vector<event::Line>& lines) {
  out.array(kLineItems * lines.size());
  for (const event::Line& line : lines) {
    for (const std::string* text : {&line.sku, &line.gtin, &line.name, &line.category}) out.text(*text);
    out.integer(line.quantity_milli);
    out.integer(line.amount_minor);
    out.unsigned_integer(line.reversed_line);
  }
}

void write_transaction(CborWriter& out, const event::Transaction& t) {
  out.array(kTransactionItems);
  out.text(t.issuer);
  out.text(t.event_id);
  out.unsigned_integer(static_cast<std::uint64_t>(t.kind));
  out.integer(t.begin);
  out.integer(t.end);
  out.text(t.mode);
  write_quantities(out, t.quantities);
  write_lines(out, t.lines);
  out.text(t.currency);
  out.integer(t.total_minor);
  out.text(t.tender);
  out.text(t.receipt_medium);
  out.text(t.account_token);
  out.boolean(t.bearer);
  out.array(2 * t.attributes.size());
  for (const auto& [key, value] : t.attributes) {
    out.text(key);
    out.text(value);
  }
  out.unsigned_integer(static_cast<std::uint64_t>(t.standing));
  out.text(t.remark);
  out.text(t.reversed.issuer);
  out.text(t.reversed.event_id);
  out.unsigned_integer(static_cast<std::uint64_t>(t.reversed.reason));
  out.bytes(t.evidence);
  out.boolean(t.evidence_is_personal);
}

void write_activity(CborWriter& out, const event::Activity& activity) {
  out.array(4);
  out.text(activity.name);
  write_quantities(out, activity.quantities);
  out.unsigned_integer(activity.line);
  out.bytes(activity.evidence);
}

const char* wrong_with_copy(const event::Transaction& transaction) {
  TransactionView view;
  return wrong_with(view.of(transaction));
}

const char* wrong_with_copy(const event::Activity& a) {
  std::vector<gt_quantity> quantities;
  for (const auto& q : a.quantities) quantities.push_back({sizeof(gt_quantity), to_abi(q.unit), q.value});
  const gt_activity view{sizeof(gt_activity), to_abi(a.name),   quantities.data(), quantities.size(), a.line,
                         a.evidence.data(),   a.evidence.size()};
  return wrong_with(view, SIZE_MAX);
}

}  // namespace

Frame encode_hello(const Hello& hello) {
  return encode(Message::hello, 14, [&](CborWriter& out) {
    out.unsigned_integer(static_cast<std::uint64_t>(hello.role));
    // A path and an opaque position need not be UTF-8.
    out.bytes(as_bytes(hello.library));
    out.bytes(as_bytes(hello.configuration));
    out.bytes(as_bytes(hello.position));
    write_texts(out, hello.program);
    out.array(2 * hello.environment.size());
    for (const auto& [name, value] : hello.environment) {
      out.bytes(as_bytes(name));
      out.bytes(as_bytes(value));
    }
    write_texts(out, hello.grants.read);
    write_texts(out, hello.grants.write);
    write_ports(out, hello.grants.connect);
    write_ports(out, hello.grants.listen);
    out.boolean(hello.grants.datagrams);
    out.boolean(hello.grants.local_sockets);
    out.unsigned_integer(hello.memory_bytes);
    out.unsigned_integer(hello.patience_ms);
  });
}

Frame encode_detect(std::uint64_t call, const event::Transaction& transaction) {
  return encode(Message::detect, 2, [&](CborWriter& out) {
    out.unsigned_integer(call);
    write_transaction(out, transaction);
  });
}

Frame encode_durable(std::uint64_t count) {
  return encode(Message::durable, 1, [&](CborWriter& out) { out.unsigned_integer(count); });
}

Frame encode_text(Message kind, std::string_view first, std::string_view second) {
  return encode(kind, 2, [&](CborWriter& out) {
    out.text(first);
    out.text(second);
  });
}

Frame encode_log(std::uint64_t level, std::string_view text) {
  return encode(Message::log, 2, [&](CborWriter& out) {
    out.unsigned_integer(level);
    out.text(text);
  });
}

Frame encode_detection(const Detection& detection) {
  return encode(Message::detected, 4, [&](CborWriter& out) {
    out.unsigned_integer(detection.call);
    out.text(detection.fault);
    out.boolean(detection.failed);
    out.array(detection.activities.size());
    for (const event::Activity& activity : detection.activities) write_activity(out, activity);
  });
}

Frame encode_batch_head(std::size_t count) {
  return encode(Message::batch, 1, [&](CborWriter& out) { out.unsigned_integer(count); });
}

Frame encode_finished() {
  return encode(Message::finished, 0, [](CborWriter&) {});
}

Frame encode_alive() {
  return encode(Message::alive, 0, [](CborWriter&) {});
}

void append_record(Frame& to, const Record& record) {
  append(to, [&](CborWriter& out) {
    out.array(record.rejected ? 4 : 3);
    out.boolean(record.rejected);
    out.bytes(as_bytes(record.position));
    if (record.rejected) {
      out.text(record.where);
      out.text(record.reason);
    } else {
      write_transaction(out, record.transaction);
    }
  });
}

Message FrameReader::kind() {
  reader_.array("a message");
  return static_cast<Message>(reader_.unsigned_integer("a kind"));
}

Hello FrameReader::hello() {
  Hello hello;
  hello.role = number() == 0 ? Role::detector : Role::source;
  hello.library = as_text(reader_.bytes("a library"));
  hello.configuration = as_text(reader_.bytes("a configuration"));
  hello.position = as_text(reader_.bytes("a position"));
  hello.program = texts();
  for (std::size_t left = reader_.array("an environment"); left >= 2 && reader_.ok(); left -= 2) {
    std::string name(as_text(reader_.bytes("a name")));
    hello.environment.emplace_back(std::move(name), as_text(reader_.bytes("a value")));
  }
  hello.grants = grants();
  hello.memory_bytes = number();
  hello.patience_ms = number();
  return hello;
}

std::vector<std::string> FrameReader::texts() {
  std::vector<std::string> all;
  for (std::size_t left = reader_.array("texts"); left > 0 && reader_.ok(); --left)
    all.emplace_back(as_text(reader_.bytes("a text")));
  return all;
}

std::vector<std::uint16_t> FrameReader::ports() {
  std::vector<std::uint16_t> all;
  for (std::size_t left = reader_.array("ports"); left > 0 && reader_.ok(); --left) {
    all.push_back(static_cast<std::uint16_t>(number()));
  }
  return all;
}

Grants FrameReader::grants() {
  Grants granted;
  granted.read = texts();
  granted.write = texts();
  granted.connect = ports();
  granted.listen = ports();
  granted.datagrams = reader_.boolean("datagrams");
  granted.local_sockets = reader_.boolean("local sockets");
  return granted;
}

/// How many elements of so many items follow. Of a few bytes of a child's would become many of ours, so that a number beyond the
/// limit is refused before anything is made of it.
std::size_t FrameReader::elements(std::size_t items_each, std::size_t most, const char* wrong) {
  const std::size_t items = reader_.array(wrong);
  if (items % items_each == 0 && items / items_each <= most) return items / items_each;
  reader_.fail(claim::Fault::Kind::malformed, reader_.position(), wrong);
  return 0;
}

std::vector<event::QuantityValue> FrameReader::quantities() {
  const std::size_t count = elements(2, kMaxTransactionQuantities, "too many quantities, or no array of them");
  std::vector<event::QuantityValue> all(count);
  for (std::size_t i = 0; i < count && reader_.ok(); ++i) {
    all[i].unit = text();
    all[i].value = reader_.integer("a quantity");
  }
  return all;
}

std::vector<event::Line> FrameReader::lines() {
  const std::size_t count = elements(kLineItems, kMaxLines, "too many lines, or no array of them");
  std::vector<event::Line> all(count);
  for (std::size_t i = 0; i < count && reader_.ok(); ++i) {
    for (std::string* field : {&all[i].sku, &all[i].gtin, &all[i].name, &all[i].category}) *field = text();
    all[i].quantity_milli = reader_.integer("a quantity");
    all[i].amount_minor = reader_.integer("an amount");
    all[i].reversed_line = number();
  }
  return all;
}

std::vector<std::pair<std::string, std::string>> FrameReader::attributes() {
  const std::size_t count = elements(2, kMaxAttributes, "too many attributes, or no array of them");
  std::vector<std::pair<std::string, std::string>> all(count);
  for (std::size_t i = 0; i < count && reader_.ok(); ++i) {
    all[i].first = text();
    all[i].second = text();
  }
  return all;
}

event::Transaction FrameReader::transaction() {
  event::Transaction t;
  if (reader_.array("a transaction") != kTransactionItems) wrong_ = "a transaction of another shape";
  t.issuer = text();
  t.event_id = text();
  const std::uint64_t kind = number();
  t.kind = static_cast<event::TransactionKind>(kind);
  t.begin = reader_.integer("a begin");
  t.end = reader_.integer("an end");
  t.mode = text();
  t.quantities = quantities();
  t.lines = lines();
  t.currency = text();
  t.total_minor = reader_.integer("a total");
  t.tender = text();
  t.receipt_medium = text();
  t.account_token = text();
  t.bearer = reader_.boolean("bearer");
  t.attributes = attributes();
  const std::uint64_t standing = number();
  t.standing = static_cast<event::Standing>(standing);
  t.remark = text();
  t.reversed.issuer = text();
  t.reversed.event_id = text();
  const std::uint64_t reason = number();
  t.reversed.reason = static_cast<event::ReversalReason>(reason);
  const ByteView evidence = reader_.bytes("evidence");
  t.evidence.assign(evidence.begin(), evidence.end());
  t.evidence_is_personal = reader_.boolean("whether the evidence is personal");
  if (kind > event::kLastKind) wrong_ = "a kind that is not known";
  if (standing > event::kLastStanding) wrong_ = "a standing that is not known";
  if (reason > event::kLastReversalReason) wrong_ = "a reason of a reversal that is not known";
  if (t.account_token.size() > 32) wrong_ = "an account token of more than 32 bytes";
  if (reader_.ok() && wrong_ == nullptr) wrong_ = wrong_with_copy(t);
  return t;
}

event::Activity FrameReader::activity() {
  event::Activity activity;
  if (reader_.array("an activity") != 4) wrong_ = "an activity of another shape";
  activity.name = text();
  activity.quantities = quantities();
  activity.line = number();
  const ByteView evidence = reader_.bytes("evidence");
  activity.evidence.assign(evidence.begin(), evidence.end());
  if (reader_.ok() && wrong_ == nullptr) wrong_ = wrong_with_copy(activity);
  return activity;
}

Detection FrameReader::detection() {
  Detection detection;
  detection.call = number();
  detection.fault = text();
  detection.failed = reader_.boolean("failed");
  const std::size_t count = reader_.array("activities");
  if (count > kMaxActivities) wrong_ = "more than 64 activities for one transaction";
  for (std::size_t i = 0; i < count && reader_.ok() && wrong_ == nullptr; ++i) detection.activities.push_back(activity());
  return detection;
}

Record FrameReader::record() {
  Record record;
  const std::size_t items = reader_.array("a record");
  record.rejected = reader_.boolean("rejected");
  if (items != (record.rejected ? 4u : 3u)) wrong_ = "a record of another shape";
  record.position = as_text(reader_.bytes("a position"));
  if (record.position.size() > kMaxPositionBytes) wrong_ = "a position of more than 1024 bytes";
  if (record.rejected) {
    record.where = text();
    record.reason = text();
  } else {
    record.transaction = transaction();
  }
  return record;
}

Status FrameReader::end() {
  if (reader_.ok()) reader_.expect_end();
  return good();
}

Status FrameReader::good() const {
  if (!reader_.ok()) return fail(ErrorCode::invalid, std::string("a broken message: ") + reader_.fault().reason);
  if (wrong_ != nullptr) return fail(ErrorCode::invalid, std::string("a message with ") + wrong_);
  return Done{};
}

}  // namespace greentill::detect
