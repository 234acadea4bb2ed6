// SPDX-License-Identifier: Apache-2.0
// Where the chain goes on, and which sources may go on with it. Threads: the engine's turn.
//
// What always holds:
// - While the head is known, chain() is the last claim that was queued, or stored where none is queued.
// - After a failed commit the head is not known until recover() reads it from the store, and another generation begins. The
//   generation only rises, and a job carries the one that it was made in.
// - A source is in step in the generation in which it came into step. After a failed commit, or once a record of it could not be
//   taken, it is out of step until resume(): its next record could otherwise pass one that is not stored.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>

#include "daemon/base/error.hpp"
#include "daemon/claim/chain.hpp"
#include "daemon/outbox/outbox.hpp"

namespace greentill::engine {

class Head {
 public:
  /// Reads the head from the store, unless it is known. unavailable where no chain was begun; else the store's errors.
  Status recover(outbox::Reader& reader);
  [[nodiscard]] const claim::ChainHead& chain() const { return chain_; }
  [[nodiscard]] std::uint64_t generation() const { return generation_; }
  /// Moves the head past claims that are about to be queued.
  void move_to(const claim::ChainHead& chain) { chain_ = chain; }
  /// The start of a new chain is durable: the head that it moved to is known now.
  void confirm() { known_ = true; }
  /// The store's chain in force is another one than before. Requires: nothing is queued.
  void forget() { known_ = false; }
  /// A commit of that generation failed: the head is not known any more, and the next generation begins. False where an earlier
  /// call said so of the same generation.
  bool fail(std::uint64_t generation);

  /// The source is in step: it goes on from its durable position.
  void resume(const std::string& source) { since_[source] = generation_; }
  /// The source is out of step: a record of it could not be taken, and no later one may be.
  void fall_out(const std::string& source) { since_[source] = kOut; }
  /// Why the source must begin anew before a record of it is taken; null where it is in step. A source that is not known yet is
  /// in step. Lifetime: static.
  const char* out_of_step(const std::string& source);

 private:
  static constexpr std::uint64_t kOut = 0;
  claim::ChainHead chain_;
  std::uint64_t generation_ = 1;
  bool known_ = false;
  std::unordered_map<std::string, std::uint64_t> since_;  ///< the generation in which each source came into step
};

}  // namespace greentill::engine
