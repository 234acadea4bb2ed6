// SPDX-License-Identifier: Apache-2.0
// What the receipt for one batch says: docs/claim-format.md, "Receipts". Called within the store's current transaction. Private
// to ledger/. Threads: one.
#pragma once

#include <string>
#include <vector>

#include "daemon/claim/receipt.hpp"
#include "daemon/claim/stored.hpp"
#include "tools/credit-service/ledger/intake.hpp"

namespace greentill::credit {

/// What the receipt for one batch says. Reasons are static texts.
struct Answer {
  std::string device;
  claim::ReceiptFields fields;  ///< its `device` is to be set to the one above by whoever encodes it
  std::vector<claim::Refusal> refused;
  std::vector<claim::Grant> granted;
  std::vector<claim::Change> changes;
  bool stays = false;  ///< the batch was kept aside, and its turn has not come
};

/// What a receipt answers.
struct Asked {
  claim::ChainId chain{};
  bool is_question = false;  ///< a batch of no claims
  std::vector<Decided> own;  ///< of the batch's claims those that have their place
};

class Answering {
 public:
  Answering(Store& store, const claim::Hasher& hasher) : store_(store), hasher_(hasher) {}

  Result<Answer> answer(const Visit& visit, const Asked& asked, const claim::Stored& stored);

 private:
  const Chain* choose(const Visit& visit, const claim::ChainId& asked, bool is_question) const;
  Status fill(const Chain& chain, const std::vector<Decided>& own, std::uint64_t from, Answer& into);
  Status add_changes(const Visit& visit, std::uint64_t from, Answer& into);
  Status state_place(const Chain& chain, std::uint64_t up_to, Answer& into);

  Store& store_;
  const claim::Hasher& hasher_;
};

}  // namespace greentill::credit
