// SPDX-License-Identifier: Apache-2.0
#include "daemon/detect/wire.hpp"

#include "daemon/detect/sources.hpp"
#include "daemon/detect/texts.hpp"
#include "daemon/event/check.hpp"
#include "daemon/event/wire.hpp"

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

void put(CborWriter& out, std::uint64_t number) { out.unsigned_integer(number); }
void put(CborWriter& out, bool flag) { out.boolean(flag); }
void put(CborWriter& out, std::string_view text) { out.text(text); }
/// A path or a position is opaque and may not be UTF-8, so it is a byte string.
void put(CborWriter& out, ByteView bytes) { out.bytes(bytes); }
void put(CborWriter& out, const event::Transaction& transaction) {
  event::write_transaction(out, transaction, event::Audience::detector);
}
void put(CborWriter& out, const std::vector<event::Activity>& activities) {
  out.array(activities.size());
  for (const event::Activity& activity : activities) event::write_activity(out, activity);
}
void put(CborWriter& out, const std::vector<std::string>& texts) {
  out.array(texts.size());
  for (const std::string& text : texts) out.bytes(as_bytes(text));
}
void put(CborWriter& out, const std::vector<std::uint16_t>& ports) {
  out.array(ports.size());
  for (const std::uint16_t port : ports) out.unsigned_integer(port);
}
void put(CborWriter& out, const std::vector<std::pair<std::string, std::string>>& pairs) {
  out.array(2 * pairs.size());
  for (const auto& [name, value] : pairs) {
    out.bytes(as_bytes(name));
    out.bytes(as_bytes(value));
  }
}

void put(CborWriter& out, const std::vector<Part::Field>& fields) {
  out.array(2 * fields.size());
  for (const Part::Field& field : fields) {
    out.text(field.name);
    if (field.number) {
      out.integer(*field.number);
    } else {
      out.text(field.text);
    }
  }
}

template <typename... Items>
Frame encode(Message kind, const Items&... items) {
  Frame frame;
  append(frame, [&](CborWriter& out) {
    out.array(1 + sizeof...(items));
    out.unsigned_integer(static_cast<std::uint64_t>(kind));
    (put(out, items), ...);
  });
  return frame;
}

}  // namespace

Frame encode_hello(const Hello& hello) {
  const Grants& grants = hello.grants;
  return encode(Message::hello, static_cast<std::uint64_t>(hello.role), as_bytes(hello.library), as_bytes(hello.configuration),
                as_bytes(hello.position), hello.program, hello.environment, grants.read, grants.write, grants.connect,
                grants.listen, grants.datagrams, grants.local_sockets, hello.memory_bytes, hello.patience_ms, hello.secrets,
                as_bytes(hello.lost.attempt), hello.lost.count, std::string_view(hello.lost.how));
}

Frame encode_detect(std::uint64_t call, const event::Transaction& transaction) {
  return encode(Message::detect, call, transaction);
}

Frame encode_durable(std::uint64_t count) { return encode(Message::durable, count); }
Frame encode_text(Message kind, std::string_view first, std::string_view second) { return encode(kind, first, second); }
Frame encode_log(std::uint64_t level, std::string_view text) { return encode(Message::log, level, text); }
Frame encode_batch_head(std::size_t count) { return encode(Message::batch, count); }
Frame encode_finished() { return encode(Message::finished); }
Frame encode_alive() { return encode(Message::alive); }

Frame encode_part(const Part& part) {
  return encode(Message::part, std::string_view(part.kind), std::string_view(part.name), std::string_view(part.fault),
                part.fields);
}

Frame encode_question(std::uint64_t number, const Question& question) {
  return encode(Message::question, number, std::string_view(question.kind), std::string_view(question.argument));
}

Frame encode_reply(std::uint64_t number, const Reply& reply) {
  return encode(Message::reply, number, static_cast<std::uint64_t>(reply.outcome), ByteView(reply.message),
                std::string_view(reply.reason));
}

Frame encode_detection(const Detection& detection) {
  return encode(Message::detected, detection.call, std::string_view(detection.fault), detection.failed, detection.activities);
}

