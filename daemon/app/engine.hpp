// SPDX-License-Identifier: Apache-2.0
// The engine owns the order of claims: every transaction, from the API or a source, passes here once.
// Threads: everything runs on the strand unless a member says otherwise.
#pragma once

#include <atomic>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "daemon/api/desk.hpp"
#include "daemon/app/absence.hpp"
#include "daemon/app/account_guard.hpp"
#include "daemon/app/claim_maker.hpp"
#include "daemon/app/pipeline.hpp"
#include "daemon/app/reverser.hpp"
#include "daemon/app/store_log.hpp"
#include "daemon/detect/detectors.hpp"
#include "daemon/detect/sources.hpp"
#include "daemon/outbox/outbox.hpp"

namespace greentill::app {

/// Called once, from the writer thread or the strand; must not block.
using Answered = std::function<void(const Result<api::TransactionAnswer>&)>;

class Engine {
 public:
  /// All references must outlive the engine, and the pipeline must be stopped before the engine goes. `account_key` is the
  /// AccountGuard's.
  Engine(Executor& strand, Pipeline& pipeline, outbox::Reader& reader, detect::Detectors& detectors, ClaimMaker& maker,
         const measure::Library& library, const Digest& account_key, Random& random, Log& log);

  /// Takes the chain up where the outbox left it, or starts one; `ready` is called once the start is durable.
  void open(std::function<void(Status)> ready);

  /// One transaction, with the source's position behind it where it came from one.
  void submit(detect::Transaction transaction, std::optional<outbox::SourcePosition> position, Answered answered);

  /// Takes one claim of the chain in force back, as the merchant's correction.
  void undo(std::uint64_t seq, Answered answered);

  /// Makes a source's position durable without a transaction: of a record that is passed over.
  void keep_position(outbox::SourcePosition position, std::function<void(Status)> done);

  /// The source begins anew from its durable position. Once a record of it could not be taken, or a commit failed, no later one
  /// is taken before that, since its position could pass one that is not stored. Requires: all its records were answered.
  void resume(const std::string& source);

  /// What keeps it from taking transactions, or empty. Threads: safe from any thread.
  [[nodiscard]] std::string trouble() const;

 private:
  struct InFlight {
    std::shared_ptr<Job> job;
    api::TransactionAnswer answer;
    std::vector<Answered> waiting;  ///< guarded by `mutex`
    std::mutex mutex;
  };
  struct KeyHash {
    std::size_t operator()(const outbox::TransactionKey& key) const;
  };

  /// What came and cannot be answered yet: a transaction, or the undoing of a claim.
  struct Entry {
    detect::Transaction transaction;
    std::optional<std::uint64_t> undo;  ///< the claim's seq
    std::optional<outbox::SourcePosition> position;
    Answered answered;
    outbox::TransactionKey key{};
    bool passed_over = false;  ///< its position alone is kept
  };
  /// One reversal at a time is under way: what is left of a claim is known once the one before it is durable.
  struct Reversing {
    std::shared_ptr<Job> job;
    outbox::TransactionKey of{};  ///< the transaction taken back
  };
  void take(Entry entry);
  [[nodiscard]] bool must_wait(const Entry& entry) const;
  [[nodiscard]] bool waits_for_reversal(const Entry& entry) const;
  [[nodiscard]] const char* out_of_step(const std::string& source);
  void refuse(Entry entry, const Error& error);
  [[nodiscard]] bool is_under_way(const outbox::TransactionKey& key) const;
  void admit(Entry entry);
  void admit_waiting();
  void set_aside(Entry entry);
  [[nodiscard]] bool must_come_again(const Entry& entry, const std::vector<detect::Absent>& absent);
  void keep_apart(Entry entry, MadeClaims made);
  void reverse(Entry entry);
  Status apply_awaited(const outbox::TransactionKey& key, claim::ChainHead& head, MadeClaims& made);
  std::shared_ptr<Job> push(const outbox::TransactionKey& key, MadeClaims made, std::optional<outbox::SourcePosition> position,
                            Answered answered);
  Status recover_head();
  Result<std::optional<api::TransactionAnswer>> stored_answer(const outbox::TransactionKey& key);
  void store_position(outbox::SourcePosition position, std::function<void(Status)> done);
  void answer_repeated(std::optional<outbox::SourcePosition> position, api::TransactionAnswer answer, const Answered& answered);
  void claim_new(Entry entry);
  void on_stored(const std::shared_ptr<InFlight>& flight, const outbox::TransactionKey& key, const Status& status);
  void after_failure(std::uint64_t generation, const Status& status);
  void set_trouble(std::string trouble);

  Executor& strand_;
  Pipeline& pipeline_;
  outbox::Reader& reader_;
  detect::Detectors& detectors_;
  ClaimMaker& maker_;
  AccountGuard guard_;
  Patience patience_;
  Reverser reverser_;
  Random& random_;
  StoreLog store_log_;

  claim::ChainHead head_;
  std::uint64_t generation_ = 1;
  bool head_known_ = false;
  std::unordered_map<outbox::TransactionKey, std::shared_ptr<InFlight>, KeyHash> in_flight_;
  std::optional<Reversing> reversing_;
  std::deque<Entry> waiting_;
  std::unordered_map<std::string, std::uint64_t> source_generations_;  ///< since when each is in step; 0: it is not

  bool troubled_ = true;
  mutable std::mutex trouble_mutex_;
  std::string trouble_ = "starting";
};

}  // namespace greentill::app
