// SPDX-License-Identifier: Apache-2.0
// The engine owns the order of claims: every transaction, from the API or a source, passes here once. One thread at a time has
// its turn: looks the transaction up, asks the detectors, makes and signs the claims, and queues them with the committer, outside
// of whose commits nothing waits for a disk. Threads: safe from any thread; a call may wait for another's turn.
//
// What always holds:
// - Nobody is answered before all that the answer says is durable.
// - Whoever has the turn alone moves the head, and queues what it made before it gives the turn up. So claims are queued, and
//   stored, in the chain's order; the head is ahead of the store by what is queued.
// - Where a commit fails, all that is queued of its generation fails with it, since each claim names the hash of the one before.
//   The head is read back from the store before the next claim is made.
// - A transaction's key is free, under way, or stored. So an event is claimed once, however often it is reported, and whoever
//   reports it again is answered as the first time.
// - A source's position and what became of its record are stored in one commit, and behind a record that waits or failed none is
//   stored.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "daemon/base/line_allowance.hpp"
#include "daemon/base/ports.hpp"
#include "daemon/detect/detectors.hpp"
#include "daemon/engine/account_guard.hpp"
#include "daemon/engine/claim_maker.hpp"
#include "daemon/engine/committer.hpp"
#include "daemon/engine/head.hpp"
#include "daemon/engine/missing_detectors.hpp"
#include "daemon/engine/reversals.hpp"
#include "daemon/engine/store_log.hpp"
#include "daemon/engine/turns.hpp"
#include "daemon/outbox/outbox.hpp"

namespace greentill::engine {

/// What the engine works with. All must outlive it.
struct Parts {
  Executor& timers;  ///< for what is said in the log a minute later
  Log& log;
  Random& random;
  outbox::Writer& writer;
  outbox::Reader& reader;  ///< the engine's alone
  detect::Detectors& detectors;
  ClaimMaker& maker;
  const measure::Library& library;
};

/// Called from the thread that stores, after every commit; must not block.
struct CommitHooks {
  std::function<void()> stored;
  std::function<void()> disk_full;
};

class Engine {
 public:
  /// `account_key` is the AccountGuard's.
  Engine(const Parts& parts, crypto::Secret account_key, CommitHooks hooks);

  /// Takes the chain up where the outbox left it, or starts one; the start is durable when this returns.
  Status open();

  /// One transaction, with the source's record where one brought it; what became of that is decided here. Then, without further
  /// calls: Committer::wait() or hand_over().
  void submit(event::Transaction transaction, std::optional<outbox::SourceRecord> record, Answered answered);

  /// Takes one claim of the chain in force back, as the merchant's correction. As submit().
  void undo(std::uint64_t seq, Answered answered);

  /// Keeps a source's record of which no transaction was made, and its position; its fate and reason are the caller's. As
  /// submit().
  void pass_over(outbox::SourceRecord record, std::function<void(Status)> done);

  /// The source begins anew from its durable position. Once a record of it could not be taken, or a commit failed, no later one
  /// is taken before that. Requires: all its records were answered.
  void resume(const std::string& source);

  /// What keeps it from taking transactions, or empty.
  [[nodiscard]] std::string trouble() const;

  [[nodiscard]] Committer& committer() { return committer_; }

 private:
  void take(Arrival arrival);
  void refuse(Arrival arrival, const Error& error);
  void admit(Arrival arrival);
  void admit_waiting();
  bool answer_known(Arrival& arrival);
  void answer_repeated(Arrival arrival, event::TransactionAnswer answer, bool is_other);
  [[nodiscard]] bool must_come_again(const Arrival& arrival, const std::vector<detect::Absent>& absent);
  void claim_new(Arrival arrival);
  Status apply_awaited(const outbox::TransactionKey& key, claim::ChainHead& head, MadeClaims& made);
  void reverse(Arrival arrival);
  void leave_unclaimed(Arrival arrival);
  void keep_apart(Arrival arrival, MadeClaims made);
  void store_record(outbox::SourceRecord record, event::TransactionAnswer answer, Answered answered);
  void commit(Arrival arrival, MadeClaims made);
  std::unique_ptr<Job> job_of(MadeClaims made, std::optional<outbox::SourceRecord> record, Answered answered);
  void on_finished(Committer::Jobs& jobs, const Status& status);
  void finish(Job& job, bool stored);
  void set_trouble(std::string trouble);

  Parts parts_;
  const CommitHooks hooks_;

  std::mutex turn_;  ///< guards all that follows, but the committer
  AccountGuard guard_;
  AbsenceLimit absence_limit_;
  Reverser reverser_;
  StoreLog store_log_;
  LineAllowance repeats_allowance_{10, std::chrono::seconds(60)};  ///< of lines on events that come again as others
  Head head_;
  Turns turns_;
  bool troubled_ = true;

  mutable std::mutex trouble_mutex_;
  std::string trouble_ = "starting";

  Committer committer_;  ///< the last: what it finishes at its end needs the others
};

}  // namespace greentill::engine
