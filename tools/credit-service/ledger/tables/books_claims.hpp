// SPDX-License-Identifier: Apache-2.0
// Single claims, acts with all that is kept with them, and locks, as the books give them. Private to this folder. Threads: one.
#pragma once

#include "tools/credit-service/ledger/books.hpp"
#include "tools/credit-service/sql/sql.hpp"

namespace greentill::credit {

/// Books::held(), Books::claim() and Books::acts().
Status read_held(sql::Database& database, const HeldFilter& filter, const std::function<Status(const HeldClaim&)>& take);
Result<std::optional<HeldClaim>> read_claim(sql::Database& database, std::int64_t id);
Status read_acts(sql::Database& database, const std::function<Status(const KeptAct&)>& take);

/// Books::lock(), and what a report says of locks.
Result<std::optional<LockState>> read_lock(sql::Database& database, const std::string& id);
Status count_locks(sql::Database& database, Report& report);

/// Reads acts one by one. The database must outlive it.
class ActReader {
 public:
  explicit ActReader(sql::Database& database) : database_(database) {}
  Status prepare();
  /// The act with all that is kept with it; corrupt where a claim is missing. Nothing where there is no such act.
  Result<std::optional<KeptAct>> read(ByteView cell);

 private:
  Result<KeptClaim> claim(std::int64_t id);
  Status mark_apart(ByteView cell, KeptClaim& kept);

  sql::Database& database_;
  sql::Statement act_, claims_, reversals_, claim_, leads_;
};

}  // namespace greentill::credit
