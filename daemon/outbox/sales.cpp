// SPDX-License-Identifier: Apache-2.0
// Which sale stands beside a claim, a transaction without a claim, and a guarded act; and finding sales by what is printed.
// People ask for it now and then: statements are not kept, which would cost every reader some memory for good.
#include "daemon/outbox/sqlite_outbox.hpp"

// Columns: key, when recorded, the sale, and of one that made claims the position of the first, how many, and their chain.
#define GREENTILL_SALES(claims_with, claimless_with, guarded_with)                                                             \
  "SELECT c.key, c.recorded_at, c.till, c.receipt, c.sold_at, c.position, c.key_claims, h.id FROM claims c JOIN chains h ON "  \
  "h.no = c.position >> 40 WHERE c.key IS NOT NULL AND " claims_with                                                           \
  " UNION ALL SELECT key, recorded_at, till, receipt, sold_at, 0, 0, NULL FROM claimless WHERE " claimless_with                \
  " UNION ALL SELECT key, max(recorded_at), till, receipt, sold_at, NULL, NULL, NULL FROM guarded g WHERE " guarded_with       \
  " AND NOT EXISTS (SELECT 1 FROM claims WHERE key = g.key) AND NOT EXISTS (SELECT 1 FROM claimless WHERE key = g.key) GROUP " \
  "BY "                                                                                                                        \
  "key"
#define GREENTILL_PRINTED "receipt = ?1 AND (?2 = '' OR till = ?2) AND sold_at >= ?3 AND sold_at < ?4"

namespace greentill::outbox {

std::optional<Sale> sale_in(const Query& row, int column) {
  if (row.is_null(column + 1)) return std::nullopt;
  return Sale{std::string(row.text(column)), std::string(row.text(column + 1)), row.integer(column + 2)};
}

Result<FoundSale> SqliteReader::found_sale(const Query& row) {
  FoundSale found;
  if (!row.fixed(0, found.key)) return database_.damaged("a transaction's key is not one");
  found.recorded_at = row.integer(1);
  found.sale = sale_in(row, 2).value_or(Sale{});
  if (row.is_null(5)) return found;
  TransactionRecord made;
  made.first_seq = seq_of(row.integer(5));
  made.count = static_cast<std::uint32_t>(row.integer(6));
  if (made.count > 0 && !row.fixed(7, made.chain)) return database_.damaged("a chain's id is not one");
  found.made = made;
  return found;
}

Result<std::vector<FoundSale>> SqliteReader::sales(const SaleQuery& query, std::size_t limit) {
  Statement statement;
  constexpr const char* kPrinted = GREENTILL_SALES(GREENTILL_PRINTED, GREENTILL_PRINTED, GREENTILL_PRINTED);
  if (Status prepared = statement.prepare(database_, std::string(kPrinted) + " ORDER BY 2 DESC LIMIT ?5"); !prepared) {
    return Failure{prepared.error()};
  }
  std::vector<FoundSale> all;
  Query row(statement, query.receipt_number, query.till, query.since, query.until, row_limit(limit));
  while (row.next()) {
    auto found = found_sale(row);
    if (!found) return Failure{found.error()};
    all.push_back(std::move(*found));
  }
  return row.result(std::move(all));
}

Result<std::optional<FoundSale>> SqliteReader::sale(const TransactionKey& key) {
  constexpr const char* kByKey =
      GREENTILL_SALES("c.key = ?1 AND c.receipt NOT NULL", "key = ?1 AND receipt NOT NULL", "key = ?1 AND receipt NOT NULL");
  Statement statement;
  if (Status prepared = statement.prepare(database_, kByKey); !prepared) return Failure{prepared.error()};
  Query row(statement, key);
  if (!row.next()) return row.result(std::optional<FoundSale>());
  auto found = found_sale(row);
  if (!found) return Failure{found.error()};
  return std::optional(std::move(*found));
}

Result<std::vector<GuardedAct>> SqliteReader::guarded_of(const TransactionKey& key) {
  Statement statement;
  const Status prepared = statement.prepare(database_, "SELECT activity, reason FROM guarded WHERE key = ?1 ORDER BY line");
  if (!prepared) return Failure{prepared.error()};
  std::vector<GuardedAct> all;
  Query row(statement, key);
  while (row.next()) {
    GuardedAct& act = all.emplace_back();
    act.key = key;
    act.activity = row.text(0);
    act.reason = row.text(1);
  }
  return row.result(std::move(all));
}

}  // namespace greentill::outbox
