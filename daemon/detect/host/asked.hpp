// SPDX-License-Identifier: Apache-2.0
// What a source has asked the service, and the replies that it has not fetched. Threads: one.
#pragma once

#include <deque>
#include <set>

#include "daemon/detect/frames.hpp"
#include "daemon/detect/wire.hpp"
#include "greentill/plugin.h"

namespace greentill::detect::host {

class Asked {
 public:
  /// gt_services.ask: passes the question on to the daemon.
  std::int32_t ask(FrameChannel& channel, const Question& question, std::uint64_t& number);
  /// Takes a reply of the daemon, behind its kind.
  Status take(FrameReader& reader);
  /// gt_services.next_reply.
  std::int32_t next(gt_reply& into);

 private:
  std::uint64_t numbers_ = 0;
  std::set<std::uint64_t> open_;
  std::deque<ReplyBox::Numbered> come_;
  ReplyBox::Numbered last_;  // what the source was given last, and may still look at
};

}  // namespace greentill::detect::host
