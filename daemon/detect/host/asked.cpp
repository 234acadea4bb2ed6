// SPDX-License-Identifier: Apache-2.0
#include "daemon/detect/host/asked.hpp"

#include "daemon/detect/host/host.hpp"
#include "daemon/detect/texts.hpp"

namespace greentill::detect::host {

std::int32_t Asked::ask(FrameChannel& channel, const Question& question, std::uint64_t& number) {
  if (!is_question(question.kind, question.argument)) return GT_ERROR;
  if (open_.size() + come_.size() >= kMostQuestions) return GT_FULL;
  number = ++numbers_;
  open_.insert(number);
  const CallPause waiting;
  // Where the daemon is gone the next receive shows it.
  (void)channel.send(encode_question(number, question), kForever);
  return GT_OK;
}

Status Asked::take(FrameReader& reader) {
  ReplyBox::Numbered one{reader.number(), reader.reply()};
  if (Status whole = reader.end(); !whole) return whole;
  if (open_.erase(one.number) == 0) return fail(ErrorCode::bug, "a reply came that was not asked for");
  come_.push_back(std::move(one));
  return Done{};
}

std::int32_t Asked::next(gt_reply& into) {
  if (come_.empty()) return GT_FINISHED;
  last_ = std::move(come_.front());
  come_.pop_front();
  const Reply& reply = last_.reply;
  into.question = last_.number;
  into.outcome = static_cast<std::uint32_t>(reply.outcome);
  into.message = reply.message.data();
  into.message_size = reply.message.size();
  into.reason = to_abi(reply.reason);
  return GT_OK;
}

}  // namespace greentill::detect::host
