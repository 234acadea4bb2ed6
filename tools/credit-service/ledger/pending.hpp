// SPDX-License-Identifier: Apache-2.0
// Batches that came before their turn. Private to ledger/. Threads: one.
#pragma once

#include <memory>

#include "tools/credit-service/ledger/chains.hpp"
#include "tools/credit-service/verify/batch.hpp"

namespace greentill::credit {

class Pending {
 public:
  static Result<std::unique_ptr<Pending>> open(Database& database, const claim::Hasher& hasher, Log& log);

  /// Within limits: what is not kept, the device sends again.
  Status keep(const Batch& batch);
  /// One whose first claim is at most the next after the head; an empty device where there is none.
  Result<Batch> next(const std::string& device, const claim::ChainId& chain, const Head& head);
  Status drop(std::int64_t row);

 private:
  Pending(const claim::Hasher& hasher, Log& log) : hasher_(hasher), log_(log) {}

  const claim::Hasher& hasher_;
  Log& log_;
  std::unique_ptr<Statement> find_, add_, count_, drop_;
};

}  // namespace greentill::credit
