// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "daemon/outbox/chains.hpp"
#include "daemon/outbox/durability.hpp"
#include "daemon/outbox/sqlite_outbox.hpp"

// As scalar subqueries these are evaluated once for each statement, so that the claims stay one range of the primary key, which
// is read in order without a sort. And each answer is a single statement, hence a single snapshot.
#define GREENTILL_CHAIN_NO "(SELECT max(no) FROM chains)"
#define GREENTILL_CHAIN_FROM "(" GREENTILL_CHAIN_NO " << 40)"
#define GREENTILL_CLAIM_COLUMNS                                                              \
  "c.position, c.recorded_at, c.message, o.standing, o.reason, o.granted_mg, o.changed_at, " \
  "h.delivered_seq, h.set_apart_at, c.anew, (SELECT id FROM chains WHERE no = c.anew >> 40), c.till, c.receipt, c.sold_at FROM "
#define GREENTILL_RANGE(column) column " > " GREENTILL_CHAIN_FROM " + ?1 AND " column " < " GREENTILL_CHAIN_FROM " + ?2 "
#define GREENTILL_CHAIN_OF_CLAIM "JOIN chains h ON h.no = c.position >> 40 "
#define GREENTILL_SCAN                                                                                                   \
  "SELECT " GREENTILL_CLAIM_COLUMNS "claims c LEFT JOIN outcomes o ON o.position = c.position " GREENTILL_CHAIN_OF_CLAIM \
  "WHERE " GREENTILL_RANGE("c.position") "AND (?4 OR coalesce(o.standing, 0) = 0) ORDER BY c.position "
#define GREENTILL_STANDING                                                                                                \
  "SELECT " GREENTILL_CLAIM_COLUMNS "outcomes o CROSS JOIN claims c ON c.position = o.position " GREENTILL_CHAIN_OF_CLAIM \
  "WHERE o.standing = ?4 AND o.standing <> 0 AND " GREENTILL_RANGE("o.position") "ORDER BY o.position "
// Ranges of an index, each read in its order: a condition with OR would sort all refused claims.
#define GREENTILL_RETRYABLE(when, by) \
  "SELECT * FROM (SELECT position FROM outcomes WHERE standing = 3 AND " when " ORDER BY " by " LIMIT ?3)"

// Of each chain the first claim that is not processed (seq 1 is its start, which claims nothing), and the first that was refused
// for now: one row of an index each.
#define GREENTILL_WAITING_SINCE                                                                                                  \
  "SELECT min(since) FROM (SELECT (SELECT recorded_at FROM claims WHERE position > (h.no << 40 | max(h.delivered_seq, 1)) AND "  \
  "position < (h.no + 1) << 40 ORDER BY position LIMIT 1) AS since FROM chains h WHERE h.set_apart_at IS NULL UNION ALL SELECT " \
  "* FROM (SELECT "                                                                                                              \
  "c.recorded_at FROM outcomes o JOIN claims c ON c.position = o.position WHERE o.standing = 3 ORDER BY o.position LIMIT 1))"

