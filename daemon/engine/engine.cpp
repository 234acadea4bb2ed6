// SPDX-License-Identifier: Apache-2.0
#include "daemon/engine/engine.hpp"

#include <utility>

#include "daemon/base/hex.hpp"
#include "daemon/event/check.hpp"
#include "daemon/event/content_hash.hpp"
#include "daemon/event/transaction_key.hpp"

namespace greentill::engine {
Engine::Engine(const Parts& parts, crypto::Secret account_key, CommitHooks hooks)
    : parts_(parts),
      hooks_(std::move(hooks)),
      guard_(parts.reader, std::move(account_key)),
      reverser_(parts.reader, parts.detectors, parts.maker, parts.library),
      store_log_(parts.timers, parts.log),
      committer_(parts.writer, [this](Committer::Jobs& jobs, const Status& status) { on_finished(jobs, status); }) {}

void Engine::submit(event::Transaction transaction, std::optional<outbox::SourceRecord> record, Answered answered) {
  if (Status good = event::check_transaction(transaction); !good) {
    // A record whose transaction can never be taken is kept as refused, so that the source's position moves past it.
    if (!record) return answered(Failure{good.error()});
    record->fate = outbox::Fate::refused;
    record->reason = good.error().message;
    return pass_over(std::move(*record),
                     [answered, good](const Status& kept) { answered(Failure{kept ? good.error() : kept.error()}); });
  }
  const outbox::TransactionKey key = event::transaction_key(transaction.issuer, transaction.event_id);
  const outbox::ContentHash content = event::content_hash(transaction);
  if (record) record->key = key;
  const std::lock_guard turn(turn_);
  take({std::move(transaction), std::nullopt, std::move(record), std::move(answered), key, content});
}

void Engine::undo(std::uint64_t seq, Answered answered) {
  const std::lock_guard turn(turn_);
  // A key for the undo: no transaction has it, since no issuer is empty.
  const std::string name = to_hex(head_.chain().chain) + "/" + std::to_string(seq);
  take({{}, seq, std::nullopt, std::move(answered), event::transaction_key("", name)});
}

void Engine::pass_over(outbox::SourceRecord record, std::function<void(Status)> done) {
  Arrival arrival;
  arrival.record = std::move(record);
  arrival.answered = [done = std::move(done)](const auto& kept) { done(kept ? Status(Done{}) : Status(Failure{kept.error()})); };
  arrival.passed_over = true;
  const std::lock_guard turn(turn_);
  take(std::move(arrival));
}

void Engine::resume(const std::string& source) {
  const std::lock_guard turn(turn_);
  head_.resume(source);
}

void Engine::refuse(Arrival arrival, const Error& error) {
  if (!arrival.record) return arrival.answered(Failure{error});
  if (error.code == ErrorCode::invalid) {
    arrival.record->fate = outbox::Fate::refused;
    arrival.record->reason = error.message;
    // A record that can never be taken is answered only once its refusal and position are durable: otherwise it would be read
    // again after a power cut.
    return store_record(std::move(*arrival.record), {}, [error, answered = std::move(arrival.answered)](const auto& kept) {
      answered(Failure{kept ? error : kept.error()});
    });
  }
  // Any other error is temporary: the record must come again before later ones of its source.
  head_.fall_out(arrival.record->source);
  arrival.answered(Failure{error});
}

void Engine::take(Arrival arrival) {
  if (changes_chains_ || turns_.must_wait(arrival)) return turns_.wait(std::move(arrival));
  admit(std::move(arrival));
}

void Engine::admit_waiting() {
  if (changes_chains_) return;
  while (auto arrival = turns_.next()) admit(std::move(*arrival));
}

void Engine::admit(Arrival arrival) {
  if (arrival.record) {
    if (const char* why = head_.out_of_step(arrival.record->source)) {
      return arrival.answered(fail(ErrorCode::unavailable, why));
    }
  }
  if (Status recovered = head_.recover(parts_.reader); !recovered) return refuse(std::move(arrival), recovered.error());
  if (arrival.passed_over) return store_record(std::move(*arrival.record), {}, std::move(arrival.answered));
  if (answer_known(arrival)) return;
  if (arrival.undo) return reverse(std::move(arrival));
  if (parts_.maker.lies_ahead(arrival.transaction)) {
    arrival.transaction.standing = event::Standing::doubtful;
    arrival.transaction.remark = "it is dated in the future";
  }
  if (arrival.transaction.standing != event::Standing::final) return leave_unclaimed(std::move(arrival));
  if (arrival.transaction.is_reversal()) return reverse(std::move(arrival));
  claim_new(std::move(arrival));
}

void Engine::on_finished(Committer::Jobs& jobs, const Status& status) {
  if (status && hooks_.stored) hooks_.stored();
  if (!status && status.error().code == ErrorCode::full && hooks_.disk_full) hooks_.disk_full();
  if (!status && status.error().code == ErrorCode::corrupt && hooks_.damaged) hooks_.damaged();
  // Answers are given before the turn is waited for: what is durable is answered at once. But whoever hears of a repair may ask
  // for the next, which must find this one over.
  const auto answer = [&status](Job& job) {
    job.answered(status ? Result<event::TransactionAnswer>(std::move(job.answer)) : Failure{status.error()});
  };
  for (const auto& job : jobs) {
    if (!job->alone) answer(*job);
  }
  const std::lock_guard turn(turn_);
  if (!status && head_.fail(jobs.front()->generation)) {
    set_trouble(status.error().message);
    store_log_.failed(status.error());
  }
  for (const auto& job : jobs) {
    finish(*job, status.ok());
    if (job->alone) answer(*job);
  }
  if (status && troubled_) {
    set_trouble("");
    store_log_.worked();
  }
  admit_waiting();
}

void Engine::finish(Job& job, bool stored) {
  job.reserved.finish(stored);
  if (job.new_chain && stored) head_.confirm();
  if (job.alone) {
    changes_chains_ = false;
    head_.forget();
  }
  if (job.unit.key) turns_.end(*job.unit.key);
}

void Engine::pass(std::function<void()> through) {
  committer_.enqueue([this, through = std::move(through)](outbox::Writer&) {
    { const std::lock_guard turn(turn_); }
    through();
  });
}

std::string Engine::trouble() const {
  const std::lock_guard lock(trouble_mutex_);
  return trouble_;
}

void Engine::set_trouble(std::string trouble) {
  troubled_ = !trouble.empty();
  const std::lock_guard lock(trouble_mutex_);
  trouble_ = std::move(trouble);
}

}  // namespace greentill::engine
