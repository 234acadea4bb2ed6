// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "daemon/claim/message.hpp"
#include "daemon/crypto/hasher.hpp"
#include "daemon/outbox/durability.hpp"
#include "daemon/outbox/sqlite_outbox.hpp"

// As scalar subqueries these are evaluated once for each statement, so that the claims stay one range of the primary key, which
// is read in order without a sort. And each answer is a single statement, hence a single snapshot.
#define GREENTILL_CHAIN_NO "(SELECT max(no) FROM chains)"
#define GREENTILL_CHAIN_FROM "(" GREENTILL_CHAIN_NO " << 40)"
// The position of chain h's last claim; null where it has none.
#define GREENTILL_LAST_POSITION "(SELECT max(position) FROM claims WHERE position > h.no << 40 AND position < (h.no + 1) << 40)"
#define GREENTILL_CLAIM_COLUMNS                                            \
  "c.position, c.recorded_at, c.message, r.final, r.reason, g.granted_mg," \
  " (SELECT delivered_seq FROM chains WHERE no = c.position >> 40),"       \
  " c.till, c.receipt, c.sold_at"                                          \
  " FROM "
#define GREENTILL_RANGE(column) column " > " GREENTILL_CHAIN_FROM " + ?1 AND " column " < " GREENTILL_CHAIN_FROM " + ?2 "
#define GREENTILL_SCAN                                                                                      \
  "SELECT " GREENTILL_CLAIM_COLUMNS                                                                         \
  "claims c LEFT JOIN refusals r ON r.position = c.position LEFT JOIN grants g ON g.position = c.position " \
  "WHERE " GREENTILL_RANGE("c.position") "AND (?4 OR r.final IS NULL) ORDER BY c.position "
#define GREENTILL_REFUSED                                                                                   \
  "SELECT " GREENTILL_CLAIM_COLUMNS                                                                         \
  "refusals r CROSS JOIN claims c ON c.position = r.position LEFT JOIN grants g ON g.position = c.position" \
  " WHERE r.final = ?4 AND " GREENTILL_RANGE("r.position") "ORDER BY r.position "
// Two ranges of an index, each read in its order: a condition with OR would sort all refused claims.
#define GREENTILL_RETRYABLE(when)                                                                                  \
  "SELECT * FROM (SELECT position FROM refusals WHERE final = 0 AND " when " AND position > " GREENTILL_CHAIN_FROM \
  " ORDER BY last_try LIMIT ?3)"

// Of each chain the first claim that is not processed (seq 1 is its start, which claims nothing), and the first that was refused
// for now: one row of an index each.
#define GREENTILL_WAITING_SINCE                                                                                                 \
  "SELECT min(since) FROM (SELECT (SELECT recorded_at FROM claims WHERE position > (h.no << 40 | max(h.delivered_seq, 1)) AND " \
  "position < (h.no + 1) << 40 ORDER BY position LIMIT 1) AS since FROM chains h UNION ALL SELECT * FROM (SELECT "              \
  "c.recorded_at FROM refusals r JOIN claims c ON c.position = r.position WHERE r.final = 0 ORDER BY r.position LIMIT 1))"

