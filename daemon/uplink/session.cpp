// SPDX-License-Identifier: Apache-2.0
#include "daemon/uplink/session.hpp"

#include <algorithm>

namespace greentill::uplink {
namespace {

constexpr std::chrono::milliseconds kFarewell{1'000};
constexpr std::size_t kLeastBatchBytes = 4u << 10;
constexpr unsigned kMostHalvings = 5;
constexpr std::size_t kBesidesTheWindow = 2;  // one retry and one status message
constexpr std::size_t kMostApplying = 64;     // receipts; more are dropped, and their claims are sent again

}  // namespace

Session::Session(const Surroundings& around, SessionOwner& owner)
    : around_(around),
      owner_(owner),
      topics_(around.options.device_id),
      heard_(around.clock.monotonic()),
      standstill_(around.options.own_certificate) {}

template <typename F>
void Session::after(std::chrono::milliseconds delay, F work) {
  around_.strand.post_after(delay, [session = weak_from_this(), work] {
    const auto alive = session.lock();
    if (alive && !alive->ended_) work(*alive);
  });
}

void Session::start(const BrokerAddress& address) {
  const auto backlog = around_.reader.backlog();
  Connection connection;
  connection.broker = {address, around_.options.authorities, around_.options.certificate, around_.options.key};
  connection.client_id = around_.options.device_id;
  connection.subscription = topics_.receipts;
  connection.will_topic = topics_.status;
  connection.will = status_document(false, around_.options.version, backlog ? backlog->for_people().waiting : 0);
  connection.will_retained = around_.terms.retains;
  connection.keep_alive = around_.terms.keep_alive;
  connection.max_inflight = around_.options.batches_in_flight + kBesidesTheWindow;
  transport_ = connect_paho(connection, around_.strand, weak_from_this());
}

void Session::stop() {
  ended_ = true;
  if (!ready_) return;
  const auto backlog = around_.reader.backlog();
  const std::string status = status_document(false, around_.options.version, backlog ? backlog->for_people().waiting : 0);
  transport_->farewell({topics_.status, as_bytes(status), kStatusContentType, {}, {}, retains()}, kFarewell);
}

void Session::on_connected(const paho::BrokerLimits& limits) {
  if (ended_) return;
  heard_ = around_.clock.monotonic();
  limits_ = limits;
  if (const std::string words = limits.in_words(around_.terms.keep_alive); !words.empty()) {
    around_.log.write(LogLevel::info, "uplink", "the broker announces: " + words);
  }
  if (const std::string why = paho::without_qos_1(limits); !why.empty()) return end({ErrorCode::unavailable, why});
  // Paho does not keep to the keep-alive that the broker announces, which would then end the connection at the first silence.
  if (limits.keep_alive && limits.keep_alive->count() > 0 && *limits.keep_alive < around_.terms.keep_alive) {
    return needs({*limits.keep_alive, around_.terms.retains});
  }
  after(around_.options.receipt_timeout, [](Session& session) {
    if (!session.ready_) session.end({ErrorCode::unavailable, "the broker does not answer our subscription"});
  });
}

void Session::on_retained_refused() { needs({around_.terms.keep_alive, false}); }

void Session::needs(const Terms& terms) {
  if (ended_) return;
  ended_ = true;
  owner_.session_needs(terms);
}

bool Session::retains() const { return around_.terms.retains && limits_.retains; }

void Session::on_ready() {
  if (ended_ || ready_) return;
  heard_ = around_.clock.monotonic();
  ready_ = true;
  if (!send_status()) return;
  owner_.session_ready();
  pump();
  begin_retries();
  arm_retry_timer();
}

bool Session::send_status() {
  const auto backlog = around_.reader.backlog();
  if (!backlog) around_.troubles.tell(LogLevel::error, backlog.error().message);
  const std::uint64_t waiting = backlog ? backlog->for_people().waiting : 0;
  if (reported_backlog_ == waiting) return true;
  reported_backlog_ = waiting;
  const std::string status = status_document(true, around_.options.version, waiting);
  if (!limits_.fits(paho::publish_bytes(topics_.status, status.size(), {kStatusContentType.size()}))) return true;
  return publish({topics_.status, as_bytes(status), kStatusContentType, {}, {}, retains()});
}

bool Session::publish(const Publication& publication) {
  const Status sent = transport_->publish(publication);
  if (!sent) {
    end(sent.error());
    return false;
  }
  ++unacknowledged_;
  return true;
}

bool Session::refresh_chain() {
  const auto state = around_.reader.chain();
  if (!state) {
    around_.troubles.tell(LogLevel::error, state.error().message);
    return false;
  }
  if (!*state) return false;
  stored_ = (**state).head.seq;
  epoch_ = (**state).epoch;
  if (chain_ != (**state).head.chain) {
    chain_ = (**state).head.chain;
    around_.window.restart((**state).delivered_seq);
  }
  return true;
}

std::size_t Session::claims_packet(std::size_t bytes) const {
  return paho::publish_bytes(topics_.claims, bytes, {kClaimsContentType.size(), kCorrelationBytes, topics_.receipts.size()});
}

// Halved after each setback: a connection that loses batch after batch is offered smaller ones. Never more than the broker takes.
std::size_t Session::batch_bytes() const {
  std::size_t most = around_.options.max_bytes_a_batch;
  if (const std::size_t beside = claims_packet(most) - most; limits_.packet_bytes > 0) {
    most = std::min(most, limits_.packet_bytes - std::min(limits_.packet_bytes, beside));
  }
  return std::max(most >> std::min(around_.window.setbacks(), kMostHalvings), std::min(most, kLeastBatchBytes));
}

void Session::pump() {
  if (!ready_ || ended_) return;
  Window& window = around_.window;
  around_.awaits_claims = window.open();
  if ((!chain_ || window.idle()) && !refresh_chain()) return;
  while (window.open()) {
    const Status read = around_.reader.read_batch(window.next(), around_.options.max_claims_a_batch, batch_bytes(), batch_);
    if (!read) {
      around_.troubles.tell(LogLevel::error, read.error().message);
      break;
    }
    if (batch_.last_seq < batch_.first_seq) {
      report_missing();
      break;
    }
    if (!limits_.fits(claims_packet(batch_.bytes.size()))) {
      report_too_large();
      break;
    }
    const std::string correlation = correlation_data(*chain_, batch_.first_seq, batch_.last_seq, around_.random);
    if (window.idle()) first_ = {correlation, window.delivered(), epoch_};
    if (!send(batch_, correlation)) return;
    const bool again = window.sent(batch_.last_seq, around_.clock.monotonic());
    around_.board.update([again](LinkStatus& status) {
      ++status.batches_sent;
      if (again) ++status.batches_resent;
    });
  }
  arm_timer();
}

// Where nothing is on its way and the next claim cannot be read though the chain goes on, claims would wait for ever: says so
// once.
void Session::report_missing() {
  const std::uint64_t next = around_.window.next();
  if (!around_.window.idle() || next > stored_ || missing_ == next) return;
  missing_ = next;
  around_.troubles.tell(LogLevel::error, "claim " + std::to_string(next) + " is missing in the outbox, whose chain ends at " +
                                             std::to_string(stored_) +
                                             "; nothing behind it can be sent: the file is damaged and has to be set aside");
}

// A batch holds one claim at least, and here that alone is more than the broker takes. Claims behind it cannot overtake it.
void Session::report_too_large() {
  if (too_large_ == batch_.first_seq) return;
  too_large_ = batch_.first_seq;
  around_.troubles.tell(LogLevel::error, "the broker takes packets of at most " + std::to_string(limits_.packet_bytes) +
                                             " bytes, and claim " + std::to_string(batch_.first_seq) + " needs " +
                                             std::to_string(claims_packet(batch_.bytes.size())) +
                                             ": it waits, with all behind it, until the operator raises the broker's limit");
}

bool Session::send(const outbox::ClaimBatch& batch, const std::string& correlation) {
  return publish({topics_.claims, batch.bytes, kClaimsContentType, correlation, topics_.receipts, false});
}

void Session::on_acknowledged(const std::string& refusal) {
  if (unacknowledged_ > 0) --unacknowledged_;
  heard_ = around_.clock.monotonic();
  if (!refusal.empty()) end({ErrorCode::denied, refusal + "; the operator must let this device publish"});
}

void Session::on_message(ByteView payload, std::string_view correlation) {
  heard_ = around_.clock.monotonic();
  if (ended_ || applying_ == kMostApplying || (!chain_ && !refresh_chain())) return;
  const auto receipt = check_receipt(payload, around_.trust, around_.options.device_id, *chain_);
  const bool good = receipt.ok();
  around_.board.update([good](LinkStatus& status) { ++(good ? status.receipts : status.receipts_refused); });
  if (!good) {
    if (standstill_.is_untrusted(receipt.error())) return around_.troubles.tell_once(standstill_.why_untrusted());
    return around_.troubles.tell(LogLevel::warning, receipt.error().message);
  }
  standstill_.heard(receipt->receipt);
  ++applying_;
  const bool to_retry = !retry_correlation_.empty() && correlation == retry_correlation_;
  around_.book.apply(
      receipt->payload, to_retry ? retried_ : outbox::Retried{},
      [session = weak_from_this(), correlation = std::string(correlation)](const Result<outbox::AppliedReceipt>& applied) {
        const auto alive = session.lock();
        if (alive && !alive->ended_) alive->on_applied(correlation, applied);
      });
}

void Session::on_applied(const std::string& correlation, const Result<outbox::AppliedReceipt>& applied) {
  --applying_;
  if (!applied && applied.error().code == ErrorCode::conflict)
    return around_.troubles.stand(LogLevel::error, applied.error().message);
  if (!applied) return around_.troubles.tell(LogLevel::error, applied.error().message);
  owner_.receipt_applied();
  look_back(correlation, *applied);
  const bool moved = move_window(*applied);
  const std::uint64_t head = around_.window.delivered() + 1;
  if (!moved && first_seq_of(correlation) == head) not_taken_ = head;
  clear_trouble(moved);
  if (!retry_correlation_.empty() && correlation == retry_correlation_ && !send_retry()) return;
  pump();
}

// Clears the last trouble where the receipt moved the window, or nothing waits: a receipt alone does not show that claims move
// again.
void Session::clear_trouble(bool moved) {
  if (moved) return around_.troubles.moved(around_.clock.unix_seconds());
  if (!around_.window.idle() || around_.troubles.lasts()) return;
  const auto backlog = around_.reader.backlog();
  if (backlog && backlog->waiting == 0) around_.troubles.clear();
}

void Session::look_back(const std::string& correlation, const outbox::AppliedReceipt& applied) {
  const AskedBatch& asked = first_.correlation == correlation ? first_ : retry_;
  if (const std::string what = asked.went_back(correlation, applied); !what.empty())
    around_.troubles.stand(LogLevel::error, what);
}

bool Session::move_window(const outbox::AppliedReceipt& applied) {
  if (applied.newly_refused > 0) {
    around_.log.write(LogLevel::warning, "uplink",
                      "the service refused " + std::to_string(applied.newly_refused) +
                          " claims; their reasons are in the outbox" + standstill_.why_refused());
  }
  // The window may also have to go back where an earlier session's receipt was stored after this session began.
  if (applied.rewound || (!applied.ignored && applied.delivered_seq < around_.window.delivered())) {
    around_.log.write(LogLevel::warning, "uplink",
                      "the ledger went back; sending again from seq " + std::to_string(applied.delivered_seq + 1));
    around_.window.restart(applied.delivered_seq);
    return true;
  }
  return !applied.ignored && around_.window.processed(applied.delivered_seq, around_.clock.monotonic());
}

void Session::arm_timer() {
  std::optional<std::chrono::milliseconds> due = around_.window.deadline();
  if (!retry_correlation_.empty()) due = std::min(due.value_or(retry_deadline_), retry_deadline_);
  if (!due || (armed_for_ && *armed_for_ <= *due)) return;
  armed_for_ = due;
  const auto delay = std::max(*due - around_.clock.monotonic(), std::chrono::milliseconds(1));
  after(delay, [due = *due](Session& session) { session.on_timer(due); });
}

void Session::on_timer(std::chrono::milliseconds due) {
  if (armed_for_ == due) armed_for_.reset();
  const auto now = around_.clock.monotonic();
  // The retry's receipt is overdue: the next round sends it again.
  if (!retry_correlation_.empty() && now >= retry_deadline_) retry_correlation_.clear();
  const auto deadline = around_.window.deadline();
  if (deadline && now >= *deadline) return give_up_waiting();
  arm_timer();
}

void Session::give_up_waiting() {
  // Without acknowledgements from the broker, further batches would pile up in Paho's memory.
  if (unacknowledged_ > 0) return end({ErrorCode::unavailable, "the broker does not acknowledge what we send"});
  const std::uint64_t head = around_.window.delivered() + 1;
  if (!around_.troubles.lasts()) {
    if (standstill_.untrusted()) {
      around_.troubles.tell_once(standstill_.why_untrusted());
    } else if (not_taken_ == head) {
      around_.troubles.tell(LogLevel::warning, standstill_.why_not_taken(head));
    } else {
      around_.troubles.tell(LogLevel::warning, "no receipt for the claims from seq " + std::to_string(head) +
                                                   " on; sending them again. Is the credit service running?");
    }
  }
  not_taken_ = 0;
  around_.window.go_back();
  pump();
}

void Session::end(const Error& why) {
  if (ended_) return;
  ended_ = true;
  owner_.session_ended(why);
}

void Session::arm_retry_timer() {
  const std::chrono::milliseconds wait = std::chrono::milliseconds(around_.options.retry_refused_after) / 4;
  after(std::max(wait, std::chrono::milliseconds(250)), [](Session& session) {
    session.retries_.rest();
    if (session.retry_correlation_.empty()) session.begin_retries();
    session.pump();  // sends what was left where the store could not be read before and no sale came since
    if (!session.ended_ && session.send_status()) session.arm_retry_timer();
  });
}

void Session::retry_now() {
  if (!ready_ || ended_) return;
  retry_before_ = around_.clock.unix_seconds() - 1;
  retries_.rest();
  if (retry_correlation_.empty()) begin_retries();
  pump();
}

void Session::begin_retries() {
  if (!ended_ && chain_) send_retry();
}

// Sends the next retry, if any. False where the session ended.
bool Session::send_retry() {
  retry_correlation_.clear();
  std::optional<Run> run = retries_.next(around_.options.max_claims_a_batch);
  if (!run) {
    const std::int64_t now = around_.clock.unix_seconds();
    const std::int64_t rested = now - around_.options.retry_refused_after.count();
    auto due = around_.reader.retryable(std::max(rested, retry_before_), now, RetryPass::kMost);
    if (!due) around_.troubles.tell(LogLevel::error, due.error().message);
    if (!due || !retries_.begin(std::move(*due))) return true;
    run = retries_.next(around_.options.max_claims_a_batch);
  }
  const Status read = around_.reader.read_batch(run->first, run->count, batch_bytes(), batch_);
  if (!read) around_.troubles.tell(LogLevel::error, read.error().message);
  if (!read || batch_.last_seq < batch_.first_seq) return true;
  if (!limits_.fits(claims_packet(batch_.bytes.size()))) {
    report_too_large();
    return true;
  }
  retries_.sent(batch_.last_seq);
  retried_ = {batch_.first_seq, batch_.last_seq};
  retry_correlation_ = correlation_data(*chain_, batch_.first_seq, batch_.last_seq, around_.random);
  retry_ = {retry_correlation_, std::min(batch_.last_seq, around_.window.delivered()), epoch_};
  retry_deadline_ = around_.clock.monotonic() + around_.options.receipt_timeout;
  if (!send(batch_, retry_correlation_)) return false;
  around_.board.update([](LinkStatus& status) {
    ++status.batches_sent;
    ++status.batches_resent;
  });
  arm_timer();
  return true;
}

}  // namespace greentill::uplink
