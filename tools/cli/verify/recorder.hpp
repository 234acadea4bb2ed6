// SPDX-License-Identifier: Apache-2.0
// Handles in a file's order what depends on that order: the chains, the findings and the sums. Threads: one.
#pragma once

#include <map>
#include <string>
#include <utility>

#include "tools/cli/verify/assignments.hpp"
#include "tools/cli/verify/chain_walk.hpp"
#include "tools/cli/verify/examiner.hpp"
#include "tools/cli/verify/kept_claims.hpp"
#include "tools/cli/verify/receipt_book.hpp"
#include "tools/cli/verify/sequence_reader.hpp"
#include "tools/cli/verify/unproven.hpp"

namespace greentill::cli {

class Recorder {
 public:
  /// Of what else than claims signatures are looked at.
  struct Checks {
    bool consents = false;
    bool statements = false;  ///< of locks
  };
  /// `partial`: see ChainWalk. `receipts` may be null.
  Recorder(bool partial, Checks checks, const ReceiptBook* receipts, FindingSink sink);

  void record(const Piece& piece, const Examined& examined);
  VerifySummary finish();

 private:
  void record_damage(const Piece& piece, const claim::Fault& fault);
  void record_unreadable(const Piece& piece, const Examined& examined);
  void record_claim(const claim::Message& message, std::uint64_t offset, const Examined& examined);
  /// Of an unproven claim for which one signed with that key speaks.
  void attest(UnprovenClaim claim, std::size_t key);
  void accept(const claim::Claim& claim, const Digest& payload_hash, std::uint64_t offset, std::size_t key, bool linked,
              verify::Flaws flaws, bool attested);
  void count_unchecked(const claim::Claim& claim);
  void set_apart(const claim::Claim& claim, const claim::Predecessor& place);
  void tell_all(const claim::Claim& claim, std::uint64_t offset, const verify::Flaws& flaws);
  void tell_alone(const UnprovenClaim& claim);
  void tell(const Finding& finding);

  Checks checks_;
  const ReceiptBook* receipts_;
  FindingSink sink_;
  VerifySummary summary_;
  KeptClaims kept_;
  ChainWalk walk_;
  UnprovenClaims unproven_;
  Assignments assignments_;
  std::map<std::pair<std::string, claim::ChainId>, std::size_t> keys_;  // of each chain, the key of its first signature
};

}  // namespace greentill::cli
