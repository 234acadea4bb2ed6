// SPDX-License-Identifier: Apache-2.0
#include "daemon/engine/engine.hpp"

#include <utility>

#include "daemon/base/hex.hpp"
#include "daemon/event/check.hpp"
#include "daemon/event/content_hash.hpp"
#include "daemon/event/transaction_key.hpp"

namespace greentill::engine {
namespace {

std::string left_already(std::uint32_t chains, std::uint32_t named) {
  return "the chain was begun under assignment " + std::to_string(chains) + ", and the settings name " + std::to_string(named) +
         ", which this device has left; put the latest settings there";
}

/// Why another chain begins behind that one: the start's reason, and a sentence for the log.
std::pair<claim::StartReason, std::string> why_anew(const outbox::ChainState& before, std::uint32_t assignment,
                                                    ChainOwner owner) {
  if (owner == ChainOwner::former_key) return {claim::StartReason::new_key, "this device has another key than before"};
  if (owner == ChainOwner::other_unit) {
    return {claim::StartReason::replaced_device, "the store's last chain was signed by another unit of this device"};
  }
  if (before.assignment != assignment) {
    return {claim::StartReason::other_assignment, "the settings name assignment " + std::to_string(assignment)};
  }
  return {claim::StartReason::recovered_store, "claims of the last chain were lost with a damaged store"};
}

}  // namespace

Engine::Engine(const Parts& parts, crypto::Secret account_key, CommitHooks hooks)
    : parts_(parts),
      hooks_(std::move(hooks)),
      guard_(parts.reader, std::move(account_key)),
      reverser_(parts.reader, parts.detectors, parts.maker, parts.library),
      store_log_(parts.timers, parts.log),
      committer_(parts.writer, [this](Committer::Jobs& jobs, const Status& status) { on_finished(jobs, status); }) {}

Status Engine::open(ChainOwner owner) {
  Committer::Waiter waiter;
  Status opened = Done{};
  {
    const std::lock_guard turn(turn_);
    const auto chain = parts_.reader.chain();
    if (!chain) return Failure{chain.error()};
    const std::uint32_t assignment = parts_.maker.settings().assignment.number;
    if (*chain && (*chain)->assignment > assignment)
      return fail(ErrorCode::conflict, left_already((*chain)->assignment, assignment));
    if (*chain && (*chain)->assignment == assignment && !(*chain)->damaged && owner == ChainOwner::this_key) {
      set_trouble("");
      return head_.recover(parts_.reader);
    }
    auto start = start_chain(*chain, owner);
    if (!start) return Failure{start.error()};
    committer_.push(job_of(std::move(*start), std::nullopt, [&](const auto& answer) {
      if (!answer) opened = Failure{answer.error()};
      committer_.complete(waiter);
    }));
  }
  committer_.wait(waiter);
  return opened;
}

/// Begins a chain: the store's first, or one behind the last, which it names: under another key or assignment, or since that one
/// was damaged.
Result<MadeClaims> Engine::start_chain(const std::optional<outbox::ChainState>& before, ChainOwner owner) {
  claim::ChainHead head;
  parts_.random.fill(head.chain);
  auto reason = claim::StartReason::new_chain;
  std::optional<claim::Predecessor> predecessor;
  if (before) {
    const std::uint32_t assignment = parts_.maker.settings().assignment.number;
    const auto [reason_of, why] = why_anew(*before, assignment, owner);
    reason = reason_of;
    if (before->head.seq != 0) {
      predecessor = {parts_.maker.device_id(), before->head.chain, before->head.seq, before->head.payload_hash};
    }
    parts_.log.write(LogLevel::info, "engine",
                     why + ": a new chain begins behind claim " + std::to_string(before->head.seq) + " of the last one, " +
                         to_hex(before->head.chain) + ", whose hash is " + to_hex(before->head.payload_hash));
  }
  auto start = parts_.maker.start(reason, predecessor, head);
  if (start) head_.move_to(head);
  return start;
}

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
