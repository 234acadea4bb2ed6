// SPDX-License-Identifier: Apache-2.0
// The engine owns the order of claims: every transaction, from the API or a source, passes here once. One thread at a time has
// the turn: it looks the transaction up, asks the detectors, makes and signs the claims, and queues them with the committer.
// Nothing but the committer's commits waits for a disk. Threads: safe from any thread; a call may wait for another thread's turn.
//
// What always holds:
// - Nobody is answered before everything that the answer says is durable.
// - Only the thread that has the turn moves the head, and it queues what it made before it gives the turn up. So claims are
//   queued, and stored, in the chain's order; the head is ahead of the store by what is queued.
// - Where a commit fails, everything queued of its generation fails with it, since each claim holds the hash of the one before.
//   The head is read back from the store before the next claim is made.
// - A transaction's key is free, under way, or stored. So an event is claimed once, however often it is reported, and whoever
//   reports it again is answered as the first time.
// - While a repair is under way nothing is admitted: where the chain goes on is known behind it.
// - A source's position and what became of its record are stored in one commit. Behind a record that waits or failed, no later
//   record of its source is stored.
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
#include "daemon/engine/chain_owner.hpp"
#include "daemon/engine/claim_maker.hpp"
#include "daemon/engine/committer.hpp"
#include "daemon/engine/head.hpp"
#include "daemon/engine/missing_detectors.hpp"
#include "daemon/engine/reversals.hpp"
#include "daemon/engine/store_log.hpp"
#include "daemon/engine/turns.hpp"
#include "daemon/outbox/outbox.hpp"

namespace greentill::engine {

/// What the engine works with. All of it must outlive the engine.
struct Parts {
  Executor& timers;  ///< for what the log is told a minute later
  Log& log;
  Random& random;
  outbox::Writer& writer;  ///< used by the committer alone
  outbox::Reader& reader;  ///< used by the engine alone
  detect::Detectors& detectors;
  ClaimMaker& maker;
  const measure::Library& library;
};

/// Called after a commit, from the thread that stored; must not block. Either may be empty.
struct CommitHooks {
  std::function<void()> stored;        ///< the commit succeeded
  std::function<void()> disk_full;     ///< the commit failed because the disk has no room
  std::function<void()> damaged = {};  ///< the commit failed because the store is damaged: nothing more can be stored in it
};

class Engine final : public outbox::Repairer {
 public:
  /// Makes an engine that takes nothing before open(). `account_key` is the AccountGuard's.
  Engine(const Parts& parts, crypto::Secret account_key, CommitHooks hooks);

  /// Goes on with the chain in the outbox; or starts one, which is durable when this returns, where there is none, or where the
  /// settings name a later assignment than it was begun under, or another key began it, as `owner` says. Called once, before
  /// anything is submitted. conflict where they name an earlier one; else an error of the outbox, or bug where the key cannot be
  /// used: the engine must then not be used.
  Status open(ChainOwner owner = ChainOwner::this_key);

  /// Hands one transaction in, with the source's record where a source brought it; the record's fate is set here. `answered` is
  /// called exactly once: with the answer once it is durable; invalid, where the transaction can never be taken, and then a
  /// record's refusal is durable; full, where the disk has no room; unavailable or another code, where the same may be submitted
  /// again. It is called from any thread, perhaps within this call, and must neither block nor call the engine. After this call,
  /// or several of them, the caller calls Committer::wait() or hand_over(): until then nobody need store what was handed in.
  void submit(event::Transaction transaction, std::optional<outbox::SourceRecord> record, Answered answered);

  /// Takes one claim of the chain in force back, as the merchant's correction. As submit(); not_found where the store has no such
  /// claim, invalid where it is no reduction.
  void undo(std::uint64_t seq, Answered answered);

  /// Keeps a source's record of which no transaction was made, with the fate and reason that the caller set, and its position. As
  /// submit().
  void pass_over(outbox::SourceRecord record, std::function<void(Status)> done);

  /// Lets the source go on from its durable position. Once a record of it could not be taken, or any commit failed, its records
  /// are refused as unavailable until this is called. Requires: all its records were answered.
  void resume(const std::string& source);

