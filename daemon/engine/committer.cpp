// SPDX-License-Identifier: Apache-2.0
#include "daemon/engine/committer.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace greentill::engine {
namespace {

// Bounds how long the first jobs of one commit wait for the last.
constexpr std::size_t kMostClaims = 512;

}  // namespace

Committer::Committer(outbox::Writer& writer, std::function<void(Jobs&, const Status&)> finished)
    : writer_(writer), finished_(std::move(finished)), thread_([this] { run(); }) {}

Committer::~Committer() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  own_.notify_one();
  thread_.join();
}

void Committer::push(std::unique_ptr<Job> job) {
  const std::lock_guard lock(mutex_);
  queue_.push_back(std::move(job));
}

void Committer::complete(Waiter& waiter) {
  const std::lock_guard lock(mutex_);
  waiter.complete_ = true;
  waiter.wake_.notify_one();
}

void Committer::wait(Waiter& waiter) {
  Lock lock(mutex_);
  while (!waiter.complete_) {
    if (!leading_ && !queue_.empty()) {
      lead(lock);
      continue;
    }
    waiters_.push_back(&waiter);
    waiter.wake_.wait(lock, [&] { return waiter.complete_ || waiter.chosen_; });
    if (!waiter.chosen_) std::erase(waiters_, &waiter);
    waiter.chosen_ = false;
  }
  pass_on();
}

void Committer::hand_over() {
  const std::lock_guard lock(mutex_);
  handed_over_ = true;
  pass_on();
}

/// Wakes a leader for what is queued, where nobody stores: called by whoever stops storing or waiting.
void Committer::pass_on() {
  if (leading_ || (queue_.empty() && work_.empty())) return;
  if (waiters_.empty() || handed_over_ || !work_.empty()) return own_.notify_one();
  waiters_.front()->chosen_ = true;
  waiters_.front()->wake_.notify_one();
  waiters_.pop_front();
}

Result<std::optional<outbox::TransactionRecord>> Committer::find(const outbox::TransactionKey& key, outbox::Reader& reader) {
  {
    const std::lock_guard lock(mutex_);
    if (std::exchange(leading_, true)) return reader.find(key);
  }
  auto found = writer_.find(key);
  const std::lock_guard lock(mutex_);
  leading_ = false;
  pass_on();
  return found;
}

void Committer::enqueue(std::function<void(outbox::Writer&)> work) {
  const std::lock_guard lock(mutex_);
  work_.push_back(std::move(work));
  own_.notify_one();
}

void Committer::run() {
  Lock lock(mutex_);
  for (;;) {
    own_.wait(lock, [this] {
      const bool any = !work_.empty() || (!queue_.empty() && (handed_over_ || stopping_ || waiters_.empty()));
      return !leading_ && (any || stopping_);
    });
    if (work_.empty() && queue_.empty()) return;  // stopping
    if (!work_.empty()) {
      std::deque<std::function<void(outbox::Writer&)>> work;
      work.swap(work_);
      leading_ = true;
      lock.unlock();
      for (auto& piece : work) piece(writer_);
      work.clear();
      lock.lock();
      leading_ = false;
    }
    if (!queue_.empty()) lead(lock);
    if (queue_.empty()) handed_over_ = false;
    pass_on();
  }
}

void Committer::lead(Lock& lock) {
  leading_ = true;
  Jobs batch = take_batch();
  lock.unlock();
  store(batch);
  batch.clear();
  lock.lock();
  leading_ = false;
}

Committer::Jobs Committer::take_batch() {
  Jobs batch;
  std::size_t claims = 0;
  while (!queue_.empty() && claims < kMostClaims) {
    Job& next = *queue_.front();
    // The start of a chain is a commit of its own, and no commit mixes generations.
    const bool alone = next.new_chain || next.alone;
    if (!batch.empty() && (alone || next.generation != batch.front()->generation)) break;
    claims += next.unit.claims.size();
    batch.push_back(std::move(queue_.front()));
    queue_.pop_front();
    if (alone) break;
  }
  return batch;
}

void Committer::store(Jobs& batch) {
  const std::uint64_t generation = batch.front()->generation;
  const Status status = write(batch);
  if (!status) fail_generation(generation, status);
  finished_(batch, status);
}

Status Committer::write(const Jobs& batch) {
  const Job& first = *batch.front();
  if (first.generation <= failed_generation_) {
    return fail(ErrorCode::unavailable, "an earlier claim of the chain could not be stored; try again");
  }
  if (first.alone) return first.alone(writer_);
  if (first.new_chain) return writer_.begin_chain(*first.new_chain, first.unit);
  std::vector<const outbox::Unit*> units;
  units.reserve(batch.size());
  for (const auto& job : batch) units.push_back(&job->unit);
  return writer_.commit(units);
}

void Committer::fail_generation(std::uint64_t generation, const Status& status) {
  Jobs broken;
  {
    const std::lock_guard lock(mutex_);
    failed_generation_ = std::max(failed_generation_, generation);
    const auto first = std::stable_partition(queue_.begin(), queue_.end(),
                                             [&](const auto& job) { return job->generation > failed_generation_; });
    std::move(first, queue_.end(), std::back_inserter(broken));
    queue_.erase(first, queue_.end());
  }
  if (!broken.empty()) finished_(broken, status);
}

}  // namespace greentill::engine
