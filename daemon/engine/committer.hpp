// SPDX-License-Identifier: Apache-2.0
// Makes jobs durable in the chain's order: group commit by leader and followers, like leveldb's DBImpl::Write. A thread that
// waits for a job and finds nobody storing becomes the leader: it stores all that is queued, its own jobs and others'. A thread
// that finds a leader waits for it, and may become the next one. So a lone sale is stored by its own thread and wakes no other.
// The committer has a thread of its own for jobs that nobody waits for, such as a source's record, and for other work on the
// writer. Threads: safe from any thread.
//
// What always holds:
// - One thread at a time has the writer: the one that set leading_, which alone clears it.
// - Jobs are stored in the order in which they were pushed; a batch is a run of that order.
// - While anything is queued, some thread is storing or was woken to store: every thread that stops leading, stops waiting or
//   hands over calls pass_on(). A thread that has pushed and not yet called wait() or hand_over() counts as woken.
// - mutex_ is never held while something is stored or a job's owner is told.
// - A job of a generation that failed is never stored; it is finished with an error.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "daemon/base/error.hpp"
#include "daemon/engine/job.hpp"
#include "daemon/outbox/outbox.hpp"

namespace greentill::engine {

class Committer final : public outbox::WriteQueue {
 public:
  using Jobs = std::vector<std::unique_ptr<Job>>;

  /// `finished` is called with the jobs of each commit, stored or not, from the thread that stored; one call at a time. It may
  /// push(), and must not wait() or hand_over(). `writer` must outlive the committer, which alone may use it.
  Committer(outbox::Writer& writer, std::function<void(Jobs&, const Status&)> finished);
  /// Finishes what was pushed and enqueued, then stops. Requires: no thread is in wait(), and none calls any more.
  ~Committer() override;
  Committer(const Committer&) = delete;
  Committer& operator=(const Committer&) = delete;

  /// Queues a job. Requires: jobs are pushed in the chain's order, and the caller then calls wait() or hand_over(): before that
  /// nobody need store the job.
  void push(std::unique_ptr<Job> job);

  /// A thread that waits for jobs of its own. It must exist until wait() has returned; it is used once.
  class Waiter {
   private:
    friend class Committer;
    std::condition_variable wake_;
    bool complete_ = false;
    bool chosen_ = false;  ///< whether it is to be the next leader
  };
  /// Returns once complete() was called for the waiter. Meanwhile this thread stores what is queued, where no other does.
  void wait(Waiter& waiter);
  /// Tells that what the waiter waits for has come. May be called before wait(), from any thread.
  void complete(Waiter& waiter);
  /// Leaves what was pushed to other threads; returns at once.
  void hand_over();

  /// What a transaction made, as outbox::Reader::find(). Asks the writer where nobody stores, since its pages are in memory; else
  /// `reader`, which the caller must have for itself.
  Result<std::optional<outbox::TransactionRecord>> find(const outbox::TransactionKey& key, outbox::Reader& reader);

  /// As WriteQueue::enqueue(): the work runs on the committer's own thread, between commits. It must not call wait().
  void enqueue(std::function<void(outbox::Writer&)> work) override;

 private:
  using Lock = std::unique_lock<std::mutex>;
  void run();
  void lead(Lock& lock);
  void pass_on();
  Jobs take_batch();
  void store(Jobs& batch);
  Status write(const Jobs& batch);
  void fail_generation(std::uint64_t generation, const Status& status);

  outbox::Writer& writer_;
  const std::function<void(Jobs&, const Status&)> finished_;

  std::mutex mutex_;
  std::condition_variable own_;
  std::deque<std::unique_ptr<Job>> queue_;
  std::deque<Waiter*> waiters_;  ///< those that sleep
  std::deque<std::function<void(outbox::Writer&)>> work_;
  std::uint64_t failed_generation_ = 0;
  bool leading_ = false;  ///< a thread has the writer, and no other may use it
  bool handed_over_ = false;
  bool stopping_ = false;

  std::thread thread_;
};

}  // namespace greentill::engine
