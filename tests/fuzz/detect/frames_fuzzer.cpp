// SPDX-License-Identifier: Apache-2.0
// What a child that lies writes to the daemon's socket: the first byte says in how large pieces it comes. Whatever is taken of it
// keeps the limits, and a record that was taken comes back from the bytes that are made of it.
#include <sys/socket.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>

#include "daemon/detect/frames.hpp"
#include "daemon/detect/sources.hpp"
#include "daemon/detect/wire.hpp"
#include "daemon/event/check.hpp"
#include "daemon/event/limits.hpp"
#include "tests/fuzz/acceptable.hpp"

namespace {

using namespace greentill;
using namespace greentill::detect;
using fuzz::require;

void check_record(const Record& record) {
  require(record.position.size() <= kMaxPositionBytes);
  if (record.kind != Record::Kind::transaction) return;
  require(!event::beyond_limits(record.transaction));
  Frame bytes;
  append_record(bytes, record);
  FrameReader reader(bytes);
  const Record again = reader.record();
  require(reader.end().ok());
  Frame same;
  append_record(same, again);
  require(same == bytes);
}

void check_batch(FrameReader& reader) {
  for (std::uint64_t left = reader.number(); left > 0; --left) {
    const Record record = reader.record();
    if (!reader.good()) return;
    check_record(record);
  }
  (void)reader.end();
}

void check_detection(FrameReader& reader) {
  const Detection detection = reader.detection();
  if (!reader.end()) return;
  require(detection.activities.size() <= event::kMaxActivities);
  for (const event::Activity& activity : detection.activities) require(!event::beyond_limits(activity));
}

void check(ByteView frame) {
  FrameReader reader(frame);
  switch (reader.kind()) {
    case Message::batch: return check_batch(reader);
    case Message::detected: return check_detection(reader);
    case Message::hello: (void)reader.hello(); break;
    case Message::detect:
      (void)reader.number();
      (void)reader.transaction();
      break;
    case Message::log:
      (void)reader.number();
      (void)reader.text();
      break;
    case Message::ready:
    case Message::failed:
      (void)reader.text();
      (void)reader.text();
      break;
    default: break;
  }
  (void)reader.end();
}

/// False where the channel gives no more.
bool take_frames(FrameChannel& channel) {
  for (;;) {
    const auto frame = channel.receive(Timeout(0));
    if (!frame) {
      require(!frame.error().message.empty());
      return false;
    }
    if (!*frame) return true;
    require((*frame)->size() <= kMaxFrameBytes);
    check(**frame);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  int ends[2];
  require(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
  FrameChannel daemon(ends[0]);
  FrameChannel child(ends[1]);  // closes its end
  const std::size_t piece = 1 + std::size_t{data[0]} * 16;
  for (ByteView rest(data + 1, size - 1); !rest.empty();) {
    const std::size_t next = std::min(piece, rest.size());
    const ssize_t sent = ::send(child.descriptor(), rest.data(), next, MSG_NOSIGNAL);
    if (sent <= 0 || !take_frames(daemon)) return 0;
    rest = rest.subspan(static_cast<std::size_t>(sent));
  }
  return 0;
}
