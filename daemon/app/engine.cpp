// SPDX-License-Identifier: Apache-2.0
#include "daemon/app/engine.hpp"

#include <algorithm>
#include <cstring>

#include "daemon/app/stored_answer.hpp"

namespace greentill::app {

std::size_t Engine::KeyHash::operator()(const outbox::TransactionKey& key) const {
  std::size_t hash = 0;
  std::memcpy(&hash, key.data(), sizeof hash);
  return hash;
}

outbox::TransactionKey transaction_key(const std::string& issuer, const std::string& event_id) {
  // The length in front keeps ("ab", "c") and ("a", "bc") apart.
  const auto length = static_cast<std::uint8_t>(issuer.size());
  const Digest digest = identity::hasher().sha256({ByteView(&length, 1), as_bytes(issuer), as_bytes(event_id)});
  outbox::TransactionKey key{};
  std::copy_n(digest.begin(), key.size(), key.begin());
  return key;
}

Status check_transaction(const detect::Transaction& transaction) {
  if (transaction.issuer.empty() || transaction.issuer.size() > 64)
    return fail(ErrorCode::invalid, "issuer: must be 1 to 64 bytes");
  if (transaction.event_id.empty() || transaction.event_id.size() > 128) {
    return fail(ErrorCode::invalid, "event_id: must be 1 to 128 bytes");
  }
  if (transaction.begin < 0) return fail(ErrorCode::invalid, "begin: must not lie before 1970");
  if (transaction.end < transaction.begin) return fail(ErrorCode::invalid, "end: must not lie before begin");
  if (transaction.account_token.size() > claim::kMaxTextBytes) {
    return fail(ErrorCode::invalid, "account_token: must be at most 32 bytes");
  }
  return Done{};
}

Engine::Engine(Executor& strand, Pipeline& pipeline, outbox::Reader& reader, detect::Detectors& detectors, ClaimMaker& maker,
               Random& random, Log& log)
    : strand_(strand), pipeline_(pipeline), reader_(reader), detectors_(detectors), maker_(maker), random_(random), log_(log) {}

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
  if (!head_known_) {
    if (Status recovered = recover_head(); !recovered) return answered(Failure{recovered.error()});
  }
  const outbox::TransactionKey key = transaction_key(transaction.issuer, transaction.event_id);
  if (const auto found = in_flight_.find(key); found != in_flight_.end()) {
    const std::lock_guard lock(found->second->mutex);
    if (!found->second->job->finished) {
      found->second->waiting.push_back([this, position, answered](const Result<api::TransactionAnswer>& first) {
        if (!first) return answered(first);
        strand_.post([this, position, answer = *first, answered] { answer_repeated(position, answer, answered); });
      });
      return;
    }
  }
  auto stored = stored_answer(key);
  if (!stored) return answered(Failure{stored.error()});
  if (*stored) return answer_repeated(std::move(position), std::move(**stored), answered);
  claim_new(key, transaction, std::move(position), std::move(answered));
}

Result<std::optional<api::TransactionAnswer>> Engine::stored_answer(const outbox::TransactionKey& key) {
  const auto record = reader_.find(key);
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
  keep_position(std::move(*position), [answer, answered](const Status& kept) {
    if (!kept) return answered(Failure{kept.error()});
    answered(answer);
  });
}

void Engine::claim_new(const outbox::TransactionKey& key, const detect::Transaction& transaction,
                       std::optional<outbox::SourcePosition> position, Answered answered) {
  const std::vector<detect::Detected> detected = detectors_.detect(transaction);
  auto made = maker_.make(transaction, detected, head_);
  if (!made) return answered(Failure{made.error()});

  auto flight = std::make_shared<InFlight>();
  flight->answer = std::move(made->answer);
  flight->waiting.push_back(std::move(answered));
  auto job = std::make_shared<Job>();
  flight->job = job;
  job->generation = generation_;
  job->claims = std::move(made->claims);
  job->unit.key = key;
  job->unit.head = head_;
  job->unit.recorded_at = made->recorded_at;
  job->unit.position = std::move(position);
  job->unit.totals = std::move(made->totals);
  job->done = [this, flight, key](const Status& status) { on_stored(flight, key, status); };
  in_flight_[key] = flight;
  pipeline_.push(std::move(job));
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
    if (!status) return after_failure(flight->job->generation, status);
    if (troubled_) set_trouble("");
  });
}

void Engine::keep_position(outbox::SourcePosition position, std::function<void(Status)> done) {
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
  log_.write(LogLevel::error, "engine", "claims could not be stored: " + status.error().message);
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
