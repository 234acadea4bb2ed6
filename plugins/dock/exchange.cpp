// SPDX-License-Identifier: Apache-2.0
#include "plugins/dock/exchange.hpp"

namespace greentill::dock {

using firmware::Answer;
using firmware::Request;

std::chrono::milliseconds Exchange::patience(Request request) {
  switch (request) {
    case Request::prove:
    case Request::set_time:
    case Request::settle:
    case Request::configure:
    case Request::offer_image: return 5 * kPatience;
    case Request::acknowledge_licensed: return 10 * kPatience;
    default: return kPatience;
  }
}

void Exchange::ask(Request request, ByteView content, Time now) {
  Bytes<firmware::kMostFrame + 1> frame{};
  const auto size =
      firmware::encode_frame({firmware::kLinkVersion, static_cast<std::uint8_t>(request), ++number_, content}, frame);
  if (!size) return;
  open_ = request;
  deadline_ = now + patience(request);
  // A zero first ends whatever the line held: noise, or half a frame of an earlier start.
  outgoing_.push_back(0);
  outgoing_.insert(outgoing_.end(), frame.begin(), frame.begin() + static_cast<std::ptrdiff_t>(*size));
}

std::optional<Exchange::Reply> Exchange::receive(ByteView bytes) {
  std::optional<Reply> reply;
  for (const std::uint8_t byte : bytes) {
    const auto frame = reader_.take(byte);
    if (!frame || !open_ || frame->version != firmware::kLinkVersion || frame->content.empty()) continue;
    if (frame->kind != (static_cast<std::uint8_t>(*open_) | firmware::kAnswerBit) || frame->number != number_) continue;
    const ByteView content = frame->content.subspan(1);
    reply = Reply{*open_, static_cast<Answer>(frame->content[0]), {content.begin(), content.end()}};
    open_.reset();
  }
  return reply;
}

bool Exchange::expire(Time now) {
  if (!open_ || now < deadline_) return false;
  open_.reset();
  return true;
}

}  // namespace greentill::dock
