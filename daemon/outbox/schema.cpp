// SPDX-License-Identifier: Apache-2.0
#include "daemon/outbox/schema.hpp"

#include <string>

namespace greentill::outbox {
namespace {

constexpr const char* kMigrations[] = {
    // 1: the first version
    R"sql(
CREATE TABLE chains (
  no INTEGER PRIMARY KEY,
  id BLOB NOT NULL UNIQUE,
  head_seq INTEGER NOT NULL,
  head_hash BLOB NOT NULL,
  delivered_seq INTEGER NOT NULL DEFAULT 0,
  epoch INTEGER NOT NULL DEFAULT 0,
  stored INTEGER NOT NULL DEFAULT 0,
  refused_retry INTEGER NOT NULL DEFAULT 0,
  refused_final INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE claims (
  position INTEGER PRIMARY KEY,
  recorded_at INTEGER NOT NULL,
  key BLOB,
  key_claims INTEGER,
  message BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX claims_by_key ON claims (key) WHERE key IS NOT NULL;

CREATE TABLE claimless (
  key BLOB PRIMARY KEY,
  recorded_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX claimless_by_time ON claimless (recorded_at);

CREATE TABLE refusals (
  position INTEGER PRIMARY KEY,
  final INTEGER NOT NULL,
  reason TEXT NOT NULL,
  last_try INTEGER NOT NULL
) STRICT;
CREATE INDEX refusals_by_kind ON refusals (final, position);
CREATE INDEX refusals_to_retry ON refusals (last_try) WHERE final = 0;

CREATE TABLE grants (
  position INTEGER PRIMARY KEY,
  granted_mg INTEGER NOT NULL
) STRICT;

CREATE TABLE sources (
  source TEXT PRIMARY KEY,
  position TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE totals (
  day INTEGER NOT NULL,
  activity TEXT NOT NULL,
  claims INTEGER NOT NULL,
  estimate_mg INTEGER NOT NULL,
  credited_mg INTEGER NOT NULL,
  PRIMARY KEY (day, activity)
) STRICT, WITHOUT ROWID;
)sql",
    // 2: what was taken back, reversals that wait, guarded acts
    R"sql(
CREATE TABLE taken_back (
  nullifier BLOB NOT NULL,
  unit TEXT NOT NULL,
  value INTEGER NOT NULL,
  of_seq INTEGER NOT NULL,
  recorded_at INTEGER NOT NULL,
  PRIMARY KEY (nullifier, unit)
) STRICT, WITHOUT ROWID;
CREATE INDEX taken_back_by_time ON taken_back (recorded_at);

CREATE TABLE awaited (
  no INTEGER PRIMARY KEY,
  key BLOB NOT NULL,
  recorded_at INTEGER NOT NULL,
  reason INTEGER NOT NULL,
  activity TEXT NOT NULL,
  unit TEXT NOT NULL,
  value INTEGER NOT NULL
) STRICT;
CREATE INDEX awaited_by_key ON awaited (key);
CREATE INDEX awaited_by_time ON awaited (recorded_at);

CREATE TABLE guarded (
  id INTEGER PRIMARY KEY,
  key BLOB NOT NULL,
  line INTEGER NOT NULL,
  activity TEXT NOT NULL,
  recorded_at INTEGER NOT NULL,
  begin INTEGER NOT NULL,
  quantities TEXT NOT NULL,
  reason TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX guarded_by_key ON guarded (key, line, activity);
CREATE INDEX guarded_by_time ON guarded (recorded_at);

CREATE TABLE account_uses (
  account BLOB NOT NULL,
  activity TEXT NOT NULL,
  day INTEGER NOT NULL,
  events INTEGER NOT NULL,
  last_begin INTEGER NOT NULL,
  PRIMARY KEY (account, activity)
) STRICT, WITHOUT ROWID;
CREATE INDEX account_uses_by_time ON account_uses (last_begin);
)sql",
    // 3: the cause of a reversal that waits
    R"sql(
ALTER TABLE awaited ADD COLUMN cause BLOB;
)sql",
    // 4: a chain's head is read from its last claim, so that a sale does not write it a second time
    R"sql(
ALTER TABLE chains ADD COLUMN pruned INTEGER NOT NULL DEFAULT 0;
UPDATE chains SET pruned = head_seq - stored;
ALTER TABLE chains DROP COLUMN head_seq;
ALTER TABLE chains DROP COLUMN head_hash;
ALTER TABLE chains DROP COLUMN stored;
)sql",
    // 5: what became of each source record, and the content hash that tells one event from another
    R"sql(
ALTER TABLE claims ADD COLUMN content BLOB;
ALTER TABLE claimless ADD COLUMN content BLOB;

CREATE TABLE records (
  id INTEGER PRIMARY KEY,
  source TEXT NOT NULL,
  place TEXT NOT NULL,
  recorded_at INTEGER NOT NULL,
  fate INTEGER NOT NULL,
  reason TEXT NOT NULL,
  key BLOB
) STRICT;

CREATE TABLE record_counts (
  source TEXT NOT NULL,
  fate INTEGER NOT NULL,
  reason TEXT NOT NULL,
  records INTEGER NOT NULL,
  last_at INTEGER NOT NULL,
  PRIMARY KEY (source, fate, reason)
) STRICT, WITHOUT ROWID;
)sql",
    // 6: which sale it was: the till, the receipt's number as printed, and when
    R"sql(
ALTER TABLE claims ADD COLUMN till TEXT;
ALTER TABLE claims ADD COLUMN receipt TEXT;
ALTER TABLE claims ADD COLUMN sold_at INTEGER;
ALTER TABLE claimless ADD COLUMN till TEXT;
ALTER TABLE claimless ADD COLUMN receipt TEXT;
ALTER TABLE claimless ADD COLUMN sold_at INTEGER;
ALTER TABLE guarded ADD COLUMN till TEXT;
ALTER TABLE guarded ADD COLUMN receipt TEXT;
ALTER TABLE guarded ADD COLUMN sold_at INTEGER;
)sql",
    // 7: every act of an account, so that the order in which they come does not matter; refused claims counted by reason. What
    // the
    // old table knew of an account was its last act, which the new one begins with.
    R"sql(
ALTER TABLE account_uses RENAME TO last_uses;
DROP INDEX account_uses_by_time;
CREATE TABLE account_uses (
  account BLOB NOT NULL,
  activity TEXT NOT NULL,
  begin INTEGER NOT NULL,
  events INTEGER NOT NULL,
  recorded_at INTEGER NOT NULL,
  PRIMARY KEY (account, activity, begin)
) STRICT, WITHOUT ROWID;
CREATE INDEX account_uses_by_time ON account_uses (recorded_at);
INSERT INTO account_uses SELECT account, activity, last_begin, events, last_begin FROM last_uses;
DROP TABLE last_uses;

CREATE TABLE refusal_counts (
  final INTEGER NOT NULL,
  reason TEXT NOT NULL,
  claims INTEGER NOT NULL,
  PRIMARY KEY (final, reason)
) STRICT, WITHOUT ROWID;
INSERT INTO refusal_counts SELECT final, reason, count(*) FROM refusals GROUP BY final, reason;
ALTER TABLE chains DROP COLUMN refused_retry;
ALTER TABLE chains DROP COLUMN refused_final;
CREATE TRIGGER refusal_added AFTER INSERT ON refusals BEGIN
  INSERT INTO refusal_counts VALUES (new.final, new.reason, 1) ON CONFLICT DO UPDATE SET claims = claims + 1;
END;
CREATE TRIGGER refusal_removed AFTER DELETE ON refusals BEGIN
  UPDATE refusal_counts SET claims = claims - 1 WHERE final = old.final AND reason = old.reason;
  DELETE FROM refusal_counts WHERE final = old.final AND reason = old.reason AND claims = 0;
END;
CREATE TRIGGER refusal_changed AFTER UPDATE ON refusals WHEN new.final <> old.final OR new.reason <> old.reason BEGIN
  UPDATE refusal_counts SET claims = claims - 1 WHERE final = old.final AND reason = old.reason;
  DELETE FROM refusal_counts WHERE final = old.final AND reason = old.reason AND claims = 0;
  INSERT INTO refusal_counts VALUES (new.final, new.reason, 1) ON CONFLICT DO UPDATE SET claims = claims + 1;
END;
)sql",
};

