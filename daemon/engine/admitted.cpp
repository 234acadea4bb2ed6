// SPDX-License-Identifier: Apache-2.0
// What comes of an arrival that is admitted: an answer as the first time, claims, reversals, or nothing but what is kept of it.
#include <utility>

#include "daemon/base/local_time.hpp"
#include "daemon/engine/engine.hpp"
#include "daemon/engine/sale.hpp"
#include "daemon/engine/stored_answer.hpp"
#include "daemon/event/standing.hpp"
#include "daemon/event/transaction_key.hpp"

namespace greentill::engine {
namespace {

const std::string kOtherContent =
    "an event with this id was reported before with another content: nothing is claimed for it; see that its issuer numbers "
    "every event anew, and that the number is read from the right place";

/// Sets what became of a record that holds a transaction.
void decide_fate(outbox::SourceRecord& record, const MadeClaims& made) {
  record.fate = outbox::Fate::claimed;
  if (!made.claims.empty()) return;
  if (!made.side.guarded.empty()) {
    record.fate = outbox::Fate::guarded;
    record.reason = made.side.guarded.front().reason;
    return;
  }
  record.fate = outbox::Fate::claimless;
  const event::TransactionAnswer& answer = made.answer;
  if (!answer.remark.empty()) {
    record.reason = answer.remark;
  } else if (!answer.unclaimed.empty()) {
    record.reason = answer.unclaimed.front().activity + ": " + answer.unclaimed.front().reason;
  } else {
    record.reason = "no act was found in it";
  }
}

}  // namespace

/// Whether the transaction is stored already; then answers it as the first time.
bool Engine::answer_known(Arrival& arrival) {
  const auto record = committer_.find(arrival.key, parts_.reader);
  if (record && !*record) return false;
  auto answer = record ? answer_from_store(parts_.reader, **record, parts_.maker)
                       : Result<event::TransactionAnswer>(Failure{record.error()});
  if (!answer) {
    refuse(std::move(arrival), answer.error());
  } else {
    const auto& known = (*record)->content;
    // A copy or an interim bill of a sale may well leave out some of it.
    const bool is_final = arrival.transaction.standing == event::Standing::final;
    const bool is_other = is_final && known && *known != arrival.content;
    answer_repeated(std::move(arrival), std::move(*answer), is_other);
  }
  return true;
}

/// `is_other`: the stored event of this name had another content, so this one is another event. Nothing is claimed for it, but
/// people are told.
void Engine::answer_repeated(Arrival arrival, event::TransactionAnswer answer, bool is_other) {
  answer.repeated = true;
  answer.remark = is_other ? kOtherContent : "";
  if (!is_other) {
    if (!arrival.record) return arrival.answered(std::move(answer));
    arrival.record->fate = outbox::Fate::repeated;
    return store_record(std::move(*arrival.record), std::move(answer), std::move(arrival.answered));
  }
  if (const auto left_out = repeats_allowance_.take(std::chrono::steady_clock::now().time_since_epoch())) {
    const std::string of = arrival.record ? arrival.record->source + ": " + arrival.record->where : "a transaction over the API";
    parts_.log.write(LogLevel::warning, "engine",
                     of + ": " + kOtherContent + (*left_out > 0 ? "; " + std::to_string(*left_out) + " more before" : ""));
  }
  MadeClaims made;
  made.side.guarded.push_back(guarded_record(arrival.key, arrival.transaction, answer.remark));
  made.answer = std::move(answer);
  keep_apart(std::move(arrival), std::move(made));
}

void Engine::claim_new(Arrival arrival) {
  const detect::Findings found = parts_.detectors.detect(arrival.transaction);
  if (must_come_again(arrival, found.absent)) return refuse(std::move(arrival), not_looked_at(found.absent));
  claim::ChainHead next = head_.chain();
  auto made = parts_.maker.make(arrival.key, parts_.maker.root_of(arrival.record), arrival.transaction, found.acts, guard_, next);
  if (!made) return refuse(std::move(arrival), made.error());
  if (!found.absent.empty() && made->claims.empty()) {
    note_absence(arrival.key, arrival.transaction, found.absent, *made);
    return keep_apart(std::move(arrival), std::move(*made));
  }
  if (Status applied = apply_awaited(arrival, next, *made); !applied) return refuse(std::move(arrival), applied.error());
  // If the transaction was taken back before it came, its claims are gone by now, and what the absent detectors might have found
  // is void too: there is no absence to note.
  if (!found.absent.empty() && !made->claims.empty()) note_absence(arrival.key, arrival.transaction, found.absent, *made);
  head_.move_to(next);
  commit(std::move(arrival), std::move(*made));
}

/// Whether a transaction that not every detector looked at is refused for now. A reversal is: taking back too little could not be
/// told from taking back enough, and its reporter can report it again.
bool Engine::must_come_again(const Arrival& arrival, const std::vector<detect::Absent>& absent) {
  if (absent.empty()) return false;
  if (arrival.record) return absence_limit_.has_for(arrival.record->source, arrival.key, absent);
  return arrival.transaction.is_reversal();
}

Status Engine::apply_awaited(const Arrival& arrival, claim::ChainHead& head, MadeClaims& made) {
  const auto any = reverser_.awaits_any();
  if (!any) return Failure{any.error()};
  if (!*any) return Done{};
  auto met = reverser_.meet(arrival.key, arrival.transaction, made);
  if (!met) return Failure{met.error()};
  if (!met->any) return Done{};
  if (met->all) {
    MadeClaims nothing;
    nothing.recorded_at = made.recorded_at;
    nothing.answer.remark = "it was taken back before it was reported";
    nothing.totals.push_back(made.totals.back());  // this entry counts the transaction itself
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
  auto reversals =
      arrival.undo ? reverser_.undo(*arrival.undo) : reverser_.reverse(arrival.transaction, parts_.maker.root_of(arrival.record));
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
  if (!arrival.undo) made.totals.push_back({local_day(made.recorded_at), "", 0, 0});
  turns_.begin_reversal(arrival.key, arrival.undo ? std::nullopt : std::optional(event::reversed_key(arrival.transaction)));
  commit(std::move(arrival), std::move(made));
}

/// Claims nothing for a record that is not final: the final record comes later, or is there already.
void Engine::leave_unclaimed(Arrival arrival) {
  const event::Transaction& transaction = arrival.transaction;
  MadeClaims made;
  made.answer.remark = event::remark_of(transaction);
  if (transaction.standing == event::Standing::doubtful) {
    made.side.guarded.push_back(guarded_record(arrival.key, transaction, made.answer.remark));
  }
  keep_apart(std::move(arrival), std::move(made));
}

/// Keeps the transaction's guarded acts and its record's fate, without storing its key: its id stays free. Requires: nothing was
/// claimed.
void Engine::keep_apart(Arrival arrival, MadeClaims made) {
  if (made.side.guarded.empty() && !arrival.record) return arrival.answered(std::move(made.answer));
  if (arrival.record) decide_fate(*arrival.record, made);
  MadeClaims kept;
  kept.recorded_at = parts_.maker.now();
  kept.sale = sale_of(arrival.transaction);
  kept.answer = std::move(made.answer);
  kept.side.guarded = std::move(made.side.guarded);
  committer_.push(job_of(std::move(kept), std::move(arrival.record), std::move(arrival.answered)));
}

/// Stores a record of which nothing is kept but its fate, which the caller has set.
void Engine::store_record(outbox::SourceRecord record, event::TransactionAnswer answer, Answered answered) {
  MadeClaims nothing;
  nothing.recorded_at = parts_.maker.now();
  nothing.answer = std::move(answer);
  committer_.push(job_of(std::move(nothing), std::move(record), std::move(answered)));
}

void Engine::commit(Arrival arrival, MadeClaims made) {
  turns_.begin(arrival.key);
  if (arrival.record) decide_fate(*arrival.record, made);
  if (!arrival.undo) made.sale = sale_of(arrival.transaction);
  auto job = job_of(std::move(made), std::move(arrival.record), std::move(arrival.answered));
  job->unit.key = arrival.key;
  job->unit.content = arrival.content;
  committer_.push(std::move(job));
}

std::unique_ptr<Job> Engine::job_of(MadeClaims made, std::optional<outbox::SourceRecord> record, Answered answered) {
  auto job = std::make_unique<Job>();
  job->generation = head_.generation();
  job->new_chain = made.new_chain;
  outbox::Unit& unit = job->unit;
  unit.claims = std::move(made.claims);
  unit.head = head_.chain();
  unit.recorded_at = made.recorded_at;
  unit.sale = std::move(made.sale);
  unit.record = std::move(record);
  unit.totals = std::move(made.totals);
  unit.side = std::move(made.side);
  unit.side.account_uses = made.reserved.uses();
  job->reserved = std::move(made.reserved);
  job->answer = std::move(made.answer);
  job->answered = std::move(answered);
  return job;
}

}  // namespace greentill::engine
