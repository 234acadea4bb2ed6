// SPDX-License-Identifier: Apache-2.0
#include "plugins/dock/lock_record.hpp"

#include "daemon/claim/keyed_message.hpp"
#include "daemon/claim/lock_ride.hpp"
#include "plugins/dock/session.hpp"

namespace greentill::dock {

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
