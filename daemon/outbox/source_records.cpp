// SPDX-License-Identifier: Apache-2.0
// The tables of sources: their positions, what became of their records, and how many there were of each.
#include "daemon/outbox/source_record.hpp"
#include "daemon/outbox/sqlite_outbox.hpp"

namespace greentill::outbox {

Status SqliteWriter::prepare_records() {
  return prepare_all(
      database_,
      {{set_position_,
        "INSERT INTO sources (source, position) VALUES (?1, ?2) ON CONFLICT DO UPDATE SET position = excluded.position"},
       {add_record_, "INSERT INTO records (source, place, recorded_at, fate, reason, key) VALUES (?1, ?2, ?3, ?4, ?5, ?6)"},
       {remove_record_, "DELETE FROM records WHERE id <= ?1"},
       {count_record_,
        "INSERT INTO record_counts (source, fate, reason, records, last_at) VALUES (?1, ?2, ?3, 1, ?4) ON CONFLICT DO UPDATE SET "
        "records = records + 1, last_at = excluded.last_at"},
       {reasons_of_, "SELECT count(*), max(reason = ?3) FROM record_counts WHERE source = ?1 AND fate = ?2"}});
}

Result<std::string_view> SqliteWriter::counted_reason(const SourceRecord& record) {
  if (record.reason.empty()) return std::string_view();
  Query row(reasons_of_, record.source, static_cast<int>(record.fate), record.reason);
  const bool has_room = !row.next() || row.integer(1) == 1 || row.count(0) < kMostReasons;
  return row.result(has_room ? std::string_view(record.reason) : kOtherReasons);
}

Status SqliteWriter::add_record(const Unit& unit, const SourceRecord& record) {
  if (Status set = set_position_.run(record.source, record.position); !set) return set;
  const auto fate = static_cast<int>(record.fate);
  const auto reason = counted_reason(record);
  if (!reason) return Failure{reason.error()};
  if (Status counted = count_record_.run(record.source, fate, *reason, unit.recorded_at); !counted) return counted;
  Status added = add_record_.run(record.source, record.where, unit.recorded_at, fate, record.reason, record.key);
  if (!added) return added;
  return remove_record_.run(database_.last_row() - kKeptRecords);
}

Status SqliteReader::prepare_records() {
  return prepare_all(
      database_,
      {{position_, "SELECT position FROM sources WHERE source = ?1"},
       {record_counts_, "SELECT source, fate, reason, records, last_at FROM record_counts ORDER BY source, fate, reason"}});
}

Result<std::string> SqliteReader::position(std::string_view source) {
  Query row(position_, source);
  return row.result(row.next() ? std::string(row.text(0)) : std::string());
}

Result<std::vector<RecordCount>> SqliteReader::record_counts() {
  std::vector<RecordCount> counts;
  Query row(record_counts_);
  while (row.next()) {
    counts.push_back(
        {std::string(row.text(0)), static_cast<Fate>(row.integer(1)), std::string(row.text(2)), row.count(3), row.integer(4)});
  }
  return row.result(std::move(counts));
}

Status SqliteReader::for_each_record(const RecordQuery& query, std::size_t limit,
                                     const std::function<void(const StoredRecord&)>& visit) {
  const auto fate = query.fate ? std::optional(static_cast<int>(*query.fate)) : std::nullopt;
  Statement statement;
  // Read without an index, which every record would pay for: there are never more than kKeptRecords rows.
  Status prepared = statement.prepare(
      database_,
      "SELECT id, source, place, recorded_at, fate, reason, key FROM records WHERE id < ?1 AND (?2 = '' OR source = ?2) "
      "AND (?3 = '' OR place = ?3 OR substr(place, 1, length(?3) + 1) IN (?3 || ':', ?3 || ' ')) "
      "AND (?4 IS NULL OR fate = ?4) AND (?5 IS NULL OR key = ?5) AND recorded_at >= ?6 AND recorded_at < ?7 "
      "ORDER BY id DESC LIMIT ?8");
  if (!prepared) return prepared;
  Query row(statement, query.before == 0 ? INT64_MAX : query.before, query.source, query.where, fate, query.key, query.since,
            query.until, row_limit(limit));
  while (row.next()) {
    StoredRecord record;
    record.id = row.integer(0);
    record.source = row.text(1);
    record.where = row.text(2);
    record.recorded_at = row.integer(3);
    record.fate = static_cast<Fate>(row.integer(4));
    record.reason = row.text(5);
    TransactionKey key{};
    if (row.fixed(6, key)) record.key = key;
    visit(record);
  }
  return row.status();
}

}  // namespace greentill::outbox
