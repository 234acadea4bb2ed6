// SPDX-License-Identifier: Apache-2.0
#include "daemon/app/engine.hpp"

#include <algorithm>
#include <cstring>

#include "daemon/app/incoming.hpp"
#include "daemon/app/stored_answer.hpp"
#include "daemon/base/hex.hpp"

namespace greentill::app {
namespace {

constexpr std::int64_t kSecondsADay = 86'400;

}  // namespace

std::size_t Engine::KeyHash::operator()(const outbox::TransactionKey& key) const {
  std::size_t hash = 0;
  std::memcpy(&hash, key.data(), sizeof hash);
  return hash;
}

Engine::Engine(Executor& strand, Pipeline& pipeline, outbox::Reader& reader, detect::Detectors& detectors, ClaimMaker& maker,
               const measure::Library& library, const Digest& account_key, Random& random, Log& log)
    : strand_(strand),
      pipeline_(pipeline),
      reader_(reader),
      detectors_(detectors),
      maker_(maker),
      guard_(reader, account_key),
      reverser_(reader, detectors, maker, library),
      random_(random),
      store_log_(strand, log) {}

void Engine::open(std::function<void(Status)> ready) {
  const auto chain = reader_.chain();
  if (!chain) return ready(Failure{chain.error()});
  if (*chain) {
    head_ = (*chain)->head;
    head_known_ = true;
    set_trouble("");
    return ready(Done{});
  }
  random_.fill(head_.chain);
  auto start = maker_.start(claim::StartReason::new_chain, std::nullopt, head_);
  if (!start) return ready(Failure{start.error()});
  auto job = std::make_shared<Job>();
  job->generation = generation_;
  job->new_chain = head_.chain;
  job->claims = std::move(start->claims);
  job->unit.head = head_;
  job->unit.recorded_at = start->recorded_at;
  job->done = [this, ready = std::move(ready)](const Status& status) {
    strand_.post([this, ready, status] {
      head_known_ = status.ok();
      set_trouble(status ? "" : status.error().message);
      ready(status);
    });
  };
  pipeline_.push(std::move(job));
}

void Engine::submit(detect::Transaction transaction, std::optional<outbox::SourcePosition> position, Answered answered) {
  if (Status good = check_transaction(transaction); !good) {
    // The source moves on past what can never be taken.
    if (!position) return answered(Failure{good.error()});
    return keep_position(std::move(*position), [answered, good](const Status& kept) {
      answered(kept ? Result<api::TransactionAnswer>(Failure{good.error()}) : Failure{kept.error()});
    });
  }
  const outbox::TransactionKey key = transaction_key(transaction.issuer, transaction.event_id);
  take({std::move(transaction), std::nullopt, std::move(position), std::move(answered), key});
}

void Engine::undo(std::uint64_t seq, Answered answered) {
  // No issuer is empty, so that no transaction has this key.
  const std::string name = to_hex(head_.chain) + "/" + std::to_string(seq);
  take({{}, seq, std::nullopt, std::move(answered), transaction_key("", name)});
}

void Engine::keep_position(outbox::SourcePosition position, std::function<void(Status)> done) {
  Entry entry;
  entry.position = std::move(position);
  entry.answered = [done = std::move(done)](const Result<api::TransactionAnswer>& kept) {
    done(kept ? Status(Done{}) : Status(Failure{kept.error()}));
  };
  entry.passed_over = true;
  take(std::move(entry));
}

void Engine::resume(const std::string& source) { source_generations_[source] = generation_; }

/// Why its source must begin anew before the record, or null.
const char* Engine::out_of_step(const std::string& source) {
  const std::uint64_t since = source_generations_.try_emplace(source, generation_).first->second;
  if (since == generation_) return nullptr;
  if (since == 0) return "an earlier record of its source could not be taken and comes first";
  // Whose records were in it is not looked at.
  return "a commit failed meanwhile: its source goes on from its last durable position";
}

void Engine::refuse(Entry entry, const Error& error) {
  if (!entry.position) return entry.answered(Failure{error});
  if (error.code == ErrorCode::invalid) {
    // What can never be taken is passed by, for good: told before its position is durable, it would come again after a power cut.
    return store_position(std::move(*entry.position), [error, answered = std::move(entry.answered)](const Status& kept) {
      answered(Failure{kept ? error : kept.error()});
    });
  }
  // Everything else must come again before what lies behind it.
  source_generations_[entry.position->source] = 0;
  entry.answered(Failure{error});
}

void Engine::take(Entry entry) {
  if (must_wait(entry)) {
    waiting_.push_back(std::move(entry));
  } else {
    admit(std::move(entry));
  }
}

bool Engine::is_under_way(const outbox::TransactionKey& key) const {
  const auto found = in_flight_.find(key);
  return found != in_flight_.end() && !found->second->job->finished;
}

bool Engine::waits_for_reversal(const Entry& entry) const {
  if (entry.passed_over) return false;
  const bool reversal = entry.undo || entry.transaction.is_reversal();
  if (reversal && (reversing_ || !waiting_.empty())) return true;
  if (entry.undo) return false;
  const detect::Reversed& reversed = entry.transaction.reversed;
  const std::string& issuer = reversed.issuer.empty() ? entry.transaction.issuer : reversed.issuer;
  if (reversal && is_under_way(transaction_key(issuer, reversed.event_id))) return true;
  return reversing_ && reversing_->of == entry.key;
}

bool Engine::must_wait(const Entry& entry) const {
  if (waits_for_reversal(entry)) return true;
  if (!entry.position) return false;
  // A repeated one's position is stored on its own, and must not be once those behind it are.
  if (!entry.passed_over && is_under_way(entry.key)) return true;
  // A source's position must not pass a record of its own that waits.
  return std::any_of(waiting_.begin(), waiting_.end(), [&](const Entry& earlier) {
    return earlier.position && earlier.position->source == entry.position->source;
  });
}

void Engine::admit_waiting() {
  while (!waiting_.empty()) {
    Entry entry = std::move(waiting_.front());
    waiting_.pop_front();
    // Those behind it do not hold it up: it was first.
    std::deque<Entry> behind;
    behind.swap(waiting_);
    const bool wait = must_wait(entry);
    waiting_.swap(behind);
    if (wait) return waiting_.push_front(std::move(entry));
    admit(std::move(entry));
  }
}

void Engine::admit(Entry entry) {
  if (entry.position) {
    if (const char* why = out_of_step(entry.position->source)) return entry.answered(fail(ErrorCode::unavailable, why));
  }
  if (!head_known_) {
    if (Status recovered = recover_head(); !recovered) return refuse(std::move(entry), recovered.error());
  }
  if (entry.passed_over) {
    return store_position(std::move(*entry.position), [answered = std::move(entry.answered)](const Status& kept) {
      answered(kept ? Result<api::TransactionAnswer>(api::TransactionAnswer{}) : Failure{kept.error()});
    });
  }
  if (const auto found = in_flight_.find(entry.key); found != in_flight_.end()) {
    const std::lock_guard lock(found->second->mutex);
    if (!found->second->job->finished) {
      found->second->waiting.push_back([this, answered = std::move(entry.answered)](const auto& first) {
        if (!first) return answered(first);
        strand_.post([this, answer = *first, answered] { answer_repeated(std::nullopt, answer, answered); });
      });
      return;
    }
  }
  auto stored = stored_answer(entry.key);
  if (!stored) return refuse(std::move(entry), stored.error());
  if (*stored) return answer_repeated(std::move(entry.position), std::move(**stored), entry.answered);
  if (entry.undo) return reverse(std::move(entry));
  if (maker_.lies_ahead(entry.transaction)) {
    entry.transaction.standing = detect::Standing::doubtful;
    entry.transaction.remark = "it is dated in the future";
  }
  if (entry.transaction.standing != detect::Standing::final) return set_aside(std::move(entry));
  if (entry.transaction.is_reversal()) return reverse(std::move(entry));
  claim_new(std::move(entry));
}

Result<std::optional<api::TransactionAnswer>> Engine::stored_answer(const outbox::TransactionKey& key) {
  const auto record = pipeline_.find(key, reader_);
  if (!record) return Failure{record.error()};
  if (!*record) return std::optional<api::TransactionAnswer>();
  auto answer = answer_from_store(reader_, **record, maker_);
  if (!answer) return Failure{answer.error()};
  return std::optional(std::move(*answer));
}

void Engine::answer_repeated(std::optional<outbox::SourcePosition> position, api::TransactionAnswer answer,
                             const Answered& answered) {
  answer.repeated = true;
  answer.unclaimed.clear();
  if (!position) return answered(std::move(answer));
  store_position(std::move(*position), [answer, answered](const Status& kept) {
    if (!kept) return answered(Failure{kept.error()});
    answered(answer);
  });
}

void Engine::claim_new(Entry entry) {
  const detect::Findings found = detectors_.detect(entry.transaction);
  if (must_come_again(entry, found.absent)) return refuse(std::move(entry), not_looked_at(found.absent));
  claim::ChainHead next = head_;
  auto made = maker_.make(entry.key, entry.transaction, found.acts, guard_, next);
  if (!made) return refuse(std::move(entry), made.error());
  if (!found.absent.empty() && made->claims.empty()) {
    note_absence(entry.key, entry.transaction, found.absent, *made);
    return keep_apart(std::move(entry), std::move(*made));
  }
  const auto awaits = reverser_.awaits_any();
  Status applied = awaits ? Status(Done{}) : Status(Failure{awaits.error()});
  if (applied && *awaits) applied = apply_awaited(entry.key, next, *made);
  if (!applied) {
    guard_.drop(made->aside.account_uses);
    return refuse(std::move(entry), applied.error());
  }
  // What was taken back before it came is worth nothing to whoever is absent, too.
  if (!found.absent.empty() && !made->claims.empty()) note_absence(entry.key, entry.transaction, found.absent, *made);
  head_ = next;
  push(entry.key, std::move(*made), std::move(entry.position), std::move(entry.answered));
}

/// A refund that took back too little could not be told from a right one, and whoever reports it can do so again.
bool Engine::must_come_again(const Entry& entry, const std::vector<detect::Absent>& absent) {
  if (absent.empty()) return false;
  if (entry.position) return patience_.has_for(entry.position->source, entry.key, absent);
  return entry.transaction.is_reversal();
}

Status Engine::apply_awaited(const outbox::TransactionKey& key, claim::ChainHead& head, MadeClaims& made) {
  auto met = reverser_.meet(key, made);
  if (!met) return Failure{met.error()};
  if (!met->any) return Done{};
  if (met->all) {
    guard_.drop(made.aside.account_uses);
    MadeClaims nothing;
    nothing.recorded_at = made.recorded_at;
    nothing.answer.remark = "it was taken back before it was reported";
    nothing.totals.push_back(made.totals.back());  // the transaction itself
    made = std::move(nothing);
    head = head_;
  }
  made.aside.met = true;
  for (const Reversals& reversals : met->reversals) {
    if (Status reversed = maker_.reverse(reversals, head, made); !reversed) return reversed;
  }
  return Done{};
}

void Engine::reverse(Entry entry) {
  auto reversals = entry.undo ? reverser_.undo(*entry.undo) : reverser_.reverse(entry.transaction);
  if (!reversals) return refuse(std::move(entry), reversals.error());
  MadeClaims made;
  if (must_come_again(entry, reversals->absent)) return refuse(std::move(entry), not_looked_at(reversals->absent));
  if (!reversals->absent.empty()) {
    note_absence(entry.key, entry.transaction, reversals->absent, made);
    return keep_apart(std::move(entry), std::move(made));
  }
  if (Status reversed = maker_.reverse(*reversals, head_, made); !reversed) return refuse(std::move(entry), reversed.error());
  if (!entry.undo) made.totals.push_back({made.recorded_at / kSecondsADay, "", 0, 0});
  const detect::Reversed& reversed = entry.transaction.reversed;
  const std::string& issuer = reversed.issuer.empty() ? entry.transaction.issuer : reversed.issuer;
  // Set before the push: the writer may be done before it returns.
  reversing_.emplace();
  if (!entry.undo) reversing_->of = transaction_key(issuer, reversed.event_id);
  reversing_->job = push(entry.key, std::move(made), std::move(entry.position), std::move(entry.answered));
}

/// The final record is still to come, or there already.
void Engine::set_aside(Entry entry) {
  const detect::Transaction& transaction = entry.transaction;
  MadeClaims made;
  made.answer.remark = remark_of(transaction);
  if (transaction.standing == detect::Standing::doubtful) {
    made.aside.guarded.push_back(guarded_record(entry.key, transaction, made.answer.remark));
  }
  keep_apart(std::move(entry), std::move(made));
}

/// Neither claimed nor remembered under its id. Requires: nothing was claimed.
void Engine::keep_apart(Entry entry, MadeClaims made) {
  if (made.aside.guarded.empty() && !entry.position) return entry.answered(std::move(made.answer));
  auto job = std::make_shared<Job>();
  job->generation = generation_;
  job->unit.head = head_;
  job->unit.recorded_at = maker_.now();
  job->unit.position = std::move(entry.position);
  job->unit.aside.guarded = std::move(made.aside.guarded);
  job->done = [this, answer = std::move(made.answer), answered = std::move(entry.answered),
               generation = generation_](const Status& status) {
    answered(status ? Result<api::TransactionAnswer>(answer) : Failure{status.error()});
    if (!status) strand_.post([this, generation, status] { after_failure(generation, status); });
  };
  pipeline_.push(std::move(job));
}

std::shared_ptr<Job> Engine::push(const outbox::TransactionKey& key, MadeClaims made,
                                  std::optional<outbox::SourcePosition> position, Answered answered) {
  auto flight = std::make_shared<InFlight>();
  flight->answer = std::move(made.answer);
  flight->waiting.push_back(std::move(answered));
  auto job = std::make_shared<Job>();
  flight->job = job;
  job->generation = generation_;
  job->claims = std::move(made.claims);
  job->unit.key = key;
  job->unit.head = head_;
  job->unit.recorded_at = made.recorded_at;
  job->unit.position = std::move(position);
  job->unit.totals = std::move(made.totals);
  job->unit.aside = std::move(made.aside);
  job->done = [this, flight, key](const Status& status) { on_stored(flight, key, status); };
  in_flight_[key] = flight;
  pipeline_.push(job);
  return job;
}

void Engine::on_stored(const std::shared_ptr<InFlight>& flight, const outbox::TransactionKey& key, const Status& status) {
  std::vector<Answered> waiting;
  {
    const std::lock_guard lock(flight->mutex);
    waiting.swap(flight->waiting);
  }
  const Result<api::TransactionAnswer> result = status ? Result<api::TransactionAnswer>(flight->answer) : Failure{status.error()};
  for (const Answered& answered : waiting) answered(result);
  strand_.post([this, flight, key, status] {
    if (const auto found = in_flight_.find(key); found != in_flight_.end() && found->second == flight) in_flight_.erase(found);
    if (reversing_ && reversing_->job == flight->job) reversing_.reset();
    guard_.settle(flight->job->unit.aside.account_uses, status.ok());
    if (!status) after_failure(flight->job->generation, status);
    if (status && troubled_) {
      set_trouble("");
      store_log_.worked();
    }
    admit_waiting();
  });
}

void Engine::store_position(outbox::SourcePosition position, std::function<void(Status)> done) {
  auto job = std::make_shared<Job>();
  job->generation = generation_;
  job->unit.head = head_;
  job->unit.position = std::move(position);
  job->done = [this, done = std::move(done), generation = generation_](const Status& status) {
    done(status);
    if (!status) strand_.post([this, generation, status] { after_failure(generation, status); });
  };
  pipeline_.push(std::move(job));
}

void Engine::after_failure(std::uint64_t generation, const Status& status) {
  if (generation != generation_) return;
  ++generation_;
  head_known_ = false;
  set_trouble(status.error().message);
  store_log_.failed(status.error());
}

Status Engine::recover_head() {
  const auto chain = reader_.chain();
  if (!chain) return Failure{chain.error()};
  if (!*chain) return fail(ErrorCode::unavailable, "the chain has not been started yet");
  head_ = (*chain)->head;
  head_known_ = true;
  return Done{};
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

}  // namespace greentill::app