  /// As outbox::Repairer. What is submitted meanwhile waits.
  void repair(const outbox::Repair& repair, std::function<void(Status)> done) override;
  void declare_lost(const claim::ChainId& chain, std::uint64_t first, std::uint64_t last,
                    std::function<void(Status)> done) override;

  /// Makes claims anew that were refused for ever and come out otherwise now, behind the head, in their order: each names the one
  /// in whose place it stands (claim-format.md, key 11). Called at a start, and once other methodologies are in force. Durable on
  /// return; what could not be is left for the next call. Must not be called from `answered`.
  void mend_refused();

  /// Calls `through` from the committer's thread, between two commits and with the turn: a sale could have been stored. Where
  /// either is stuck it is not called.
  void pass(std::function<void()> through);

  /// Why the engine takes no transactions now, for people; empty where it does.
  [[nodiscard]] std::string trouble() const;

  /// Goes on under other settings: all that was handed in before is stored under the former ones, what comes meanwhile waits.
  /// Where they name a later assignment, a chain is begun. `done` is called once, from any thread, perhaps within this call, and
  /// must not call the engine: conflict where they name an earlier assignment; unavailable while chains are changed; an error of
  /// the outbox. After an error the former ones are in force. `settings` must outlive the engine.
  void adopt(const identity::Settings& settings, identity::RootChoice roots, std::function<void(Status)> done);

  /// Goes on under another key of this device: all that was handed in before is stored in the chain of the former one, and a
  /// chain is begun behind it. `done` and errors: as of adopt(); after an error the former key is in use. `signer` must outlive
  /// the engine.
  void rekey(claim::Signer& signer, std::function<void(Status)> done);

  /// The committer, which stores what the calls above queue. Lifetime: the engine's.
  [[nodiscard]] Committer& committer() { return committer_; }

 private:
  Result<std::size_t> mend_some(std::int64_t& after, std::size_t& mended);
  std::unique_ptr<Job> mend_one(const outbox::RefusedClaim& refused);
  void take(Arrival arrival);
  void refuse(Arrival arrival, const Error& error);
  void admit(Arrival arrival);
  void admit_waiting();
  static Status chains_are_changed();
  void change(std::function<Status(outbox::Writer&)> how, std::function<void(Status)> done);
  Status adopt_now(outbox::Writer& writer, const identity::Settings& settings, const identity::RootChoice& roots);
  Status rekey_now(outbox::Writer& writer, claim::Signer& signer);
  [[nodiscard]] outbox::Unit unit_of(MadeClaims& start) const;
  Result<MadeClaims> start_chain(const std::optional<outbox::ChainState>& before, ChainOwner owner);
  void on_finished(Committer::Jobs& jobs, const Status& status);
  void finish(Job& job, bool stored);
  void set_trouble(std::string trouble);

  // admitted.cpp
  bool answer_known(Arrival& arrival);
  void answer_repeated(Arrival arrival, event::TransactionAnswer answer, bool is_other);
  [[nodiscard]] bool must_come_again(const Arrival& arrival, const std::vector<detect::Absent>& absent);
  void claim_new(Arrival arrival);
  Status apply_awaited(const Arrival& arrival, claim::ChainHead& head, MadeClaims& made);
  void reverse(Arrival arrival);
  void leave_unclaimed(Arrival arrival);
  void keep_apart(Arrival arrival, MadeClaims made);
  void store_record(outbox::SourceRecord record, event::TransactionAnswer answer, Answered answered);
  void commit(Arrival arrival, MadeClaims made);
  std::unique_ptr<Job> job_of(MadeClaims made, std::optional<outbox::SourceRecord> record, Answered answered);

  Parts parts_;
  const CommitHooks hooks_;

  std::mutex turn_;  ///< guards all members that follow, but trouble_ and the committer
  AccountGuard guard_;
  AbsenceLimit absence_limit_;
  Reverser reverser_;
  StoreLog store_log_;
  /// Of log lines about events that come again with another content.
  LineAllowance repeats_allowance_{10, std::chrono::seconds(60)};
  Head head_;
  Turns turns_;
  bool troubled_ = true;
  bool changes_chains_ = false;  ///< a job that changes them is queued or under way: nothing is admitted

  mutable std::mutex trouble_mutex_;
  std::string trouble_ = "starting";

  Committer committer_;  ///< last member: when it is destroyed it finishes jobs, which needs the others
};

}  // namespace greentill::engine
