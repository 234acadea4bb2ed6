// SPDX-License-Identifier: Apache-2.0
// One worker's way of a batch: read, examine, book, answer. Knows no transport. Threads: one object a thread.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "daemon/crypto/signer.hpp"
#include "tools/credit-service/ledger/ledger.hpp"

namespace greentill::credit {

/// A signed receipt for one batch.
struct Reply {
  std::vector<std::uint8_t> correlation;
  std::vector<std::uint8_t> message;
};

class Clerk {
 public:
  /// All references must outlive it.
  Clerk(Ledger& ledger, Examiner examiner, crypto::Signer& signer, const claim::Hasher& hasher, Log& log)
      : ledger_(ledger), examiner_(examiner), signer_(signer), hasher_(hasher), log_(log) {}

  /// Takes what a device published. When it returns, what the receipts say is durable. An error means that nothing is known to be
  /// booked: the device sends the same again.
  Result<std::vector<Reply>> take(const std::string& device, std::vector<std::uint8_t> bytes,
                                  std::vector<std::uint8_t> correlation);

 private:
  Result<Answer> settle(Batch& batch);
  Result<Reply> sign(const Answer& answer, const std::vector<std::uint8_t>& correlation);

  Ledger& ledger_;
  Examiner examiner_;
  crypto::Signer& signer_;
  const claim::Hasher& hasher_;
  Log& log_;
};

}  // namespace greentill::credit
