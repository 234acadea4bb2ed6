// SPDX-License-Identifier: Apache-2.0
// Makes jobs durable in the chain's order: group commit by leader and followers, as leveldb's DBImpl::Write. Who waits for a job
// and finds nobody storing becomes the leader and stores all that is queued, its own and others'; who finds a leader waits for
// it, and may be the next one. A lone sale is thereby stored by its own thread and wakes no other. What nobody waits for, such as
// a source's record, and other work on the writer, is done by a thread of the committer's own. Threads: safe from any thread.
//
// What always holds:
// - One thread at a time has the writer: the one that set leading_, which alone clears it.
// - Jobs are stored in the order in which they were pushed; a batch is a run of that order.
// - While anything is queued somebody stores it or was woken to: whoever stops leading, leaves, or hands over looks (pass_on()).
//   Who pushed holds the engine's turn and has not come to wait() yet: until then it counts as woken.
// - mutex_ is never held while something is stored or a job's owner is told.
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
  /// push, and must not wait.
  Committer(outbox::Writer& writer, std::function<void(Jobs&, const Status&)> finished);
  /// Finishes what was pushed, then stops.
  ~Committer() override;
  Committer(const Committer&) = delete;
  Committer& operator=(const Committer&) = delete;

  /// Queues a job. Requires: pushed in chain order; and then wait() or hand_over(), without which nobody need store it.
  void push(std::unique_ptr<Job> job);

  /// Somebody who waits for jobs. Lives until wait() has returned.
  class Waiter {
   private:
    friend class Committer;
    std::condition_variable wake_;
    bool complete_ = false;
    bool chosen_ = false;  ///< to be the next leader
  };
  /// Returns once complete() was called for the waiter, and stores meanwhile, where nobody else does.
  void wait(Waiter& waiter);
  /// What the waiter waits for has come.
  void complete(Waiter& waiter);
  /// Leaves what was pushed to others.
  void hand_over();

  /// Asks the writer where nobody stores, whose pages need not be read again; else `reader`, which is the caller's.
  Result<std::optional<outbox::TransactionRecord>> find(const outbox::TransactionKey& key, outbox::Reader& reader);

  /// Runs on the committer's own thread, between commits.
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
  std::deque<Waiter*> waiters_;  ///< who sleep
  std::deque<std::function<void(outbox::Writer&)>> work_;
  std::uint64_t failed_generation_ = 0;
  bool leading_ = false;  ///< a thread has the writer: nobody else uses it
  bool handed_over_ = false;
  bool stopping_ = false;

  std::thread thread_;
};

}  // namespace greentill::engine
