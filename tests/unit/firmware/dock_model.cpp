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

std::optional<claim::Nonce> DockModel::nonce() {
  const auto reply = ask(Request::ask_nonce);
  if (!reply || reply->answer != Answer::done) return std::nullopt;
  return ByteReader(reply->content).fixed<16>();
}

claim::Signature DockModel::proof_of(std::uint32_t counter, std::int64_t link, const claim::Nonce& nonce) {
  claim::Signature proof{};
  const Digest digest =
      claim::proof_digest(world_.hasher, claim::acknowledgement_hash(world_.hasher, {nonce, counter, link, LockFixture::kId}));
  REQUIRE(world_.dock.sign_hash(digest, proof));
  return proof;
}

std::optional<DockModel::Reply> DockModel::acknowledge_by(std::uint32_t counter, std::int64_t link, const claim::Signature& proof,
                                                          ByteView with_licence) {
  Bytes<kMostContent> content{};
  ByteWriter out(content);
  out.put(counter).put(link).put(proof).put(with_licence);
  return ask(Request::acknowledge_licensed, out.written());
}

std::optional<DockModel::Reply> DockModel::acknowledge(std::uint32_t counter, std::int64_t link) {
  Bytes<12> content{};
  ByteWriter(content).put(counter).put(link);
  auto reply = ask(Request::acknowledge, content);
  if (!reply || reply->answer != Answer::no_licence || licence.empty()) return reply;
  const auto drawn = nonce();
  return drawn ? acknowledge_by(counter, link, proof_of(counter, link, *drawn), licence) : std::nullopt;
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
    acknowledged = std::max(acknowledged, counter);
    const auto reply = acknowledge(counter, claim::ride_link(world_.hasher, message->payload));
    if (reply && reply->answer == Answer::not_there) continue;
    if (!reply || reply->answer != Answer::done) return false;
  }
  return true;
}

}  // namespace greentill::test
