// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/firmware/dock_model.hpp"

#include <doctest/doctest.h>

#include <algorithm>

namespace greentill::test {

using namespace firmware;

void DockModel::connect() { link_.emplace(*world_.lock, world_.ports(), *this, world_.updating); }

void DockModel::restart() {
  reader_ = {};
  session = last = settled = 0;
  number_ = static_cast<std::uint8_t>(number_ + 7);
  reply_.reset();
}

void DockModel::send(ByteView bytes) {
  for (const std::uint8_t byte : bytes) {
    const auto arrives = way_ ? way_(byte, false) : std::optional(byte);
    const auto frame = arrives ? reader_.take(*arrives) : std::nullopt;
    if (!frame || frame->number != number_ || frame->content.empty()) continue;
    reply_ = Reply{static_cast<Answer>(frame->content[0]), {frame->content.begin() + 1, frame->content.end()}};
  }
}

std::optional<DockModel::Reply> DockModel::ask(Request request, ByteView content, bool in_session) {
  Bytes<kMostContent> whole{};
  ByteWriter out(whole);
  if (in_session) out.put(session);
  out.put(content);
  Bytes<kMostFrame + 1> frame{};
  const auto size = encode_frame({kLinkVersion, static_cast<std::uint8_t>(request), ++number_, out.written()}, frame);
  REQUIRE(size.has_value());
  reply_.reset();
  for (const std::uint8_t byte : ByteView(frame).first(*size)) {
    const auto arrives = way_ ? way_(byte, true) : std::optional(byte);
    if (arrives) link_->receive(Bytes<1>{*arrives});
  }
  return reply_;
}

bool DockModel::hello() {
  const auto reply = ask(Request::hello, {}, false);
  if (!reply || reply->answer != Answer::done) return false;
  hello_content = reply->content;
  ByteReader in(hello_content);
  session = in.get<std::uint32_t>();
  in.take(65 + 4);
  last = in.get<std::uint32_t>();
  in.get<std::uint32_t>();
  settled = in.get<std::uint32_t>();
  return in.ok();
}

bool DockModel::collect() {
  if (!hello()) return false;
  for (std::uint32_t counter = settled + 1; counter <= last; ++counter) {
    Bytes<4> asked{};
    ByteWriter(asked).put(counter);
    if (stored.count(counter) == 0) {
      const auto reply = ask(Request::fetch, asked);
      if (reply && reply->answer == Answer::not_there) continue;  // acknowledged, and its room was needed
      if (!reply || reply->answer != Answer::done) return false;
      stored[counter] = reply->content;
    }
    const auto message = claim::parse_keyed_message(stored[counter], claim::MessageType::lock_ride);
    REQUIRE(message.ok());
    Bytes<12> acknowledgement{};
    ByteWriter(acknowledgement).put(counter).put(claim::ride_link(world_.hasher, message->payload));
    acknowledged = std::max(acknowledged, counter);
    const auto reply = ask(Request::acknowledge, acknowledgement);
    if (reply && reply->answer == Answer::not_there) continue;
    if (!reply || reply->answer != Answer::done) return false;
  }
  return true;
}

}  // namespace greentill::test