Status refuse_foreign(sqlite::Database& database, std::int64_t version) {
  const auto application = database.integer("PRAGMA application_id");
  if (!application) return Failure{application.error()};
  const auto objects = database.integer("SELECT count(*) FROM sqlite_schema");
  if (!objects) return Failure{objects.error()};
  const std::string name = database.file();
  const bool fresh = *application == 0 && version == 0 && *objects == 0;
  if (!fresh && *application != kApplicationId) {
    return fail(ErrorCode::invalid, name + ": a database, but no outbox of Greentill; name another file");
  }
  if (version > static_cast<std::int64_t>(migrations().size())) {
    return fail(ErrorCode::unsupported, name + ": made by a newer version (schema " + std::to_string(version) +
                                            ", this one knows " + std::to_string(migrations().size()) + "); install that one");
  }
  return Done{};
}

}  // namespace

std::span<const char* const> migrations() { return kMigrations; }

Status open_schema(sqlite::Database& writer) {
  const auto version = writer.integer("PRAGMA user_version");
  if (!version) return Failure{version.error()};
  if (Status ours = refuse_foreign(writer, *version); !ours) return ours;
  if (Status wal = writer.use_wal(); !wal) return wal;
  const auto known = static_cast<std::int64_t>(migrations().size());
  if (*version == known) return Done{};

  auto transaction = sqlite::Transaction::begin(writer);
  if (!transaction) return Failure{transaction.error()};
  for (auto next = static_cast<std::size_t>(*version); next < migrations().size(); ++next) {
    if (Status migrated = writer.execute(migrations()[next]); !migrated) return migrated;
  }
  const std::string mark =
      "PRAGMA application_id = " + std::to_string(kApplicationId) + "; PRAGMA user_version = " + std::to_string(known);
  if (Status marked = writer.execute(mark.c_str()); !marked) return marked;
  return transaction->commit();
}

}  // namespace greentill::outbox
