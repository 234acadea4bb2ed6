// SPDX-License-Identifier: Apache-2.0
// The receipts themselves, as they were signed: what a merchant shows to whoever does not believe the store. Of what a receipt
// told stands what claims' outcomes say; nothing is decided by the messages that are kept here.
#include "daemon/outbox/sqlite_outbox.hpp"

namespace greentill::outbox {

Status SqliteWriter::prepare_receipts() {
  // The broker may bring the same one twice.
  return keep_receipt_.prepare(
      database_,
      "INSERT INTO receipts (received_at, first_named, last_named, message) SELECT ?1, ?2, ?3, ?4 WHERE NOT "
      "EXISTS (SELECT 1 FROM receipts WHERE no = (SELECT max(no) FROM receipts) AND message = ?4)");
}

// One that tells nothing new, such as the answer to the daily question, is no proof of anything.
Status SqliteWriter::keep_receipt(const Taking& taking) {
  const ByteView message = taking.reception.message;
  if (message.empty() || (!taking.named && !taking.applied.came_further)) return Done{};
  std::optional<std::int64_t> first, last;
  if (taking.named) std::tie(first, last) = *taking.named;
  return keep_receipt_.run(taking.reception.now, first, last, message);
}

// Seldom asked for, as below: the statements are not kept.
Result<std::size_t> SqliteWriter::prune_receipts(std::int64_t received_before, std::size_t limit) {
  Statement statement;
  // Claims that are held or refused are not pruned, however old, nor is what proves it.
  Status prepared =
      statement.prepare(database_,
                        "DELETE FROM receipts WHERE no IN (SELECT no FROM receipts r WHERE received_at < ?1 AND NOT EXISTS "
                        "(SELECT 1 FROM outcomes o "
                        "WHERE o.position BETWEEN r.first_named AND r.last_named AND o.standing <> 0) LIMIT ?2)");
  if (!prepared) return Failure{prepared.error()};
  return prune_by_time(statement, received_before, limit);
}

Status SqliteReader::for_each_receipt(std::uint64_t after, std::size_t limit,
                                      const std::function<void(std::uint64_t number, ByteView message)>& visit) {
  Statement statement;
  Status prepared = statement.prepare(database_, "SELECT no, message FROM receipts WHERE no > ?1 ORDER BY no LIMIT ?2");
  if (!prepared) return prepared;
  Query row(statement, after, limit);
  while (row.next()) visit(row.count(0), row.bytes(1));
  return row.status();
}

}  // namespace greentill::outbox
