// SPDX-License-Identifier: Apache-2.0
// Handles a batch in one worker: read, examine, book, answer. Independent of the transport. Threads: one object a thread.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "daemon/crypto/signer.hpp"
#include "tools/credit-service/ledger/ledger.hpp"
#include "tools/credit-service/service/clocks.hpp"

namespace greentill::credit {

/// A signed receipt for one batch.
struct Reply {
  std::vector<std::uint8_t> correlation;
  std::vector<std::uint8_t> message;
};

class Clerk {
 public:
  /// All references must outlive it.
  Clerk(Ledger& ledger, BatchExaminer examiner, crypto::Signer& signer, const claim::Hasher& hasher, Clocks clocks)
      : ledger_(ledger), examiner_(examiner), signer_(signer), hasher_(hasher), clocks_(std::move(clocks)) {}

  /// Takes a batch that a device published; one of no bytes is a question. `stored`: what the device says that it has stored of
  /// earlier receipts. On return everything that the receipts state is durable. An error means that it is not known whether
  /// anything was booked; the device sends the same again.
  Result<std::vector<Reply>> take(const std::string& device, std::vector<std::uint8_t> bytes,
                                  std::vector<std::uint8_t> correlation, const claim::Stored& stored);

  /// Does some of what is due, of the ledger and of orders that nobody confirmed in time; whether more is.
  Result<bool> tick();

 private:
  Result<Answer> process(Batch& batch, const claim::Stored& stored);
  Status take_kept(const std::string& device, const claim::Stored& stored, std::vector<Reply>* replies);
  Status take_own(const std::string& device, std::vector<std::uint8_t> bytes, std::vector<std::uint8_t> correlation,
                  const claim::Stored& stored, std::vector<Reply>& replies);
  Status reply(const Answer& answer, const std::vector<std::uint8_t>& correlation, std::vector<Reply>& replies);

  Ledger& ledger_;
  BatchExaminer examiner_;
  crypto::Signer& signer_;
  const claim::Hasher& hasher_;
  Clocks clocks_;
  std::int64_t looked_at_ = 0;  // when, for overdue orders
  bool more_overdue_ = false;
  std::vector<std::uint8_t> payload_;  // of the receipt that is made; kept for the next one
};

}  // namespace greentill::credit
