// SPDX-License-Identifier: Apache-2.0
// A session's retries of claims that were refused for now, and what it looks after now and then.
#include <algorithm>

#include "daemon/uplink/session.hpp"

namespace greentill::uplink {

void Session::arm_retry_timer() {
  const std::chrono::milliseconds wait = std::chrono::milliseconds(around_.options.retry_refused_after) / 4;
  after(std::max(wait, std::chrono::milliseconds(250)), [](Session& session) {
    session.retries_.rest();
    session.look_again();
    if (!session.ended_ && session.send_status()) session.arm_retry_timer();
  });
}

// Sends what was left where the store could not be read before and no sale came since, and asks where a day has passed.
void Session::look_again() {
  if (!may_send()) return;
  const bool at_rest = around_.window.idle() && retry_correlation_.empty();
  if (!chain_ || (at_rest && around_.clock.monotonic() >= next_question_)) return ask();
  if (retry_correlation_.empty()) begin_retries();
  pump();
}

void Session::retry_now() {
  if (!ready_ || ended_) return;
  retry_before_ = around_.clock.unix_seconds() - 1;
  retries_.rest();
  if (retry_correlation_.empty()) begin_retries();
  pump();
}

void Session::begin_retries() {
  if (may_send() && chain_) send_retry();
}

// Sends the next retry, if any. False where the session ended.
bool Session::send_retry() {
  retry_correlation_.clear();
  std::optional<Run> run = retries_.next(around_.options.max_claims_a_batch);
  if (!run) {
    auto due = around_.reader.retryable(around_.clock.unix_seconds(), retry_before_, RetryPass::kMost);
    if (!due) around_.troubles.tell(LogLevel::error, due.error().message);
    if (!due || !retries_.begin(std::move(*due))) return true;
    run = retries_.next(around_.options.max_claims_a_batch);
  }
  const std::size_t most = std::min(batch_bytes(), room_for_claims(claims_packet(0)));
  const Status read = around_.reader.read_batch(retries_.chain(), run->first, run->count, most, batch_);
  if (!read) around_.troubles.tell(LogLevel::error, read.error().message);
  if (!read || batch_.last_seq < batch_.first_seq) return true;
  if (!limits_.fits(claims_packet(batch_.bytes.size()))) {
    report_too_large();
    return true;
  }
  if (!has_room(claims_packet(batch_.bytes.size()))) {
    stop_short();
    return !ended_;
  }
  retries_.sent(batch_.last_seq);
  retried_ = {batch_.first_seq, batch_.last_seq};
  retry_correlation_ = correlation_data(retries_.chain(), batch_.first_seq, batch_.last_seq, around_.random);
  retry_deadline_ = around_.clock.monotonic() + around_.options.receipt_timeout;
  if (!send(retries_.chain(), batch_.bytes, retry_correlation_)) return false;
  around_.board.update([](LinkStatus& status) {
    ++status.batches_sent;
    ++status.batches_resent;
  });
  arm_timer();
  return true;
}

}  // namespace greentill::uplink
