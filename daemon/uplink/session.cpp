// SPDX-License-Identifier: Apache-2.0
#include "daemon/uplink/session.hpp"

#include <algorithm>

#include "daemon/base/socket_use.hpp"

namespace greentill::uplink {
namespace {

constexpr std::chrono::milliseconds kFarewell{1'000};
constexpr std::size_t kBesidesTheWindow = 3;  // one retry, one question and one status message
constexpr std::size_t kMostApplying = 64;     // receipts; more are dropped, and their claims are sent again

}  // namespace

Session::Session(const Surroundings& around, SessionOwner& owner)
    : around_(around),
      owner_(owner),
      topics_(around.options.device_id),
      heard_(around.clock.monotonic()),
      standstill_(around.options.own_certificate) {}

void Session::start(const BrokerAddress& address) {
  const auto backlog = around_.reader.backlog();
  Connection connection;
  connection.broker = {address, around_.options.authorities, around_.options.certificate, around_.options.key};
  connection.client_id = around_.options.device_id;
  connection.subscription = topics_.receipts;
  if (around_.options.methodologies) connection.news = kMethodologiesTopic;
  connection.news_kept = around_.options.wants_methodologies() && around_.meter.use().stage == DataStage::free;
  connection.will_topic = topics_.status;
  connection.will = status_document(false, around_.options.version, backlog ? backlog->for_people().waiting : 0);
  connection.will_retained = around_.terms.retains;
  connection.keep_alive = around_.terms.keep_alive;
  connection.max_inflight = around_.options.batches_in_flight + kBesidesTheWindow;
  around_.meter.begin();
  transport_ = connect_paho(connection, around_.strand, weak_from_this());
  // Paho can forget an attempt that broke off, in spite of its own timeout, and say nothing of it any more.
  after(around_.options.connecting_at_most, [shown = address.shown](Session& session) {
    if (!session.connected_) session.end({ErrorCode::unavailable, shown + ": cannot connect: nothing came of it in time"});
  });
}

void Session::stop() {
  ended_ = true;
  if (!ready_) return;
  measure();
  const auto backlog = around_.reader.backlog();
  const std::string status = status_document(false, around_.options.version, backlog ? backlog->for_people().waiting : 0);
  transport_->farewell({topics_.status, as_bytes(status), kStatusContentType, {}, {}, retains()}, kFarewell);
}

void Session::on_connected(const paho::BrokerLimits& limits) {
  if (ended_) return;
  connected_ = true;
  heard_ = around_.clock.monotonic();
  limits_ = limits;
  measured_ = transport_->carried().has_value();
  measured_ ? measure() : around_.meter.reckon(DataMeter::kConnecting);
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
  arm_retry_timer();
  if (pauses()) return end_pause();
  ask();
}

bool Session::send_status() {
  const auto backlog = around_.reader.backlog();
  if (!backlog) around_.troubles.tell(LogLevel::error, backlog.error().message);
  const std::uint64_t waiting = backlog ? backlog->for_people().waiting : 0;
  if (reported_backlog_ == waiting) return true;
  // Where data is short, the device says that it is there, and no more.
  if (reported_backlog_ && around_.meter.use().stage != DataStage::free) return true;
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
  const std::size_t packet = paho::publish_bytes(publication.topic, publication.payload.size(),
                                                 {publication.content_type.size(), publication.correlation.size(),
                                                  publication.response_topic.size(), publication.stored.size()});
  handed_.push_back(reckoned_line_bytes(packet));
  count(packet);
  return true;
}

void Session::on_acknowledged(const std::string& refusal) {
  if (unacknowledged_ > 0) --unacknowledged_;
  if (!handed_.empty()) handed_.pop_front();
  if (!ended_ && measured_) measure();
  heard_ = around_.clock.monotonic();
  if (!refusal.empty()) return end({ErrorCode::denied, refusal + "; the broker's log says why this device may not publish now"});
  if (question_wanted_ && unacknowledged_ == 0) question_now();
}

void Session::on_message(ByteView payload, std::string_view correlation) {
  heard_ = around_.clock.monotonic();
  if (ended_) return;
  count(topics_.receipts.size() + correlation.size() + payload.size());
  if (applying_ == kMostApplying) return;
  const auto receipt = check_receipt(payload, around_.trust, around_.options.device_id);
  const bool good = receipt.ok();
  around_.board.update([good](LinkStatus& status) { ++(good ? status.receipts : status.receipts_refused); });
  if (!good) {
    if (standstill_.is_untrusted(receipt.error())) return around_.troubles.tell_once(standstill_.why_untrusted());
    return around_.troubles.tell(LogLevel::warning, receipt.error().message);
  }
  standstill_.heard(*receipt);
  ++applying_;
  const bool to_retry = !retry_correlation_.empty() && correlation == retry_correlation_ && receipt->chain == retries_.chain();
  around_.book.apply(payload, to_retry ? retried_ : outbox::Retried{},
                     [session = weak_from_this(), correlation = std::string(correlation),
                      answer = answer_of(*receipt)](const Result<outbox::AppliedReceipt>& applied) {
                       const auto alive = session.lock();
                       if (alive && !alive->ended_) alive->on_applied(correlation, answer, applied);
                     });
}

void Session::on_news(ByteView payload) {
  heard_ = around_.clock.monotonic();
  if (ended_) return;
  count(kMethodologiesTopic.size() + payload.size());
  around_.options.methodologies(std::string(as_text(payload)));
}

void Session::on_applied(const std::string& correlation, const Answer& answer, const Result<outbox::AppliedReceipt>& applied) {
  --applying_;
  if (!applied && applied.error().code == ErrorCode::invalid) return around_.troubles.tell_once(applied.error().message);
  if (!applied) return around_.troubles.tell(LogLevel::error, applied.error().message);
  owner_.receipt_applied();
  tell_outcomes(*applied);
  if (answer.come_again_s > 0) pause(answer.come_again_s);
  if (!question_.empty() && correlation == question_) return on_answer(answer, *applied);
  on_receipt(correlation, answer, *applied);
}

void Session::tell_outcomes(const outbox::AppliedReceipt& applied) {
  const auto tell = [this](std::uint64_t claims, const char* what) {
    if (claims == 0) return;
    around_.log.write(LogLevel::warning, "uplink",
                      "the service " + std::string(what) + " " + std::to_string(claims) +
                          " claims; their reasons are in the outbox" + standstill_.why_refused());
  };
  tell(applied.newly_refused, "refused");
  tell(applied.newly_held, "holds");
}

// While a question waits, or chains are changed, nothing but what was stored counts: the answer decides.
void Session::on_receipt(const std::string& correlation, const Answer& answer, const outbox::AppliedReceipt& applied) {
  const bool to_retry = !retry_correlation_.empty() && correlation == retry_correlation_;
  if (to_retry) retry_correlation_.clear();
  if (!may_send() || !chain_) return;
  if (applied.at_odds || applied.rewound) return ask();
  if (answer.head.chain == *chain_) {
    if (!ends_) note_state(answer);
    more_waits_ = (answer.more_claims || answer.more_changes) && applied.came_further;
    const bool moved = around_.window.processed(answer.head.seq, around_.clock.monotonic());
    const std::uint64_t head = around_.window.delivered() + 1;
    if (!moved && first_seq_of(correlation) == head) {
      // A ledger never goes back within an epoch but by another's hands: this one lacks what the batch goes on from.
      if (answer.head.seq + 1 < head) return ask();
      not_taken_ = head;
    }
    clear_trouble(moved);
    if (!ends_ && answer.state == claim::ChainStanding::closed) return ask();
    if (beside_waits_ && answer.head.seq > 0) return ask();
  }
  if (to_retry && !send_retry()) return;
  pump();
}

// Clears the last trouble where the receipt moved the window, or nothing waits: a receipt alone does not show that claims move
// again.
void Session::clear_trouble(bool moved) {
  if (moved) return around_.troubles.moved(around_.clock.unix_seconds());
  if (!around_.window.idle()) return;
  const auto backlog = around_.reader.backlog();
  if (backlog && backlog->waiting == 0) around_.troubles.clear();
}

void Session::arm_timer() {
  std::optional<std::chrono::milliseconds> due = around_.window.deadline();
  if (!retry_correlation_.empty()) due = std::min(due.value_or(retry_deadline_), retry_deadline_);
  if (!question_.empty()) due = std::min(due.value_or(question_deadline_), question_deadline_);
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
  if (!question_.empty() && now >= question_deadline_) return ask_again();
  const auto deadline = around_.window.deadline();
  if (deadline && now >= *deadline && may_send()) return give_up_waiting();
  arm_timer();
}

void Session::give_up_waiting() {
  // Without acknowledgements from the broker, further batches would pile up in Paho's memory.
  if (unacknowledged_ > 0) return end({ErrorCode::unavailable, "the broker does not acknowledge what we send"});
  const std::uint64_t head = around_.window.delivered() + 1;
  if (standstill_.untrusted()) {
    around_.troubles.tell_once(standstill_.why_untrusted());
  } else if (not_taken_ == head) {
    around_.troubles.tell(LogLevel::warning, standstill_.why_not_taken(head));
  } else {
    around_.troubles.tell(LogLevel::warning, "no receipt for the claims from seq " + std::to_string(head) +
                                                 " on; sending them again. Is the credit service running?");
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

}  // namespace greentill::uplink