namespace greentill::outbox {
namespace {

std::vector<std::uint8_t> copy(ByteView bytes) { return {bytes.begin(), bytes.end()}; }

Delivery delivery_of(const Query& row, std::uint64_t seq) {
  switch (row.is_null(3) ? KeptStanding::accepted : static_cast<KeptStanding>(row.integer(3))) {
    case KeptStanding::held: return Delivery::held;
    case KeptStanding::refused: return Delivery::refused_final;
    case KeptStanding::refused_for_now: return Delivery::refused_retry;
    case KeptStanding::accepted: break;
  }
  if (seq <= row.count(7)) return Delivery::delivered;
  return row.is_null(8) ? Delivery::waiting : Delivery::set_apart;
}

StoredClaim stored_claim(const Query& row) {
  StoredClaim claim;
  claim.seq = seq_of(row.integer(0));
  claim.recorded_at = row.integer(1);
  claim.message = copy(row.bytes(2));
  claim.delivery = delivery_of(row, claim.seq);
  claim.reason = row.text(4);
  claim.granted_mg = row.optional(5);
  claim.changed_at = row.optional(6);
  ClaimPlace anew;
  if (row.fixed(10, anew.chain)) {
    anew.seq = seq_of(row.integer(9));
    claim.anew = anew;
  }
  claim.sale = sale_in(row, 11);
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
      {{claim_,
        "SELECT " GREENTILL_CLAIM_COLUMNS "claims c LEFT JOIN outcomes o ON o.position = c.position " GREENTILL_CHAIN_OF_CLAIM
        "WHERE c.position = coalesce((SELECT no FROM chains WHERE id = ?2), iif(?2 IS NULL, " GREENTILL_CHAIN_NO
        ", 0)) << 40 | ?1"},
       {batch_,
        "SELECT position, message FROM claims WHERE position >= ((SELECT no FROM chains WHERE id = ?1) << 40) + ?2 AND "
        "position < ((SELECT no FROM chains WHERE id = ?1) + 1) << 40 ORDER BY position LIMIT ?3"},
       {retryable_, GREENTILL_RETRYABLE("next_try <= ?1", "next_try") " UNION " GREENTILL_RETRYABLE(
                        "last_try <= ?2", "last_try") " UNION " GREENTILL_RETRYABLE("last_try > ?1", "last_try") " ORDER BY 1"},
       {totals_, "SELECT day, activity, claims, estimate_mg, credited_mg FROM totals WHERE day >= ?1 ORDER BY day, activity"},
       {backlog_,
        "SELECT total(head - pruned), total(iif(set_apart_at IS NULL, head - delivered_seq, 0)), "
        "(SELECT total(claims) FROM outcome_counts WHERE standing = 1), "
        "(SELECT total(claims) FROM outcome_counts WHERE standing = 3), "
        "(SELECT total(claims) FROM outcome_counts WHERE standing = 2), "
        "total(starts), total(starts AND delivered_seq = 0 AND set_apart_at IS NULL) FROM (SELECT h.*, "
        "coalesce(" GREENTILL_LAST_POSITION ", h.no << 40) - (h.no << 40) AS head, "
        "EXISTS (SELECT 1 FROM claims WHERE position = (h.no << 40) + 1) AS starts FROM chains h)"}});
}

Result<std::optional<StoredClaim>> SqliteReader::claim(std::uint64_t seq) {
  if (seq > kMaxSeq) return std::optional<StoredClaim>();
  return one_claim(Query(claim_, seq, std::nullopt));
}

Result<std::optional<StoredClaim>> SqliteReader::claim(const claim::ChainId& chain, std::uint64_t seq) {
  if (seq > kMaxSeq) return std::optional<StoredClaim>();
  return one_claim(Query(claim_, seq, chain));
}

namespace {

/// What the claims that stand there have in `outcomes`; nothing for those that have none.
std::optional<KeptStanding> stands_for(std::optional<Delivery> delivery) {
  if (delivery == Delivery::held) return KeptStanding::held;
  if (delivery == Delivery::refused_final) return KeptStanding::refused;
  if (delivery == Delivery::refused_retry) return KeptStanding::refused_for_now;
  return std::nullopt;
}

std::string_view scan_for(bool newest_first, std::optional<Delivery> only) {
  const bool by_standing = stands_for(only).has_value();
  if (newest_first) return by_standing ? GREENTILL_STANDING "DESC LIMIT ?3" : GREENTILL_SCAN "DESC LIMIT ?3";
  return by_standing ? GREENTILL_STANDING "LIMIT ?3" : GREENTILL_SCAN "LIMIT ?3";
}

}  // namespace

Status SqliteReader::for_each_claim(std::uint64_t after, std::size_t limit, bool newest_first, std::optional<Delivery> only,
                                    const std::function<void(const StoredClaim&)>& visit) {
  if (only == Delivery::set_apart) return Done{};  // never the chain in force
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
  // In the scan of all claims: whether those that are held or refused are wanted too. In the statements by standing: which.
  const auto stands = stands_for(only);
  const int flag = stands ? static_cast<int>(*stands) : only ? 0 : 1;
  // One reader of several is asked for lists: the statement is not kept, nor are those of other lists. Each takes some 5 KiB.
  Statement statement;
  if (Status prepared = statement.prepare(database_, scan_for(newest_first, only)); !prepared) return prepared;
  Query row(statement, low, high, row_limit(limit), flag);
  while (row.next()) visit(stored_claim(row));
  return row.status();
}

Status SqliteReader::read_batch(const claim::ChainId& chain, std::uint64_t first, std::size_t max_claims, std::size_t max_bytes,
                                ClaimBatch& into) {
  into.bytes.clear();
  into.first_seq = first;
  into.last_seq = first - 1;
  if (first == 0 || first > kMaxSeq) return fail(ErrorCode::invalid, "a batch begins at seq 1 or later");
  Query row(batch_, chain, first, row_limit(max_claims));
  while (row.next() && seq_of(row.integer(0)) == into.last_seq + 1) {
    const ByteView message = row.bytes(1);
    if (!into.bytes.empty() && into.bytes.size() + message.size() > max_bytes) break;
    into.bytes.insert(into.bytes.end(), message.begin(), message.end());
    ++into.last_seq;
  }
  return row.status();
}

Result<DueClaims> SqliteReader::retryable(std::int64_t now, std::int64_t tried_before, std::size_t limit) {
  DueClaims due;
  std::int64_t chain = 0;
  {
    Query row(retryable_, now, tried_before, row_limit(limit));
    while (row.next() && due.seqs.size() < limit) {
      if (chain == 0) chain = row.integer(0) >> kSeqBits;
      if (row.integer(0) >> kSeqBits != chain) break;
      due.seqs.push_back(seq_of(row.integer(0)));
    }
    if (Status read = row.status(); !read) return Failure{read.error()};
  }
  if (due.seqs.empty()) return due;
  Statement statement;
  if (Status prepared = statement.prepare(database_, "SELECT id FROM chains WHERE no = ?1"); !prepared) {
    return Failure{prepared.error()};
  }
  Query row(statement, chain);
  if (row.next() && !row.fixed(0, due.chain)) return database_.damaged("a chain's id is not one");
  return row.result(std::move(due));
}

// Asked for at a start and under other methodologies, so that no statement is kept for it.
Result<std::vector<RefusedClaim>> SqliteReader::replaceable(std::uint32_t assignment, std::int64_t after, std::size_t limit) {
  Statement statement;
  Status prepared = statement.prepare(
      database_,
      "SELECT " GREENTILL_CLAIM_COLUMNS "outcomes o CROSS JOIN claims c ON c.position = o.position " GREENTILL_CHAIN_OF_CLAIM
      "WHERE o.standing = 2 AND o.standing <> 0 AND o.position > ?2 AND o.reason IN ('wrong-arithmetic', 'bad-signature') "
      "AND c.anew IS NULL AND h.assignment = ?1 ORDER BY o.position LIMIT ?3");
  if (!prepared) return Failure{prepared.error()};
  std::vector<RefusedClaim> refused;
  Query row(statement, std::int64_t{assignment}, after, row_limit(limit));
  while (row.next()) refused.push_back({row.integer(0), stored_claim(row)});
  return row.result(std::move(refused));
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
  return row.result(
      row.next() ? Backlog{row.count(0), row.count(1), row.count(2), row.count(3), row.count(4), row.count(5), row.count(6)}
                 : Backlog{});
}

Result<std::optional<std::int64_t>> SqliteReader::waiting_since() {
  Statement statement;  // not kept: one reader of several asks, and seldom
  if (Status prepared = statement.prepare(database_, GREENTILL_WAITING_SINCE); !prepared) return Failure{prepared.error()};
  Query row(statement);
  return row.result(row.next() && !row.is_null(0) ? std::optional(row.integer(0)) : std::nullopt);
}

Result<std::vector<ReasonCount>> SqliteReader::reason_counts(std::size_t limit) {
  constexpr const char* kCounts =
      "SELECT reason, standing, claims FROM outcome_counts ORDER BY claims DESC, reason, standing LIMIT ?1";
  Statement statement;
  if (Status prepared = statement.prepare(database_, kCounts); !prepared) return Failure{prepared.error()};
  std::vector<ReasonCount> counts;
  Query row(statement, row_limit(limit));
  while (row.next()) {
    const auto stands = static_cast<KeptStanding>(row.integer(1));
    const Delivery delivery = stands == KeptStanding::held      ? Delivery::held
                              : stands == KeptStanding::refused ? Delivery::refused_final
                                                                : Delivery::refused_retry;
    counts.push_back({std::string(row.text(0)), delivery, row.count(2)});
  }
  return row.result(std::move(counts));
}

}  // namespace greentill::outbox
