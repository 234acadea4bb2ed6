// SPDX-License-Identifier: Apache-2.0
#include "daemon/outbox/schema.hpp"

#include <string>

namespace greentill::outbox {
namespace {

constexpr std::int64_t kSchemaVersion = 10;

constexpr const char* kSchema = R"sql(
CREATE TABLE chains (
  no INTEGER PRIMARY KEY,
  id BLOB NOT NULL UNIQUE,
  assignment INTEGER NOT NULL,
  before_id BLOB,
  before_seq INTEGER NOT NULL DEFAULT 0,
  before_hash BLOB,
  set_apart_at INTEGER,
  declared INTEGER NOT NULL DEFAULT 0,
  delivered_seq INTEGER NOT NULL DEFAULT 0,
  epoch INTEGER NOT NULL DEFAULT 0,
  pruned INTEGER NOT NULL DEFAULT 0,
  pruned_to INTEGER NOT NULL DEFAULT 0,
  damaged INTEGER NOT NULL DEFAULT 0,
  lost_to INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE service (
  no INTEGER PRIMARY KEY CHECK (no = 1),
  epoch INTEGER NOT NULL,
  change INTEGER NOT NULL
) STRICT;
INSERT INTO service VALUES (1, 0, 0);

CREATE TABLE settings (
  no INTEGER PRIMARY KEY CHECK (no = 1),
  number INTEGER NOT NULL
) STRICT;
INSERT INTO settings VALUES (1, 0);

CREATE TABLE claims (
  position INTEGER PRIMARY KEY,
  recorded_at INTEGER NOT NULL,
  key BLOB,
  key_claims INTEGER,
  message BLOB NOT NULL,
  content BLOB,
  till TEXT,
  receipt TEXT,
  sold_at INTEGER,
  anew INTEGER
) STRICT;
CREATE UNIQUE INDEX claims_by_key ON claims (key) WHERE key IS NOT NULL;

CREATE TABLE claimless (
  key BLOB PRIMARY KEY,
  recorded_at INTEGER NOT NULL,
  content BLOB,
  till TEXT,
  receipt TEXT,
  sold_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX claimless_by_time ON claimless (recorded_at);

CREATE TABLE outcomes (
  position INTEGER PRIMARY KEY,
  standing INTEGER NOT NULL,
  reason TEXT NOT NULL,
  granted_mg INTEGER,
  changed_at INTEGER,
  told INTEGER NOT NULL,
  told_reason TEXT NOT NULL,
  told_mg INTEGER,
  tries INTEGER NOT NULL DEFAULT 0,
  last_try INTEGER NOT NULL DEFAULT 0,
  next_try INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX outcomes_by_standing ON outcomes (standing, position) WHERE standing <> 0;
CREATE INDEX outcomes_to_retry ON outcomes (next_try) WHERE standing = 3;
CREATE INDEX outcomes_by_try ON outcomes (last_try) WHERE standing = 3;
CREATE INDEX outcomes_changed ON outcomes (changed_at) WHERE changed_at IS NOT NULL;

CREATE TABLE outcome_counts (
  standing INTEGER NOT NULL,
  reason TEXT NOT NULL,
  claims INTEGER NOT NULL,
  PRIMARY KEY (standing, reason)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER outcome_added AFTER INSERT ON outcomes WHEN new.standing <> 0 BEGIN
  INSERT INTO outcome_counts VALUES (new.standing, new.reason, 1) ON CONFLICT DO UPDATE SET claims = claims + 1;
END;
CREATE TRIGGER outcome_removed AFTER DELETE ON outcomes WHEN old.standing <> 0 BEGIN
  UPDATE outcome_counts SET claims = claims - 1 WHERE standing = old.standing AND reason = old.reason;
  DELETE FROM outcome_counts WHERE standing = old.standing AND reason = old.reason AND claims = 0;
END;
CREATE TRIGGER outcome_changed AFTER UPDATE ON outcomes WHEN new.standing <> old.standing OR new.reason <> old.reason BEGIN
  UPDATE outcome_counts SET claims = claims - 1 WHERE standing = old.standing AND reason = old.reason;
  DELETE FROM outcome_counts WHERE standing = old.standing AND reason = old.reason AND claims = 0;
  INSERT INTO outcome_counts SELECT new.standing, new.reason, 1 WHERE new.standing <> 0
    ON CONFLICT DO UPDATE SET claims = claims + 1;
END;

CREATE TABLE receipts (
  no INTEGER PRIMARY KEY,
  received_at INTEGER NOT NULL,
  first_named INTEGER,
  last_named INTEGER,
  message BLOB NOT NULL
) STRICT;
CREATE INDEX receipts_by_time ON receipts (received_at);

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

CREATE TABLE taken_back (
  nullifier BLOB NOT NULL,
  unit TEXT NOT NULL,
  value INTEGER NOT NULL,
  of_position INTEGER NOT NULL,
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
  value INTEGER NOT NULL,
  cause BLOB
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
  reason TEXT NOT NULL,
  till TEXT,
  receipt TEXT,
  sold_at INTEGER
) STRICT;
CREATE UNIQUE INDEX guarded_by_key ON guarded (key, line, activity);
CREATE INDEX guarded_by_time ON guarded (recorded_at);

CREATE TABLE account_uses (
  account BLOB NOT NULL,
  activity TEXT NOT NULL,
  begin INTEGER NOT NULL,
  events INTEGER NOT NULL,
  recorded_at INTEGER NOT NULL,
  PRIMARY KEY (account, activity, begin)
) STRICT, WITHOUT ROWID;
CREATE INDEX account_uses_by_time ON account_uses (recorded_at);

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
)sql";

/// Whether the file is to be made a store; else it is one of this version.
Result<bool> is_new(sqlite::Database& database) {
  const auto version = database.integer("PRAGMA user_version");
  if (!version) return Failure{version.error()};
  const auto application = database.integer("PRAGMA application_id");
  if (!application) return Failure{application.error()};
  const auto objects = database.integer("SELECT count(*) FROM sqlite_schema");
  if (!objects) return Failure{objects.error()};
  const std::string name = database.file();
  if (*application == 0 && *version == 0 && *objects == 0) return true;
  if (*application != kApplicationId) {
    return fail(ErrorCode::invalid, name + ": a database, but no outbox of Greentill; name another file");
  }
  if (*version == kSchemaVersion) return false;
  const bool newer = *version > kSchemaVersion;
  return fail(ErrorCode::unsupported, name + ": made by a" + (newer ? " newer" : "n older") + " version (schema " +
                                          std::to_string(*version) + ", this one knows " + std::to_string(kSchemaVersion) +
                                          "); install that one" +
                                          (newer ? "" : ", let its claims be delivered, and set the file aside"));
}

}  // namespace

Status open_schema(sqlite::Database& writer) {
  const auto fresh = is_new(writer);
  if (!fresh) return Failure{fresh.error()};
  if (Status wal = writer.use_wal(); !wal) return wal;
  if (!*fresh) return Done{};
  auto transaction = sqlite::Transaction::begin(writer);
  if (!transaction) return Failure{transaction.error()};
  if (Status made = writer.execute(kSchema); !made) return made;
  const std::string mark =
      "PRAGMA application_id = " + std::to_string(kApplicationId) + "; PRAGMA user_version = " + std::to_string(kSchemaVersion);
  if (Status marked = writer.execute(mark.c_str()); !marked) return marked;
  return transaction->commit();
}

}  // namespace greentill::outbox
