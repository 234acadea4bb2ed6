// SPDX-License-Identifier: Apache-2.0
#include "plugins/dock/lock_record.hpp"

#include <algorithm>

#include "daemon/claim/keyed_message.hpp"
#include "daemon/claim/lock_ride.hpp"
#include "plugins/dock/session.hpp"

namespace greentill::dock {

void GoneRides::add(std::uint32_t first, std::uint32_t last) {
  if (!ranges_.empty() && first - ranges_.back().last <= 1) {
    ranges_.back().last = last;
  } else if (ranges_.size() < kMostRanges) {
    ranges_.push_back({first, last});
  }
}

void GoneRides::settle(std::uint32_t counter) {
  std::erase_if(ranges_, [&](const Range& range) { return range.last <= counter; });
  for (Range& range : ranges_) range.first = std::max(range.first, counter + 1);
}

std::int64_t GoneRides::count() const {
  std::int64_t all = 0;
  for (const Range& range : ranges_) all += std::int64_t{range.last} - range.first + 1;
  return all;
}

std::string GoneRides::news() {
  if (ranges_.empty() || ranges_.back().last <= told_) return {};
  told_ = ranges_.back().last;
  return std::to_string(count()) + " of its rides, the first " + std::to_string(ranges_.front().first) + ", the last " +
         std::to_string(told_) +
         ", are not settled, not on it any more, and were not taken here since the dock's start: another dock acknowledged them, "
         "and "
         "if the service does not get them from that one they are lost";
}

void take_receipt(LockRecord& lock, const plugin::Reply& reply, const Pace& pace, Time now) {
  lock.question.reset();
  if (reply.outcome != GT_SIGNED) {
    lock.ask_receipt_from = now + (reply.outcome == GT_LATER ? pace.retry : pace.receipts);
    return;
  }
  const auto message = claim::parse_keyed_message(reply.message, claim::MessageType::lock_receipt);
  if (!message) return;
  if (const auto receipt = claim::parse_lock_receipt(message->payload); receipt) {
    lock.receipt = reply.message;
    lock.receipt_counter = receipt->counter;
  }
}

}  // namespace greentill::dock
