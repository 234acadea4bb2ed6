// SPDX-License-Identifier: Apache-2.0
// Batches that came before their turn. Within the store's transaction under way, but for next(). Private to ledger/. Threads:
// one.
#pragma once

#include "daemon/base/ports.hpp"
#include "tools/credit-service/ledger/store.hpp"
#include "tools/credit-service/verify/batch.hpp"

namespace greentill::credit {

class Pending {
 public:
  Pending(Store& store, const claim::Hasher& hasher, Log& log) : store_(store), hasher_(hasher), log_(log) {}

  /// Within limits: what is not kept, the device sends again.
  Status keep(const Batch& batch);
  /// One whose first claim is at most the next after the head; an empty device where there is none.
  Result<Batch> next(const std::string& device, const claim::ChainId& chain);

 private:
  Store& store_;
  const claim::Hasher& hasher_;
  Log& log_;
};

}  // namespace greentill::credit
