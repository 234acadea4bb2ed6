// SPDX-License-Identifier: Apache-2.0
// The double-entry ledger and the heads of the devices' chains: what becomes of a batch. docs/ledger.md and docs/chains.md state
// the rules. Threads: one object a thread; workers meet only in their stores' transactions.
//
// What always holds:
// - Everything that a batch leads to (claims, acts, bookings, changes, heads, kept batches) is one transaction of the store, and
//   so is the answer read from it: a receipt never says what is not durable.
// - A decision is final unless Intake::is_open() says otherwise, in which case an authentic copy of the same payload is decided
//   anew; or unless what came for the act, or a person, decides it anew, which its device learns as a numbered change.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "daemon/base/ports.hpp"
#include "tools/credit-service/ledger/answering.hpp"
#include "tools/credit-service/ledger/desk.hpp"

namespace greentill::credit {

class Ledger {
 public:
  /// Opens the ledger on a store and keeps the programme in it. All references must outlive the ledger. Errors are the store's.
  static Result<std::unique_ptr<Ledger>> open(std::unique_ptr<Store> store, const Programme& programme,
                                              const measure::Library& library, Consents consents, const claim::Hasher& hasher,
                                              Clock& clock, Log& log);

  /// Chooses the claims of the batch that must be examined before apply(): those behind the head, retried ones, refused ones of
  /// which this copy may be better, and those that contradict what is stored. Takes no lock.
  Status choose(const Batch& batch, std::vector<std::size_t>& to_examine);

  /// Books the batch as far as it continues the chain, in one transaction that is durable on return. Requires: the chosen claims
  /// were examined. `stored`: what the device says that it has.
  Result<Answer> apply(const Batch& batch, const claim::Stored& stored);

  /// Answers a batch that came again, by which nothing can change: its chain has the very payloads, and none of them was refused
  /// in a way that another copy of it may mend. Nothing where it is not so: then the batch is to be read and applied. Cost: reads
  /// what was decided of its claims, not the claims.
  Result<std::optional<Answer>> answer_repeated(const std::string& device, ByteView batch, const claim::Stored& stored);

  /// Answers a batch of no bytes.
  Result<Answer> ask(const std::string& device, const claim::Stored& stored);

  /// A batch of the device that was kept aside and can continue its chain now; with an empty device where there is none. apply()
  /// removes its row.
  Result<Batch> next_pending(const std::string& device);

  /// Does what is due: ends probations, goes on with long decisions, screens the days that are over. At most a small part of a
  /// second's work; true where more is due.
  Result<bool> tick() { return desk_.do_due(); }
  /// The devices whose batches that were kept aside may go on by what tick() did since this was asked last: for next_pending().
  std::vector<std::string> take_moved() { return desk_.take_moved(); }

  /// Where people decide. Lifetime: the ledger's.
  Desk& desk() { return desk_; }

  /// By which the operator is told of what devices send. Lifetime: the ledger's.
  Notices& notices() { return notices_; }

  /// What it stands on. Lifetime: the ledger's.
  Store& store() { return *store_; }

  /// Of the same database. Lifetime: the ledger's.
  RegistryReader& registry() { return store_->registry(); }

  /// Begins a new epoch after the database was restored from a backup: devices then send again what it lacks.
  Status begin_epoch();

 private:
  Ledger(std::unique_ptr<Store> store, Programmes programmes, const measure::Library& library, Consents consents,
         const claim::Hasher& hasher, Clock& clock, Log& log);
  Result<Visit> visit(const std::string& device);
  Status read_chains(const Batch& batch, Visit& visit);
  Status read_all_chains(Visit& visit);
  Status hear(Visit& visit, DeviceBook& book);
  Status activate(Visit& visit);
  Status take(const Batch& batch, Visit& visit, std::int64_t& again_s);
  Result<std::optional<std::vector<Decided>>> find_repeated(const Chain& chain, const Run& run);
  Result<Asked> asked_by(const Batch& batch, const Visit& visit);

  std::unique_ptr<Store> store_;
  const claim::Hasher& hasher_;
  Clock& clock_;
  Consents consents_;
  Lookup lookup_;
  Programmes programmes_;
  Grants grants_;
  Telling telling_;
  Days days_;
  Notices notices_;
  LockChains lock_chains_;
  Deciding deciding_;
  Pending pending_;
  Intake intake_;
  Answering answering_;
  Desk desk_;
  std::int64_t hour_ = 0;  // the last that was noted
};

}  // namespace greentill::credit
