// SPDX-License-Identifier: Apache-2.0
// Removing what was delivered and is old. docs/outbox.md, "Pruning".
#include <algorithm>

#include "daemon/outbox/durability.hpp"
#include "daemon/outbox/sqlite_outbox.hpp"

namespace greentill::outbox {
namespace {

/// How many claims that are too young prune() reads past, so that a few that were recorded under a clock that ran ahead do not
/// hold back all behind them.
constexpr std::size_t kPruneLookPast = 10000;

}  // namespace

Result<std::size_t> SqliteWriter::prune(const PruneBefore& before, std::size_t limit) {
  auto pruned = prune_once(before, limit);
  if (pruned.ok() || pruned.error().code != ErrorCode::full) return pruned;
  // A checkpoint lets the WAL start again in the room that it has already.
  database_.checkpoint();
  return prune_once(before, limit);
}

Result<std::size_t> SqliteWriter::prune_once(const PruneBefore& before, std::size_t limit) {
  auto transaction = sqlite::Transaction::begin(database_);
  if (!transaction) return Failure{transaction.error()};
  const auto bounded = std::min(limit, std::size_t{1} << 20);
  std::size_t pruned = 0;
  const auto prune_with = [&](Result<std::size_t> (SqliteWriter::*step)(std::int64_t, std::size_t), std::int64_t recorded) {
    auto some = (this->*step)(recorded, bounded - pruned);
    if (some) pruned += *some;
    return some;
  };
  for (const auto& [step, recorded] :
       {std::pair(&SqliteWriter::prune_claims, before.delivered), std::pair(&SqliteWriter::prune_receipts, before.delivered),
        std::pair(&SqliteWriter::prune_set_apart, before.side), std::pair(&SqliteWriter::prune_claimless, before.side),
        std::pair(&SqliteWriter::prune_side_records, before.side)}) {
    if (auto some = prune_with(step, recorded); !some) return some;
  }
  // Read before the commit: if reading failed after it, the next commit would write the old counters back.
  auto row = chains_.find(database_);
  if (!row) return Failure{row.error()};
  if (Status committed = transaction->commit(); !committed) return Failure{committed.error()};
  chain_ = *row;
  return pruned;
}

Result<std::size_t> SqliteWriter::prune_claims(std::int64_t recorded_before, std::size_t limit) {
  std::vector<std::int64_t> positions;
  {
    Query row(to_prune_, recorded_before, limit, limit + kPruneLookPast);
    while (row.next()) positions.push_back(row.integer(0));
    if (Status read = row.status(); !read) return Failure{read.error()};
  }
  if (Status removed = remove_claims(positions); !removed) return Failure{removed.error()};
  return positions.size();
}

Status SqliteWriter::remove_claims(const std::vector<std::int64_t>& positions) {
  for (const std::int64_t position : positions) {
    if (Status removed = remove_claim_.run(position); !removed) return removed;
    if (Status removed = remove_outcome_.run(position); !removed) return removed;
    if (Status counted = count_pruned_.run(position >> kSeqBits, seq_of(position)); !counted) return counted;
  }
  return Done{};
}

/// Seldom there is one: the statements are not kept.
Result<std::size_t> SqliteWriter::prune_set_apart(std::int64_t before, std::size_t limit) {
  std::vector<std::int64_t> positions;
  Statement statement;
  if (Status prepared = statement.prepare(database_,
                                          "SELECT c.position FROM chains h CROSS JOIN claims c WHERE h.set_apart_at < ?1 AND "
                                          "c.position > h.no << 40 AND c.position < (h.no + 1) << 40 LIMIT ?2");
      !prepared) {
    return Failure{prepared.error()};
  }
  {
    Query row(statement, before, limit);
    while (row.next()) positions.push_back(row.integer(0));
    if (Status read = row.status(); !read) return Failure{read.error()};
  }
  if (positions.empty()) return std::size_t{0};
  if (Status removed = remove_claims(positions); !removed) return Failure{removed.error()};
  Status gone = database_.execute(
      "DELETE FROM chains WHERE set_apart_at IS NOT NULL AND NOT EXISTS "
      "(SELECT 1 FROM claims WHERE position > no << 40 AND position < (no + 1) << 40)");
  if (!gone) return Failure{gone.error()};
  return positions.size();
}

Result<std::size_t> SqliteWriter::prune_claimless(std::int64_t recorded_before, std::size_t limit) {
  return prune_by_time(prune_claimless_, recorded_before, limit);
}

Result<std::size_t> SqliteWriter::prune_by_time(Statement& statement, std::int64_t before, std::size_t limit) {
  if (Status pruned = statement.run(before, limit); !pruned) return Failure{pruned.error()};
  return static_cast<std::size_t>(database_.changed());
}

}  // namespace greentill::outbox
