// SPDX-License-Identifier: Apache-2.0
// A store whose ten claims wait, and the receipts for them.
#pragma once

#include "tests/unit/outbox/opened_store.hpp"

namespace greentill::test::receipt_test {

using outbox::Delivery;

/// A chain of ten claims that wait.
struct Fixture : OpenedStore {
  Fixture() { sell(1, 9); }
  Result<outbox::AppliedReceipt> apply(const MadeReceipt& receipt, std::int64_t now = 1000, const outbox::Retried& answers = {}) {
    return store->writer().apply(receipt.get(), {now, answers, 100});
  }
  claim::Change change(std::uint64_t number, std::uint64_t seq, claim::Stands standing, std::int64_t granted_mg,
                       std::string_view reason) {
    return {number, chain.head().chain, seq, standing, granted_mg, reason};
  }
  std::vector<std::uint64_t> due(std::int64_t now, std::int64_t tried_before = INT64_MIN, std::size_t limit = 10) {
    return reader->retryable(now, tried_before, limit).value().seqs;
  }
  std::string counts() {
    std::string all;
    const std::vector<outbox::ReasonCount> reasons = reader->reason_counts(10).value();
    for (const outbox::ReasonCount& count : reasons) {
      all += count.reason + ' ' + std::string(to_string(count.delivery)) + ' ' + std::to_string(count.claims) + ';';
    }
    return all;
  }
  outbox::StoredClaim claim(std::uint64_t seq) { return reader->claim(seq).value().value(); }
};

}  // namespace greentill::test::receipt_test
