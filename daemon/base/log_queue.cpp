// SPDX-License-Identifier: Apache-2.0
#include "daemon/base/log_queue.hpp"

#include <algorithm>
#include <utility>

namespace greentill {
namespace {

constexpr std::array<std::size_t, 4> kShares{LogQueue::kMostBytes / 2, LogQueue::kMostBytes / 2, LogQueue::kMostBytes / 4 * 3,
                                             LogQueue::kMostBytes};
// Far below the shares: a log that is merely slow is then told of in few places, with many lines whole in between.
constexpr std::size_t kReopenBytes = LogQueue::kMostBytes / 8;

std::size_t size_of(const LogLine& line) { return sizeof(LogLine) + line.module.size() + line.message.size(); }

}  // namespace

void LogQueue::push(LogLine line) {
  const int level = static_cast<int>(line.level);
  if (level >= least_kept_ && bytes_ + size_of(line) > kShares[static_cast<std::size_t>(level)]) least_kept_ = level + 1;
  if (level < least_kept_) {
    if (!left_out_) left_out_ = LostLines{{}, line.at, line.at};
    ++left_out_->by_level[static_cast<std::size_t>(level)];
    left_out_->last = line.at;
    ++lost_;
    return;
  }
  bytes_ += size_of(line);
  lines_.push_back(std::move(line));
}

std::optional<LogLine> LogQueue::pop() {
  if (lines_.empty()) return std::nullopt;
  LogLine line = std::move(lines_.front());
  lines_.pop_front();
  bytes_ -= size_of(line);
  return line;
}

std::optional<LostLines> LogQueue::reopen() {
  if (!left_out_ || bytes_ > kReopenBytes) return std::nullopt;
  least_kept_ = 0;
  return std::exchange(left_out_, std::nullopt);
}

}  // namespace greentill
