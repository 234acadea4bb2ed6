// SPDX-License-Identifier: Apache-2.0
// A session's questions, and what it does by their answers.
#include <algorithm>

#include "daemon/base/backoff.hpp"
#include "daemon/base/hex.hpp"
#include "daemon/base/moment.hpp"
#include "daemon/uplink/session.hpp"

namespace greentill::uplink {
namespace {

constexpr std::chrono::hours kBetweenQuestions{24};

}  // namespace

/// Sends a question, an empty batch; nothing else is sent before its answer.
void Session::ask() {
  if (!may_send()) return;
  const auto newest = around_.reader.chain();
  if (!newest) return around_.troubles.tell(LogLevel::error, newest.error().message);
  chain_.reset();
  more_waits_ = false;
  around_.window.go_back();  // what is on its way is not waited for
  asked_ = *newest ? (**newest).head.chain : claim::ChainId{};
  if (!limits_.fits(claims_packet(0))) {
    return around_.troubles.tell_once("the broker takes packets of at most " + std::to_string(limits_.packet_bytes) +
                                      " bytes, and a question to the service needs " + std::to_string(claims_packet(0)) +
                                      ": nothing can be sent until the operator raises the broker's limit");
  }
  if (!has_room(claims_packet(0))) return stop_short();
  const std::string correlation = correlation_data(asked_, 0, 0, around_.random);
  if (!send(asked_, {}, correlation)) return;
  question_ = correlation;
  wait_for_answer();
}

void Session::question_now() {
  if (!ready_ || ended_) return;
  // Questions that the broker does not acknowledge would pile up in Paho's memory: it is asked once all is acknowledged.
  question_wanted_ = unacknowledged_ > 0;
  if (question_wanted_) return;
  if (!question_.empty()) vain_questions_ = 0;
  const bool at_rest = around_.window.idle() && retry_correlation_.empty();
  if (!at_rest && question_.empty()) return;
  question_.clear();
  ask();
}

void Session::wait_for_answer() {
  question_deadline_ =
      around_.clock.monotonic() + doubled(around_.options.receipt_timeout, vain_questions_,
                                          std::max(around_.options.receipt_timeout, around_.options.backoff_max));
  arm_timer();
}

void Session::ask_again() {
  if (unacknowledged_ > 0) return end({ErrorCode::unavailable, "the broker does not acknowledge what we send"});
  if (standstill_.untrusted()) {
    around_.troubles.tell_once(standstill_.why_untrusted());
  } else {
    around_.troubles.tell(
        LogLevel::warning,
        "no answer from the service, which is asked again before claims are sent. Is the credit service running?");
  }
  ++vain_questions_;
  question_.clear();
  ask();
}

void Session::on_answer(const Answer& answer, const outbox::AppliedReceipt& applied) {
  question_.clear();
  vain_questions_ = 0;
  next_question_ = around_.clock.monotonic() + kBetweenQuestions;
  if (pauses()) return;
  // What the service has no room for has to be heard first, or claims that it has told of would be taken for such that it lacks.
  // An answer for another chain tells nothing more of that.
  const bool more_waits = answer.more_changes || (answer.more_claims && answer.head.chain == asked_);
  if (more_waits && applied.came_further) return ask();
  const auto chains = around_.reader.chains();
  if (!chains) return around_.troubles.tell(LogLevel::error, chains.error().message);
  if (chains->empty()) return;
  const auto match = around_.reader.match(answer.head);
  if (!match) return around_.troubles.tell(LogLevel::error, match.error().message);
  if (answer.head.chain == chains->back().state.head.chain) note_state(answer);
  Course course = decide(answer, *match, *chains);
  if (!left_failed_) course = make_left(course, answer, *match, *chains).value_or(course);
  if (course.kind != Course::Kind::send) return change_chains(course);
  const std::string left = left_behind(course, *chains);
  const bool asks_again = answer.head.chain != course.chain && course.chain == chains->back().state.head.chain;
  beside_waits_ = asks_again && (waits_beside(answer, *chains) || (!left.empty() && !left_failed_));
  tell_left_behind(beside_waits_ ? std::string() : left);
  const auto sent =
      std::ranges::find_if(*chains, [&](const outbox::KnownChain& chain) { return chain.state.head.chain == course.chain; });
  stored_ = sent->state.head.seq;
  if (answer.head.chain == course.chain) tell_went_back(answer, *sent);
  follow(course);
}

/// Sends the claims of the chain behind that seq.
void Session::follow(const Course& course) {
  chain_ = course.chain;
  around_.window.restart(course.chain, course.seq);
  if (!refresh_chain()) return;
  clear_trouble(false);
  begin_retries();
  pump();
}

/// A ledger that is lower than it was within the epoch was restored without a new one.
void Session::tell_went_back(const Answer& answer, const outbox::KnownChain& chain) {
  if (answer.epoch != chain.state.epoch) {
    return around_.board.update([](LinkStatus& status) { status.ledger_went_back.clear(); });
  }
  if (answer.head.seq >= chain.state.delivered_seq) return;
  const std::string what = "the credit service's ledger went back: it ends at claim " + std::to_string(answer.head.seq) +
                           " of this device, and had gone on to " + std::to_string(chain.state.delivered_seq) +
                           "; what it lacks is sent again. Its operator must start it with --new-epoch";
  around_.troubles.tell(LogLevel::warning, what);
  around_.board.update([&what](LinkStatus& status) { status.ledger_went_back = what; });
}

void Session::tell_left_behind(const std::string& words) {
  if (around_.board.get().left_behind == words) return;
  around_.board.update([&words](LinkStatus& status) { status.left_behind = words; });
  if (!words.empty()) around_.log.write(LogLevel::warning, "uplink", words);
}

void Session::change_chains(const Course& course) {
  changing_ = true;
  const bool left = course.repair.left.has_value();
  const auto done = [session = weak_from_this(), &strand = around_.strand, left](const Status& changed) {
    strand.post([session, changed, left] {
      const auto alive = session.lock();
      if (alive && !alive->ended_) alive->on_changed(changed, left);
    });
  };
  if (course.kind == Course::Kind::repair) {
    const std::string where =
        left ? " of the assignment " + std::to_string(*course.repair.left) + " is made anew beside this device's chain"
             : " is made anew in a new chain";
    around_.troubles.tell(LogLevel::warning, course.why + "; what the service may lack" + where);
    around_.board.update([](LinkStatus& status) { ++status.repairs; });
    return around_.repairer.repair(course.repair, done);
  }
  around_.troubles.tell(LogLevel::warning, "claims " + std::to_string(course.first) + " to " + std::to_string(course.last) +
                                               " of the chain " + to_hex(course.chain) +
                                               " are not here any more, and the service lacks them: they are declared lost");
  around_.repairer.declare_lost(course.chain, course.first, course.last, done);
}

void Session::on_changed(const Status& changed, bool left) {
  changing_ = false;
  if (!changed) {
    around_.troubles.tell(LogLevel::error, changed.error().with_context("a new chain").message);
    if (!left) return;
    left_failed_ = true;  // what waits of another assignment holds up nothing of this one
  }
  ask();
}

/// Shows the state of the chain, and logs one that is new.
void Session::note_state(const Answer& answer) {
  if (around_.board.get().chain == answer.state) return;
  const std::string words = in_words(answer.state);
  const bool was_open = around_.board.get().chain_words.empty();
  around_.board.update([&](LinkStatus& status) {
    status.chain = answer.state;
    status.chain_words = words;
  });
  if (!words.empty()) return around_.log.write(LogLevel::warning, "uplink", words);
  if (!was_open) around_.log.write(LogLevel::info, "uplink", "the chain is open: its claims are decided as they come");
}

void Session::pause(std::uint32_t seconds) {
  const std::chrono::milliseconds until = around_.clock.monotonic() + std::chrono::seconds(seconds);
  if (until <= around_.pause) return;
  around_.pause = until;
  const std::int64_t when = around_.clock.unix_seconds() + seconds;
  around_.board.update([when](LinkStatus& status) { status.paused_until = when; });
  around_.log.write(
      LogLevel::warning, "uplink",
      "the service takes no claims before " + utc_text(when) + ": its quota for this device is used up, or it is busy");
  end_pause();
}

/// Asks again once the pause is over. Several of these may wait: each looks whether it is.
void Session::end_pause() {
  if (!pauses()) {
    around_.board.update([](LinkStatus& status) { status.paused_until = 0; });
    question_.clear();
    return ask();
  }
  chain_.reset();
  question_.clear();
  retry_correlation_.clear();
  around_.window.go_back();
  after(around_.pause - around_.clock.monotonic(), [](Session& session) {
    if (session.around_.board.get().paused_until != 0) session.end_pause();
  });
}

}  // namespace greentill::uplink
