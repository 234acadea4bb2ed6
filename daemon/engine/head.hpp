// SPDX-License-Identifier: Apache-2.0
// Where the chain goes on, and who may go on with it. After a commit that failed the head is not known until it is read back from
// the store, another generation of claims begins, and a source is out of step until it begins anew from its durable position: its
// next record could pass one that is not stored. Threads: the engine's turn.
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
  /// Reads the head from the store, where it is not known.
  Status recover(outbox::Reader& reader);
  [[nodiscard]] const claim::ChainHead& chain() const { return chain_; }
  [[nodiscard]] std::uint64_t generation() const { return generation_; }
  void move_to(const claim::ChainHead& chain) { chain_ = chain; }
  /// What was moved to is durable: of a chain's start.
  void confirm() { known_ = true; }
  /// A commit of that generation failed. False where another one said so before.
  bool fail(std::uint64_t generation);

  /// The source goes on from its durable position.
  void resume(const std::string& source) { since_[source] = generation_; }
  /// A record of it could not be taken: no later one may be.
  void fall_out(const std::string& source) { since_[source] = kOut; }
  /// Why the source must begin anew before a record of it is taken, or null.
  const char* out_of_step(const std::string& source);

 private:
  static constexpr std::uint64_t kOut = 0;
  claim::ChainHead chain_;
  std::uint64_t generation_ = 1;
  bool known_ = false;
  std::unordered_map<std::string, std::uint64_t> since_;  ///< the generation in which each source came into step
};

}  // namespace greentill::engine
