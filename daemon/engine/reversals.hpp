// SPDX-License-Identifier: Apache-2.0
// Finds out what a refund, a cancelled trip or a merchant's undo takes back: from the claims of this store, where it has them;
// from what came back, where it has not; and by waiting for the transaction, where neither is enough. Threads: the engine's turn.
//
// What always holds:
// - No more is taken back of a claim than it has, in each of its units, whatever is reported and however often. For that the sums
//   of what was taken are stored together with the reversal that took it, and kept as long as the claim can be taken back.
// - At most one reversal is under way, so that its sums are durable before the next one reads them (Turns).
// - A reversal whose transaction has not come waits in the store, and is applied in the commit that brings the transaction.
// - A claim that this store does not have is named by its nullifiers, or not at all: it is never guessed. Where it is not known
//   under which root it was claimed there is a reversal for each, of which the service finds one to mean something.
// - What was taken of an act is kept under its nullifiers: of a claim that is here under the first, of others under all that are
//   meant. So it is found again whatever versions a later reversal means.
#pragma once

#include <string>
#include <vector>

#include "daemon/detect/detectors.hpp"
#include "daemon/engine/claim_maker.hpp"
#include "daemon/engine/reversal_amounts.hpp"
#include "daemon/outbox/outbox.hpp"

namespace greentill::engine {

/// The reversals to be made for one refund or undo, and what the store keeps of them.
struct Reversals {
  std::vector<TakeBack> takes;
  claim::ReversalReason reason = claim::ReversalReason::refund;
  outbox::SideRecords side;
  std::optional<claim::EventHash> cause;  ///< the event that takes back, with its root; none where a merchant undoes a claim
  std::string issuer;                  ///< of the event that is taken back, by its source's own name; empty where it is not known
  std::string event;                   ///< likewise
  std::vector<detect::Absent> absent;  ///< where not empty, it is not known what came back, and no claim may be made of this
  std::string remark;                  ///< why less than all is taken back now, for people; or empty
};

class Reverser {
 public:
  /// All references must outlive the object.
  Reverser(outbox::Reader& reader, detect::Detectors& detectors, const ClaimMaker& maker, const measure::Library& library)
      : reader_(reader), detectors_(detectors), maker_(maker), library_(library) {}

  /// What the transaction, which came in under `root`, takes back. Stores nothing. Requires: it is a reversal, and no other
  /// reversal is under way. Errors are the store's.
  Result<Reversals> reverse(const event::Transaction& transaction, const identity::Root& root);
  /// What is left of one claim of the chain in force, as the merchant's correction. not_found where the store has no such claim,
  /// invalid where it is no reduction.
  Result<Reversals> undo(std::uint64_t seq);
  /// What waited for a transaction.
  struct Met {
    bool any = false;  ///< whether anything waited for it
    bool all = false;  ///< whether it is taken back as a whole: then `reversals` is empty, and nothing is to be claimed
    std::vector<Reversals> reversals;
  };
  /// Applies what waited for the transaction, which has that key, to its claims in `made`, which are not stored yet.
  Result<Met> meet(const outbox::TransactionKey& key, const event::Transaction& transaction, const MadeClaims& made);
  /// Whether anything waits for any transaction. The store is asked once; reverse() keeps the answer right.
  Result<bool> awaits_any();

 private:
  Result<std::vector<Claimed>> claims_of(const outbox::TransactionRecord& record);
  Status add_taken(Claimed& claim);
  Result<std::vector<Claimed>> claims_in(const MadeClaims& made);
  std::vector<Returned> returned(const event::Transaction& transaction, std::vector<detect::Absent>& absent);
  Status take_unseen(const Returned& part, const identity::Root& root, bool whole, std::int64_t latest_end, Reversals& into);
  Status take_all_unseen(const std::vector<Returned>& parts, const identity::Root& root, bool whole, std::int64_t latest_end,
                         Reversals& into);
  Status take_stored(const outbox::TransactionRecord& record, const event::Transaction& transaction, Reversals& into);
  void await_transaction(const outbox::TransactionKey& key, const std::vector<Returned>& parts, bool whole, Reversals& into);

  outbox::Reader& reader_;
  detect::Detectors& detectors_;
  const ClaimMaker& maker_;
  const measure::Library& library_;
  std::optional<bool> awaits_any_;
};

}  // namespace greentill::engine