void append_record(Frame& to, const Record& record) {
  append(to, [&](CborWriter& out) {
    out.array(4);
    out.unsigned_integer(static_cast<std::uint64_t>(record.kind));
    out.bytes(as_bytes(record.position));
    out.text(record.where);
    if (record.kind != Record::Kind::transaction) {
      out.text(record.reason);
    } else {
      event::write_transaction(out, record.transaction, event::Audience::host);
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
  hello.secrets = texts();
  hello.lost = loss();
  return hello;
}

Loss FrameReader::loss() {
  Loss lost;
  lost.attempt = as_text(reader_.bytes("an attempt"));
  lost.count = number();
  lost.how = text();
  return lost;
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

event::Transaction FrameReader::transaction() {
  event::Transaction transaction = event::read_transaction(reader_);
  hold_to_limits(transaction);
  return transaction;
}

event::Activity FrameReader::activity() {
  event::Activity activity = event::read_activity(reader_);
  hold_to_limits(activity);
  return activity;
}

template <typename Read>
void FrameReader::hold_to_limits(const Read& read) {
  if (!reader_.ok() || !wrong_.empty()) return;
  if (const auto beyond = event::beyond_limits(read)) wrong_ = to_string(*beyond);
}

Detection FrameReader::detection() {
  Detection detection;
  detection.call = number();
  detection.fault = text();
  detection.failed = reader_.boolean("failed");
  const std::size_t count = reader_.array("activities");
  if (count > event::kMaxActivities) wrong_ = "it has more than 64 activities for one transaction";
  for (std::size_t i = 0; i < count && reader_.ok() && wrong_.empty(); ++i) detection.activities.push_back(activity());
  return detection;
}

Record FrameReader::record() {
  Record record;
  const std::size_t items = reader_.array("a record");
  const std::uint64_t kind = reader_.unsigned_integer("a kind");
  if (items != 4 || kind > static_cast<std::uint64_t>(Record::Kind::left_out)) wrong_ = "it is a record of another shape";
  record.kind = static_cast<Record::Kind>(kind);
  record.position = as_text(reader_.bytes("a position"));
  if (record.position.size() > kMaxPositionBytes) wrong_ = "it has a position of more than 1024 bytes";
  record.where = text();
  if (record.kind != Record::Kind::transaction) {
    record.reason = text();
  } else {
    record.transaction = transaction();
  }
  return record;
}

Part FrameReader::part() {
  Part part{text(), text(), {}, text()};
  for (std::size_t left = reader_.array("fields"); left >= 2 && reader_.ok(); left -= 2) {
    Part::Field field{text(), {}, {}};
    const ByteView next = reader_.rest();
    if (!next.empty() && next[0] >> 5 == static_cast<std::uint8_t>(claim::CborType::text)) {
      field.text = text();
    } else {
      field.number = reader_.integer("a number");
    }
    part.fields.push_back(std::move(field));
  }
  if (const std::string beyond = beyond_limits(part); reader_.ok() && !beyond.empty()) wrong_ = "it is a part with " + beyond;
  return part;
}

Question FrameReader::question() {
  Question question{text(), text()};
  if (reader_.ok() && !is_question(question.kind, question.argument)) wrong_ = "it is no question that can be asked";
  return question;
}

Reply FrameReader::reply() {
  Reply reply;
  const std::uint64_t outcome = number();
  if (outcome > static_cast<std::uint64_t>(Outcome::never)) wrong_ = "it is a reply of another shape";
  reply.outcome = static_cast<Outcome>(outcome);
  const ByteView message = reader_.bytes("a message");
  reply.message.assign(message.begin(), message.end());
  reply.reason = text();
  return reply;
}

Status FrameReader::end() {
  if (reader_.ok()) reader_.expect_end();
  return good();
}

Status FrameReader::good() const {
  if (!reader_.ok()) return fail(ErrorCode::invalid, std::string("a broken message: ") + reader_.fault().reason);
  if (!wrong_.empty()) return fail(ErrorCode::invalid, "a message beyond the limits: " + wrong_);
  return Done{};
}

}  // namespace greentill::detect
