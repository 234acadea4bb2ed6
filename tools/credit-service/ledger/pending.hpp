// SPDX-License-Identifier: Apache-2.0
// Batches that came before their turn. Called within the store's current transaction, except next(). Private to ledger/. Threads:
// one.
#pragma once

#include "tools/credit-service/ledger/notices.hpp"
#include "tools/credit-service/ledger/store.hpp"
#include "tools/credit-service/verify/batch.hpp"

namespace greentill::credit {

class Pending {
 public:
  Pending(Store& store, const claim::Hasher& hasher, Notices& notices) : store_(store), hasher_(hasher), notices_(notices) {}

  /// Keeps the batch, unless the device has too many kept or did not sign it; a batch that is not kept is sent again by the
  /// device. Whether it was kept now. `head`: of its chain. `now`: Unix seconds.
  Result<bool> keep(const Batch& batch, std::uint64_t head, std::int64_t now);
  /// Keeps on what of a kept batch stands behind another hole, under a number of its own; the one that it had is gone. Requires:
  /// something of it is behind the head.
  Status keep_rest(const Batch& batch, std::uint64_t head);
  /// A kept batch of the chain whose first claim is at most `first`; with an empty device where there is none.
  Result<Batch> next(const std::string& device, const claim::ChainId& chain, std::uint64_t first);
  /// All kept batches of the chain, with their claims taken as attested: nothing else is kept.
  Result<std::vector<Batch>> kept(const std::string& device, const claim::ChainId& chain);

 private:
  static Span span_of(const Batch& batch, std::uint64_t head, std::int64_t at);
  Result<Batch> read(const std::string& device, const claim::ChainId& chain, KeptBatch&& kept);

  Store& store_;
  const claim::Hasher& hasher_;
  Notices& notices_;
};

}  // namespace greentill::credit
