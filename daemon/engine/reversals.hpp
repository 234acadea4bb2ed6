// SPDX-License-Identifier: Apache-2.0
// Finds out what a refund, a cancelled trip or a merchant's undo takes back: from the claims of this store where they are, from
// what came back where they are not, and by waiting for the transaction where neither is enough.
// Threads: the engine's turn.
//
// What always holds:
// - Of a claim no more is taken back than it has, in each of its units, whatever is reported and however often: the sums of what
//   was taken are stored with the reversal that took it, and outlive it as long as the claim can be taken back.
// - One reversal at a time is under way, so that those sums are durable before the next one reads them (Turns).
// - A reversal whose transaction has not come waits in the store, and is applied within the commit that brings it.
// - A claim that this store does not have is named by its nullifier, or not at all: never guessed.
#pragma once

#include <string>
#include <vector>

#include "daemon/detect/detectors.hpp"
#include "daemon/engine/claim_maker.hpp"
#include "daemon/engine/reversal_amounts.hpp"
#include "daemon/outbox/outbox.hpp"

namespace greentill::engine {

/// What is to be reversed, and what the store keeps of it.
struct Reversals {
  std::vector<TakeBack> takes;
  claim::ReversalReason reason = claim::ReversalReason::refund;
  outbox::SideRecords side;
  std::optional<outbox::TransactionKey> cause;  ///< the transaction that takes back; none where a merchant undoes a claim
  std::vector<detect::Absent> absent;           ///< without them nobody knows what came back; nothing may be made of it then
  std::string remark;                           ///< why less than all is taken back now, for people; or empty
};

class Reverser {
 public:
  /// All references must outlive it.
  Reverser(outbox::Reader& reader, detect::Detectors& detectors, const ClaimMaker& maker, const measure::Library& library)
      : reader_(reader), detectors_(detectors), maker_(maker), library_(library) {}

  /// Requires: the transaction is a reversal, and none is under way that is not durable.
  Result<Reversals> reverse(const event::Transaction& transaction);
  /// A merchant's correction of one claim of the chain in force. not_found, or invalid where it is no reduction.
  Result<Reversals> undo(std::uint64_t seq);
  /// What waited for a transaction, applied to its claims, which are just being made; `all` where it was taken back as a whole.
  struct Met {
    bool any = false;
    bool all = false;
    std::vector<Reversals> reversals;
  };
  Result<Met> meet(const outbox::TransactionKey& key, const MadeClaims& made);
  /// Whether anything waits for a transaction at all; looked up in the store once.
  Result<bool> awaits_any();

 private:
  Result<std::vector<Claimed>> claims_of(const outbox::TransactionRecord& record);
  Status add_taken(Claimed& claim);
  std::vector<Returned> returned(const event::Transaction& transaction, std::vector<detect::Absent>& absent);
  Status take_unseen(const std::vector<Returned>& parts, bool whole, Reversals& into);

  outbox::Reader& reader_;
  detect::Detectors& detectors_;
  const ClaimMaker& maker_;
  const measure::Library& library_;
  std::optional<bool> awaits_any_;
};

}  // namespace greentill::engine
