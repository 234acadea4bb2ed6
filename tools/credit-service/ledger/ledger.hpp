// SPDX-License-Identifier: Apache-2.0
// The double-entry ledger and the heads of the devices' chains: what becomes of a batch. docs/credit-service.md states the rules.
// Threads: one object a thread; workers meet only in their stores' transactions.
//
// What always holds:
// - A chain's head moves only onto the claim with the next seq whose prev is the head's hash, and which is attested. So the
//   claims from seq 1 to the head are all stored, each with one payload for ever.
// - Everything that a batch leads to (claims, postings, heads, kept batches) is one transaction of the store, and so is the
//   answer read from it: a receipt never says what is not durable.
// - A decision is final unless is_open() says otherwise; then an authentic copy of the same payload is decided anew.
// - Two payloads signed for one place quarantine the device. What was booked before stands; what comes later takes its place and
//   books nothing.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "daemon/base/line_allowance.hpp"
#include "daemon/base/ports.hpp"
#include "daemon/claim/receipt.hpp"
#include "tools/credit-service/ledger/booking.hpp"
#include "tools/credit-service/ledger/pending.hpp"

namespace greentill::credit {

/// What the receipt for one batch says. Reasons are static texts.
struct Answer {
  claim::ReceiptFields fields;  ///< `device` points into the batch
  std::vector<claim::Refusal> refused;
  std::vector<claim::Grant> granted;
};

class Ledger {
 public:
  /// Opens the ledger on a store and keeps the programme in it. All references must outlive the ledger. Errors are the store's.
  static Result<std::unique_ptr<Ledger>> open(std::unique_ptr<Store> store, const Programme& programme,
                                              const measure::Library& library, const claim::Hasher& hasher, Clock& clock,
                                              Log& log);

  /// Chooses the claims of the batch that must be examined before apply(): those behind the head, retried ones, refused ones of
  /// which this copy may be better, and those that contradict what is stored. Takes no lock.
  Status choose(const Batch& batch, std::vector<std::size_t>& to_examine);

  /// Books the batch as far as it continues the chain, in one transaction that is durable on return. Requires: the chosen claims
  /// were examined.
  Result<Answer> apply(const Batch& batch);

  /// A batch that was kept aside and can continue the chain now; with an empty device where there is none. apply() removes its
  /// row.
  Result<Batch> next_pending(const std::string& device, const claim::ChainId& chain) { return pending_.next(device, chain); }

  /// Of the same database. Lifetime: the ledger's.
  RegistryReader& registry() { return store_->registry(); }

  /// Begins a new epoch after the database was restored from a backup: devices then send again what it lacks.
  Status begin_epoch();

 private:
  Ledger(std::unique_ptr<Store> store, Programmes programmes, const measure::Library& library, const claim::Hasher& hasher,
         Clock& clock, Log& log);
  Status process(const Batch& batch, Head& head);
  Status revisit(const Batch& batch, const BatchClaim& claim, const Head& head);
  Result<bool> add_chain(const Batch& batch, Head& head);
  Status take_next(const Batch& batch, const BatchClaim& claim, Head& head);
  Result<Reason> decide(const Batch& batch, const BatchClaim& claim);
  /// Tells the operator that a chain stands still because its next claim cannot be taken: by the log, and by what the store
  /// notes. The device cannot be told by receipts, since they name only claims that have a place in the chain.
  Status stand_still(const Batch& batch, const BatchClaim& claim);
  void tell_not_taken(const std::string& device, const BatchClaim& claim);
  /// Tells the operator that a device goes on where this ledger has not come to, once it sends the same again: then what lies
  /// between does not come.
  void tell_gap(const Batch& batch, const BatchClaim& claim, const Head& head);
  /// Tells the operator of a claim that took its place and is refused for what the operator, or a clock, can mend.
  void tell_refused(const std::string& device, const BatchClaim& claim, Reason reason);
  /// One line for a device and reason in ten minutes.
  void tell(const std::string& device, const BatchClaim& claim, Reason reason, const std::string& fate, const std::string& why);
  Status quarantine(const Batch& batch, std::uint64_t seq);
  Result<StoredClaim> load(const Head& head, std::uint64_t seq);
  Result<Head> spoken_of(const Batch& batch, const Head& head, std::uint64_t epoch, Refusals& refused);
  Result<Answer> answer(const Batch& batch, const Head& head);

  std::unique_ptr<Store> store_;
  const claim::Hasher& hasher_;
  Clock& clock_;
  Log& log_;
  std::map<std::pair<std::string, Reason>, LineAllowance> not_taken_;  // bounded by the number of devices with a certificate
  struct Gap {
    std::uint64_t from = 0;
    std::uint64_t to = 0;
    LineAllowance lines;
  };
  std::map<std::string, Gap> gaps_;  // likewise
  Pending pending_;
  Booking booking_;
};

}  // namespace greentill::credit
