// SPDX-License-Identifier: Apache-2.0
// What the credit service's receipts say of the claims in a file. Threads: one. Memory grows with what the receipts name.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "daemon/claim/receipt.hpp"
#include "daemon/crypto/certificate.hpp"
#include "tools/cli/verify/chain_walk.hpp"
#include "tools/cli/verify/finding.hpp"
#include "tools/cli/verify/kept_claims.hpp"

namespace greentill::cli {

class ReceiptBook {
 public:
  /// `sequence`: receipt messages one behind the other. What is none, or signed by none of the signers, says nothing and becomes
  /// a finding; reading ends at bytes that are no message.
  static Result<ReceiptBook> read(ByteView sequence, const std::vector<crypto::Certificate>& signers);

  /// Tells what is wrong with the receipts themselves, and where they name another payload than the file; has the walk note what
  /// the file lacks at its end.
  void compare(const KeptClaims& kept, ChainWalk& walk, const FindingSink& sink) const;
  [[nodiscard]] ReceiptSums sum_up(const KeptClaims& kept) const;

 private:
  /// What a receipt's list says of a claim.
  struct Word {
    bool refused = false;
    bool retryable = false;
    std::int64_t granted_mg = 0;
  };
  struct Chain {
    std::uint64_t epoch = 0;  // of the last receipt
    std::map<std::uint64_t, Word> words;
    std::map<std::uint64_t, std::uint64_t> whole;  // from behind a seq up to one, receipts name all that was not granted as asked
    std::vector<claim::Place> places;              // that receipts name by their hash
    std::uint64_t head = 0;
  };
  struct Decided {
    std::uint64_t number = 0;
    claim::Stands standing = claim::Stands::accepted;
    std::int64_t granted_mg = 0;
  };
  struct Device {
    std::uint64_t epoch = 0;
    std::map<claim::ChainId, Chain> chains;
    std::map<std::pair<claim::ChainId, std::uint64_t>, Decided> changes;
  };

  void add(const claim::Receipt& receipt);
  static void add_lists(const claim::Receipt& receipt, Chain& chain);
  static void add_changes(const claim::Receipt& receipt, Device& device);
  static void begin_epoch(const claim::Receipt& receipt, Chain& chain);
  void count(const Device& device, const claim::ChainId& id, const KeptClaims::Asked& asked, ReceiptSums& sums) const;
  void refuse(Reason reason, std::string detail, std::uint64_t offset);

  std::map<std::string, Device, std::less<>> devices_;
  std::vector<Finding> refused_;
  std::uint64_t count_ = 0;
};

}  // namespace greentill::cli