namespace greentill::outbox {
namespace {

std::vector<std::uint8_t> copy(ByteView bytes) { return {bytes.begin(), bytes.end()}; }

StoredClaim stored_claim(const Query& row) {
  StoredClaim claim;
  claim.seq = seq_of(row.integer(0));
  claim.recorded_at = row.integer(1);
  claim.message = copy(row.bytes(2));
  if (!row.is_null(3)) {
    claim.delivery = row.integer(3) != 0 ? Delivery::refused_final : Delivery::refused_retry;
    claim.reason = row.text(4);
  } else if (claim.seq <= static_cast<std::uint64_t>(row.integer(6))) {
    claim.delivery = Delivery::delivered;
  }
  if (!row.is_null(5)) claim.granted_mg = row.integer(5);
  claim.sale = sale_in(row, 7);
  return claim;
}

Result<std::optional<StoredClaim>> one_claim(Query&& row) {
  return row.result(row.next() ? std::optional(stored_claim(row)) : std::nullopt);
}

}  // namespace

Status KeyLookup::prepare(Database& database) {
  return statement_.prepare(
      database,
      "SELECT c.position, c.key_claims, h.id, c.content FROM claims c JOIN chains h ON h.no = c.position >> 40 WHERE c.key = ?1 "
      "UNION ALL SELECT NULL, NULL, NULL, content FROM claimless WHERE key = ?1");
}

Result<std::optional<TransactionRecord>> KeyLookup::find(const Database& database, const TransactionKey& key) {
  Query row(statement_, key);
  if (!row.next()) return row.result(std::optional<TransactionRecord>());
  TransactionRecord record;
  ContentHash content{};
  if (row.fixed(3, content)) record.content = content;
  if (row.is_null(0)) return std::optional(record);
  record.first_seq = seq_of(row.integer(0));
  record.count = static_cast<std::uint32_t>(row.integer(1));
  if (!row.fixed(2, record.chain)) return database.damaged("a chain's id is not one");
  return std::optional(record);
}

Status ChainLookup::prepare(Database& database) {
  return statement_.prepare(database,
                            "SELECT h.no, h.id, c.position, c.message, h.delivered_seq, h.epoch, h.pruned "
                            "FROM chains h LEFT JOIN claims c ON c.position = " GREENTILL_LAST_POSITION
                            " ORDER BY h.no DESC LIMIT 1");
}

Result<ChainRow> ChainLookup::find(const Database& database) {
  Query query(statement_);
  ChainRow row;
  if (!query.next()) return query.result(row);
  if (!query.fixed(1, row.head.chain)) return database.damaged("a chain's id is not one");
  if (!query.is_null(2)) {
    const auto last = claim::parse_message(query.bytes(3), claim::MessageType::claim);
    if (!last) return database.damaged("the chain's last claim is none");
    row.head.seq = seq_of(query.integer(2));
    row.head.payload_hash = crypto::hasher().sha256({last->payload});
  }
  row.no = query.integer(0);
  row.delivered_seq = query.count(4);
  row.epoch = query.count(5);
  row.pruned = query.integer(6);
  return row;
}

Result<std::unique_ptr<Reader>> SqliteReader::open(const Options& options) {
  auto database = open_for_reading(options);
  if (!database) return Failure{database.error()};
  std::unique_ptr<SqliteReader> reader(new SqliteReader(std::move(*database)));
  if (Status prepared = reader->prepare(); !prepared) return Failure{prepared.error()};
  return std::unique_ptr<Reader>(std::move(reader));
}

Status SqliteReader::prepare() {
  if (Status prepared = keys_.prepare(database_); !prepared) return prepared;
  if (Status prepared = chains_.prepare(database_); !prepared) return prepared;
  if (Status prepared = prepare_side_records(); !prepared) return prepared;
  if (Status prepared = prepare_records(); !prepared) return prepared;
  return prepare_all(
      database_,
      {{claim_, "SELECT " GREENTILL_CLAIM_COLUMNS
                "claims c LEFT JOIN refusals r ON r.position = c.position LEFT JOIN grants g ON g.position = c.position "
                "WHERE c.position = coalesce((SELECT no FROM chains WHERE id = ?2), iif(?2 IS NULL, " GREENTILL_CHAIN_NO
                ", 0)) << 40 | ?1"},
       {scan_up_, GREENTILL_SCAN "LIMIT ?3"},
       {scan_down_, GREENTILL_SCAN "DESC LIMIT ?3"},
       {refused_up_, GREENTILL_REFUSED "LIMIT ?3"},
       {refused_down_, GREENTILL_REFUSED "DESC LIMIT ?3"},
       {batch_, "SELECT c.position, c.message FROM claims c WHERE " GREENTILL_RANGE("c.position") "ORDER BY c.position LIMIT ?3"},
       {retryable_, GREENTILL_RETRYABLE("last_try <= ?1") " UNION ALL " GREENTILL_RETRYABLE("last_try > ?2") " LIMIT ?3"},
       {totals_, "SELECT day, activity, claims, estimate_mg, credited_mg FROM totals WHERE day >= ?1 ORDER BY day, activity"},
       {backlog_,
        "SELECT total(head - pruned), total(head - delivered_seq), "
        "(SELECT total(claims) FROM refusal_counts WHERE final = 0), (SELECT total(claims) FROM refusal_counts WHERE final = 1), "
        "total(starts), total(starts AND delivered_seq = 0) FROM (SELECT h.*, "
        "coalesce(" GREENTILL_LAST_POSITION ", h.no << 40) - (h.no << 40) AS head, "
        "EXISTS (SELECT 1 FROM claims WHERE position = (h.no << 40) + 1) AS starts FROM chains h)"}});
}

Result<std::optional<ChainState>> SqliteReader::chain() {
  const auto row = chains_.find(database_);
  if (!row) return Failure{row.error()};
  if (row->no == 0) return std::optional<ChainState>();
  return std::optional(ChainState{row->head, row->delivered_seq, row->epoch});
}

Result<std::optional<StoredClaim>> SqliteReader::claim(std::uint64_t seq) {
  if (seq > kMaxSeq) return std::optional<StoredClaim>();
  return one_claim(Query(claim_, seq, std::nullopt));
}

Result<std::optional<StoredClaim>> SqliteReader::claim(const claim::ChainId& chain, std::uint64_t seq) {
  if (seq > kMaxSeq) return std::optional<StoredClaim>();
  return one_claim(Query(claim_, seq, chain));
}

Statement& SqliteReader::scan_for(bool newest_first, std::optional<Delivery> only) {
  const bool refused = only == Delivery::refused_retry || only == Delivery::refused_final;
  if (newest_first) return refused ? refused_down_ : scan_down_;
  return refused ? refused_up_ : scan_up_;
}

Status SqliteReader::for_each_claim(std::uint64_t after, std::size_t limit, bool newest_first, std::optional<Delivery> only,
                                    const std::function<void(const StoredClaim&)>& visit) {
  // The bounds of seq, both exclusive.
  std::uint64_t low = newest_first ? 0 : std::min(after, kMaxSeq);
  std::uint64_t high = newest_first && after != 0 ? std::min(after, kMaxSeq) : kMaxSeq;
  if (only == Delivery::waiting || only == Delivery::delivered) {
    const auto state = chain();
    if (!state) return Failure{state.error()};
    const std::uint64_t delivered = *state ? (**state).delivered_seq : 0;
    if (only == Delivery::waiting) low = std::max(low, delivered);
    if (only == Delivery::delivered) high = std::min(high, delivered + 1);
  }
  // In the scan of all claims: whether refused ones are wanted too. In the statements on refusals: which of the two kinds is.
  const bool flag = !only || only == Delivery::refused_final;
  Query row(scan_for(newest_first, only), low, high, row_limit(limit), flag);
  while (row.next()) visit(stored_claim(row));
  return row.status();
}

Status SqliteReader::read_batch(std::uint64_t first, std::size_t max_claims, std::size_t max_bytes, ClaimBatch& into) {
  into.bytes.clear();
  into.first_seq = first;
  into.last_seq = first - 1;
  if (first == 0 || first > kMaxSeq) return fail(ErrorCode::invalid, "a batch begins at seq 1 or later");
  Query row(batch_, first - 1, kMaxSeq, row_limit(max_claims));
  while (row.next() && seq_of(row.integer(0)) == into.last_seq + 1) {
    const ByteView message = row.bytes(1);
    if (!into.bytes.empty() && into.bytes.size() + message.size() > max_bytes) break;
    into.bytes.insert(into.bytes.end(), message.begin(), message.end());
    ++into.last_seq;
  }
  return row.status();
}

Result<std::vector<std::uint64_t>> SqliteReader::retryable(std::int64_t tried_before, std::int64_t now, std::size_t limit) {
  std::vector<std::uint64_t> seqs;
  Query row(retryable_, tried_before, now, row_limit(limit));
  while (row.next()) seqs.push_back(seq_of(row.integer(0)));
  std::ranges::sort(seqs);
  return row.result(std::move(seqs));
}

Result<std::vector<Totals>> SqliteReader::totals(std::int64_t from_day) {
  std::vector<Totals> totals;
  Query row(totals_, from_day);
  while (row.next()) {
    totals.push_back({row.integer(0), std::string(row.text(1)), row.count(2), row.integer(3), row.integer(4)});
  }
  return row.result(std::move(totals));
}

Result<Backlog> SqliteReader::backlog() {
  Query row(backlog_);
  return row.result(row.next() ? Backlog{row.count(0), row.count(1), row.count(2), row.count(3), row.count(4), row.count(5)}
                               : Backlog{});
}

Result<std::optional<std::int64_t>> SqliteReader::waiting_since() {
  Statement statement;  // not kept: one reader of several asks, and seldom
  if (Status prepared = statement.prepare(database_, GREENTILL_WAITING_SINCE); !prepared) return Failure{prepared.error()};
  Query row(statement);
  return row.result(row.next() && !row.is_null(0) ? std::optional(row.integer(0)) : std::nullopt);
}

Result<std::vector<RefusalCount>> SqliteReader::refusal_counts(std::size_t limit) {
  constexpr const char* kCounts = "SELECT reason, final, claims FROM refusal_counts ORDER BY claims DESC, reason, final LIMIT ?1";
  Statement statement;
  if (Status prepared = statement.prepare(database_, kCounts); !prepared) return Failure{prepared.error()};
  std::vector<RefusalCount> counts;
  Query row(statement, row_limit(limit));
  while (row.next()) counts.push_back({std::string(row.text(0)), row.integer(1) != 0, row.count(2)});
  return row.result(std::move(counts));
}

}  // namespace greentill::outbox
