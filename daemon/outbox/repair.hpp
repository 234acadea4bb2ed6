// SPDX-License-Identifier: Apache-2.0
// A repair: the service's ledger and this store know different things of the device's chains, and what the ledger may lack is
// made anew in a new chain. docs/chains.md, "What the device does". The uplink finds it, the engine makes the claims, the store
// keeps them: all of it in one transaction.
//
// What always holds:
// - All of a repair is durable, or nothing of it: a device that loses its power meanwhile repairs again, from the next answer.
// - The chains under the new one's assignment are set apart, and nothing of them is ever sent again. Each reduction and reversal
//   of theirs that the ledger may lack stands in the new chain once, in the same order, under the same nullifiers.
// - The chain in force is the one with the highest number. What is made anew of an assignment that the device has left stands
//   beside it, under a number below: nothing is sold into that chain.
// - A reversal whose claim was made anew as well takes back the new one, which stands before it.
//
// Threads: a Remaker is asked by the thread that writes; Repairer says its own.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "daemon/base/error.hpp"
#include "daemon/claim/chain.hpp"
#include "daemon/claim/message.hpp"

namespace greentill::outbox {

/// A claim to be stored.
struct NewClaim {
  std::uint64_t seq = 0;
  std::vector<std::uint8_t> message;  ///< as it goes over the wire; it is signed once and never changes
};

/// What the service's answer says of the ledger, as far as it decides what is made anew.
struct Repair {
  /// The chain that the answer names, and its head: what the new chain names as its predecessor. A chain of zeros: the ledger
  /// has none of this device.
  claim::ChainHead named;
  /// Whether the claims of that chain up to its head are this store's own. What is behind it there, and every later chain, is
  /// made anew then, whatever earlier receipts said; and what is not stored any more is declared lost.
  bool ours = false;
  std::uint64_t epoch = 0;  ///< the ledger's
  /// The assignment of which chains are made anew beside the chain in force, which stays as it is; none: that chain's, in whose
  /// place the new one comes.
  std::optional<std::uint32_t> left = {};
};

/// An assignment, as the claims under it say.
struct ClaimedAssignment {
  std::uint32_t number = 0;
  std::string merchant;
  std::string site;
};

/// Makes the claims of a new chain one by one, each behind the one before. Errors: bug where the key cannot be used, invalid
/// where a claim does not fit its format; the repair is then given up. Each moves head().
class Remaker {
 public:
  virtual ~Remaker() = default;
  /// The chain's start, which names that predecessor. Comes first. `under`: the assignment of all that is made, where it is not
  /// the one that the device works under now.
  virtual Result<NewClaim> start(const claim::ChainHead& predecessor, const std::optional<ClaimedAssignment>& under) = 0;
  /// Declares claims of a chain lost.
  virtual Result<NewClaim> gap(const claim::ChainId& chain, std::uint64_t first, std::uint64_t last) = 0;
  /// The same reduction or reversal in a new place. `claim` is what `message` holds. `of`: the claim that a reversal takes back,
  /// where it was made anew.
  virtual Result<NewClaim> anew(const claim::Claim& claim, const claim::Message& message,
                                const std::optional<claim::ClaimId>& of) = 0;
  /// Where the new chain stands behind what was made.
  [[nodiscard]] virtual const claim::ChainHead& head() const = 0;
};

/// Changes the store's chains as the ledger requires. `done` is called once, from any thread, when it is durable or has failed;
/// it must not block. While it is under way nothing is sold.
class Repairer {
 public:
  virtual ~Repairer() = default;
  /// unavailable where another change of the chains is under way, full where the disk is. Nothing is changed by what fails, and
  /// the service's next answer asks for it again.
  virtual void repair(const Repair& repair, std::function<void(Status)> done) = 0;
  /// Declares claims of the chain before the newest one lost, in the newest. Errors as of repair().
  virtual void declare_lost(const claim::ChainId& chain, std::uint64_t first, std::uint64_t last,
                            std::function<void(Status)> done) = 0;
};

}  // namespace greentill::outbox
