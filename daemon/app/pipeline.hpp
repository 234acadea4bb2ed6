// SPDX-License-Identifier: Apache-2.0
// From a claim whose place in the chain is fixed to a durable one: a small pool signs in parallel, one writer thread commits in
// the chain's order, as many at once as are ready. A claim that comes alone is signed and stored by the thread that waits for it,
// or else by the writer: each thread that need not be woken makes the sale sooner. Threads: push(), enqueue_write() and pending()
// from any thread; callbacks run on the thread that stores, one at a time, and must not block.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "daemon/base/error.hpp"
#include "daemon/claim/message.hpp"
#include "daemon/identity/identity.hpp"
#include "daemon/outbox/outbox.hpp"

namespace greentill::app {

/// A claim that has its payload and lacks its signature.
struct UnsignedClaim {
  std::uint64_t seq = 0;
  std::vector<std::uint8_t> payload;
  claim::Salt salt{};
  std::string account_token;  ///< empty: no account hint
};

/// One unit on its way into the outbox.
struct Job {
  outbox::Unit unit;  ///< its claims are filled in by the signers
  std::vector<UnsignedClaim> claims;
  /// Jobs of one generation build on one another: when one cannot be stored, none behind it can.
  std::uint64_t generation = 0;
  /// begin_chain instead of commit.
  std::optional<claim::ChainId> new_chain;
  std::function<void(const Status&)> done;

  std::atomic<std::size_t> unsigned_left{0};
  std::atomic<bool> signing_failed{false};
  std::atomic<bool> finished{false};  ///< durable, or failed: set just before done
};

class Pipeline {
 public:
  /// `committed` is called after every commit that stored something, before the jobs' own callbacks; `disk_full` after one that
  /// found no room.
  Pipeline(outbox::Writer& writer, identity::DeviceIdentity& identity, std::size_t signer_threads,
           std::function<void()> committed, std::function<void()> disk_full);
  /// Finishes what was pushed, then stops.
  ~Pipeline();
  Pipeline(const Pipeline&) = delete;
  Pipeline& operator=(const Pipeline&) = delete;

  /// Requires: pushed in chain order.
  void push(std::shared_ptr<Job> job);

  /// While it lives, its thread has the writer of a pipeline that was idle: a job that it pushes then is kept for it, and at its
  /// end signed and stored by this thread. Requires: what its end may call back needs no lock that the thread holds.
  class Lone {
   public:
    explicit Lone(Pipeline& pipeline);
    ~Lone();
    Lone(const Lone&) = delete;
    Lone& operator=(const Lone&) = delete;

   private:
    friend class Pipeline;
    Pipeline& pipeline_;
    bool has_writer_ = false;
    bool kept_ = false;
  };

  /// Asks the writer where this thread has it, whose pages need not be read again; else `reader`.
  Result<std::optional<outbox::TransactionRecord>> find(const outbox::TransactionKey& key, outbox::Reader& reader);

  /// Runs other work on the writer thread, between commits.
  void enqueue_write(std::function<void(outbox::Writer&)> work);

  /// Jobs pushed and not yet finished.
  [[nodiscard]] std::size_t pending() const { return pending_.load(std::memory_order_relaxed); }

 private:
  struct SigningTask {
    std::shared_ptr<Job> job;
    std::size_t index = 0;
  };
  using Jobs = std::vector<std::shared_ptr<Job>>;

  void sign_loop(claim::Signer& signer);
  /// Requires: something to sign. Whether it was its job's last.
  bool sign_next(std::unique_lock<std::mutex>& lock, claim::Signer& signer);
  void write_loop();
  [[nodiscard]] Lone* lone_here() const;
  void end_lone(bool kept);
  Jobs take_ready(std::unique_lock<std::mutex>& lock);
  Jobs take_prefix();
  [[nodiscard]] std::size_t ready_prefix(std::size_t& claims) const;
  [[nodiscard]] bool worth_a_commit() const;
  void store(const Jobs& jobs);
  void finish(const Jobs& jobs, const Status& status);
  void fail_generation(std::uint64_t generation, const Status& status);

  outbox::Writer& writer_;
  std::function<void()> committed_;
  std::function<void()> disk_full_;
  std::vector<std::unique_ptr<claim::Signer>> signers_;  ///< one a signing thread, the last of who stores

  mutable std::mutex mutex_;
  std::condition_variable to_sign_;
  std::condition_variable to_write_;
  std::deque<SigningTask> signing_;
  std::deque<std::shared_ptr<Job>> order_;
  std::deque<std::function<void(outbox::Writer&)>> work_;
  std::uint64_t failed_generation_ = 0;
  std::size_t being_signed_ = 0;
  bool writer_idle_ = false;
  bool storing_ = false;  ///< a thread has the writer and the last signer: nobody else uses them
  bool stopping_ = false;
  std::atomic<std::size_t> pending_{0};

  std::vector<std::thread> signer_threads_;
  std::thread writer_thread_;
};

}  // namespace greentill::app
