// SPDX-License-Identifier: Apache-2.0
// A receipt with everything optional in it, and helpers to write receipts and read them back.
#pragma once

#include <vector>

#include "daemon/claim/receipt.hpp"
#include "tests/unit/claim/samples.hpp"

namespace greentill::test {

/// What a receipt's lists are made of, as ReceiptLists views them.
struct ListedReceipt {
  claim::ReceiptFields fields;
  std::vector<claim::Refusal> refused;
  std::vector<claim::Grant> granted;
  std::vector<claim::Change> changes;
};

ListedReceipt sample_receipt();

/// Encodes into `out`, whatever comes of it.
Result<std::size_t, claim::Fault> encode(const ListedReceipt& receipt, MutableBytes out);

/// The payload of a receipt that must be valid.
Buffer receipt_payload(const ListedReceipt& receipt);

/// What a parsed receipt holds. Views what the receipt views.
ListedReceipt listed(const claim::Receipt& receipt);

}  // namespace greentill::test
