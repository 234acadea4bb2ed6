// SPDX-License-Identifier: Apache-2.0
#include "daemon/engine/engine.hpp"

#include <utility>

#include "daemon/base/calendar.hpp"
#include "daemon/base/hex.hpp"
#include "daemon/engine/stored_answer.hpp"
#include "daemon/event/check.hpp"
#include "daemon/event/standing.hpp"
#include "daemon/event/transaction_key.hpp"

namespace greentill::engine {

Engine::Engine(const Parts& parts, crypto::Secret account_key, CommitHooks hooks)
    : parts_(parts),
      hooks_(std::move(hooks)),
      guard_(parts.reader, std::move(account_key)),
      reverser_(parts.reader, parts.detectors, parts.maker, parts.library),
      store_log_(parts.timers, parts.log),
      committer_(parts.writer, [this](Committer::Jobs& jobs, const Status& status) { on_finished(jobs, status); }) {}

Status Engine::open() {
  Committer::Waiter waiter;
  Status opened = Done{};
  {
    const std::lock_guard turn(turn_);
    const auto chain = parts_.reader.chain();
    if (!chain) return Failure{chain.error()};
    if (*chain) {
      set_trouble("");
      return head_.recover(parts_.reader);
    }
    claim::ChainHead head;
    parts_.random.fill(head.chain);
    auto start = parts_.maker.start(claim::StartReason::new_chain, std::nullopt, head);
    if (!start) return Failure{start.error()};
    head_.move_to(head);
    queue(std::move(*start), std::nullopt, std::nullopt, [&](const auto& answer) {
      if (!answer) opened = Failure{answer.error()};
      committer_.complete(waiter);
    });
  }
  committer_.wait(waiter);
  return opened;
}

void Engine::submit(event::Transaction transaction, std::optional<outbox::SourcePosition> position, Answered answered) {
  if (Status good = event::check_transaction(transaction); !good) {
    // The source moves on past what can never be taken.
    if (!position) return answered(Failure{good.error()});
    return keep_position(std::move(*position),
                         [answered, good](const Status& kept) { answered(Failure{kept ? good.error() : kept.error()}); });
  }
  const outbox::TransactionKey key = event::transaction_key(transaction.issuer, transaction.event_id);
  const std::lock_guard turn(turn_);
  take({std::move(transaction), std::nullopt, std::move(position), std::move(answered), key});
}

void Engine::undo(std::uint64_t seq, Answered answered) {
  const std::lock_guard turn(turn_);
  // No issuer is empty, so that no transaction has this key.
  const std::string name = to_hex(head_.chain().chain) + "/" + std::to_string(seq);
  take({{}, seq, std::nullopt, std::move(answered), event::transaction_key("", name)});
}

void Engine::keep_position(outbox::SourcePosition position, std::function<void(Status)> done) {
  Arrival arrival;
  arrival.position = std::move(position);
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
  if (!arrival.position) return arrival.answered(Failure{error});
  if (error.code == ErrorCode::invalid) {
    // What can never be taken is passed by, for good: told before its position is durable, it would come again after a power cut.
    return store_position(std::move(*arrival.position), {}, [error, answered = std::move(arrival.answered)](const auto& kept) {
      answered(Failure{kept ? error : kept.error()});
    });
  }
  // Everything else must come again before what lies behind it.
  head_.fall_out(arrival.position->source);
  arrival.answered(Failure{error});
}

void Engine::take(Arrival arrival) {
  if (turns_.must_wait(arrival)) return turns_.wait(std::move(arrival));
  admit(std::move(arrival));
}

void Engine::admit_waiting() {
  while (auto arrival = turns_.next()) admit(std::move(*arrival));
}

void Engine::admit(Arrival arrival) {
  if (arrival.position) {
    if (const char* why = head_.out_of_step(arrival.position->source)) {
      return arrival.answered(fail(ErrorCode::unavailable, why));
    }
  }
  if (Status recovered = head_.recover(parts_.reader); !recovered) return refuse(std::move(arrival), recovered.error());
  if (arrival.passed_over) return store_position(std::move(*arrival.position), {}, std::move(arrival.answered));
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

/// Whether it was reported before; then it is answered as the first time.
bool Engine::answer_known(Arrival& arrival) {
  if (turns_.is_under_way(arrival.key)) {
    turns_.join(arrival.key, std::move(arrival.answered));
    return true;
  }
  const auto record = committer_.find(arrival.key, parts_.reader);
  if (record && !*record) return false;
  auto answer = record ? answer_from_store(parts_.reader, **record, parts_.maker)
                       : Result<event::TransactionAnswer>(Failure{record.error()});
  if (!answer) {
    refuse(std::move(arrival), answer.error());
  } else {
    answer_repeated(std::move(arrival.position), std::move(*answer), std::move(arrival.answered));
  }
  return true;
}

void Engine::answer_repeated(std::optional<outbox::SourcePosition> position, event::TransactionAnswer answer, Answered answered) {
  answer.repeated = true;
  answer.unclaimed.clear();
  answer.remark.clear();
  if (!position) return answered(std::move(answer));
  store_position(std::move(*position), std::move(answer), std::move(answered));
}

void Engine::claim_new(Arrival arrival) {
  const detect::Findings found = parts_.detectors.detect(arrival.transaction);
  if (must_come_again(arrival, found.absent)) return refuse(std::move(arrival), not_looked_at(found.absent));
  claim::ChainHead next = head_.chain();
  auto made = parts_.maker.make(arrival.key, arrival.transaction, found.acts, guard_, next);
  if (!made) return refuse(std::move(arrival), made.error());
  if (!found.absent.empty() && made->claims.empty()) {
    note_absence(arrival.key, arrival.transaction, found.absent, *made);
    return keep_apart(std::move(arrival), std::move(*made));
  }
  if (Status applied = apply_awaited(arrival.key, next, *made); !applied) return refuse(std::move(arrival), applied.error());
  // What was taken back before it came is worth nothing to whoever is absent, too.
  if (!found.absent.empty() && !made->claims.empty()) note_absence(arrival.key, arrival.transaction, found.absent, *made);
  head_.move_to(next);
  commit(std::move(arrival), std::move(*made));
}

/// A refund that took back too little could not be told from a right one, and whoever reports it can do so again.
bool Engine::must_come_again(const Arrival& arrival, const std::vector<detect::Absent>& absent) {
  if (absent.empty()) return false;
  if (arrival.position) return absence_limit_.has_for(arrival.position->source, arrival.key, absent);
  return arrival.transaction.is_reversal();
}

Status Engine::apply_awaited(const outbox::TransactionKey& key, claim::ChainHead& head, MadeClaims& made) {
  const auto any = reverser_.awaits_any();
  if (!any) return Failure{any.error()};
  if (!*any) return Done{};
  auto met = reverser_.meet(key, made);
  if (!met) return Failure{met.error()};
  if (!met->any) return Done{};
  if (met->all) {
    MadeClaims nothing;
    nothing.recorded_at = made.recorded_at;
    nothing.answer.remark = "it was taken back before it was reported";
    nothing.totals.push_back(made.totals.back());  // the transaction itself
    made = std::move(nothing);
    head = head_.chain();
  }
  made.side.met = true;
  for (const Reversals& reversals : met->reversals) {
    if (Status reversed = parts_.maker.reverse(reversals, head, made); !reversed) return reversed;
  }
  return Done{};
}

void Engine::reverse(Arrival arrival) {
  auto reversals = arrival.undo ? reverser_.undo(*arrival.undo) : reverser_.reverse(arrival.transaction);
  if (!reversals) return refuse(std::move(arrival), reversals.error());
  MadeClaims made;
  if (must_come_again(arrival, reversals->absent)) return refuse(std::move(arrival), not_looked_at(reversals->absent));
  if (!reversals->absent.empty()) {
    note_absence(arrival.key, arrival.transaction, reversals->absent, made);
    return keep_apart(std::move(arrival), std::move(made));
  }
  claim::ChainHead next = head_.chain();
  if (Status reversed = parts_.maker.reverse(*reversals, next, made); !reversed) {
    return refuse(std::move(arrival), reversed.error());
  }
  head_.move_to(next);
  if (!arrival.undo) made.totals.push_back({made.recorded_at / kSecondsADay, "", 0, 0});
  turns_.begin_reversal(arrival.key, arrival.undo ? std::nullopt : std::optional(arrival.reversed_key()));
  commit(std::move(arrival), std::move(made));
}

/// The final record is still to come, or there already.
void Engine::leave_unclaimed(Arrival arrival) {
  const event::Transaction& transaction = arrival.transaction;
  MadeClaims made;
  made.answer.remark = event::remark_of(transaction);
  if (transaction.standing == event::Standing::doubtful) {
    made.side.guarded.push_back(guarded_record(arrival.key, transaction, made.answer.remark));
  }
  keep_apart(std::move(arrival), std::move(made));
}

/// Neither claimed nor remembered under its id. Requires: nothing was claimed.
void Engine::keep_apart(Arrival arrival, MadeClaims made) {
  if (made.side.guarded.empty() && !arrival.position) return arrival.answered(std::move(made.answer));
  MadeClaims kept;
  kept.recorded_at = parts_.maker.now();
  kept.answer = std::move(made.answer);
  kept.side.guarded = std::move(made.side.guarded);
  queue(std::move(kept), std::nullopt, std::move(arrival.position), std::move(arrival.answered));
}

void Engine::store_position(outbox::SourcePosition position, event::TransactionAnswer answer, Answered answered) {
  MadeClaims nothing;
  nothing.answer = std::move(answer);
  queue(std::move(nothing), std::nullopt, std::move(position), std::move(answered));
}

void Engine::commit(Arrival arrival, MadeClaims made) {
  turns_.begin(arrival.key);
  queue(std::move(made), arrival.key, std::move(arrival.position), std::move(arrival.answered));
}

void Engine::queue(MadeClaims made, std::optional<outbox::TransactionKey> key, std::optional<outbox::SourcePosition> position,
                   Answered answered) {
  auto job = std::make_unique<Job>();
  job->generation = head_.generation();
  job->new_chain = made.new_chain;
  job->unit = {key,
               std::move(made.claims),
               head_.chain(),
               made.recorded_at,
               std::move(position),
               std::move(made.totals),
               std::move(made.side)};
  job->unit.side.account_uses = made.reserved.uses();
  job->reserved = std::move(made.reserved);
  job->answer = std::move(made.answer);
  job->answered = std::move(answered);
  committer_.push(std::move(job));
}

void Engine::on_finished(Committer::Jobs& jobs, const Status& status) {
  if (status && hooks_.stored) hooks_.stored();
  if (!status && status.error().code == ErrorCode::full && hooks_.disk_full) hooks_.disk_full();
  std::vector<Result<event::TransactionAnswer>> results;
  results.reserve(jobs.size());
  // Before the turn is waited for: what is durable is answered at once.
  for (const auto& job : jobs) {
    results.push_back(status ? Result<event::TransactionAnswer>(std::move(job->answer)) : Failure{status.error()});
    job->answered(results.back());
  }
  const std::lock_guard turn(turn_);
  if (!status && head_.fail(jobs.front()->generation)) {
    set_trouble(status.error().message);
    store_log_.failed(status.error());
  }
  for (std::size_t i = 0; i < jobs.size(); ++i) finish(*jobs[i], results[i]);
  if (status && troubled_) {
    set_trouble("");
    store_log_.worked();
  }
  admit_waiting();
}

void Engine::finish(Job& job, const Result<event::TransactionAnswer>& result) {
  job.reserved.finish(result.ok());
  if (job.new_chain && result.ok()) head_.confirm();
  if (!job.unit.key) return;
  for (Answered& joined : turns_.end(*job.unit.key)) {
    if (result) {
      answer_repeated(std::nullopt, *result, std::move(joined));
    } else {
      joined(result);
    }
  }
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
