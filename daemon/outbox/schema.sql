-- SPDX-License-Identifier: Apache-2.0
-- The store as this version has it: what the migrations of schema.cpp add up to, which a test holds. docs/outbox.md explains it.

CREATE TABLE chains (
  no INTEGER PRIMARY KEY,
  id BLOB NOT NULL UNIQUE,
  delivered_seq INTEGER NOT NULL DEFAULT 0,
  epoch INTEGER NOT NULL DEFAULT 0,
  pruned INTEGER NOT NULL DEFAULT 0) STRICT;

CREATE TABLE claims (
  position INTEGER PRIMARY KEY,
  recorded_at INTEGER NOT NULL,
  key BLOB,
  key_claims INTEGER,
  message BLOB NOT NULL
, content BLOB, till TEXT, receipt TEXT, sold_at INTEGER) STRICT;
CREATE UNIQUE INDEX claims_by_key ON claims (key) WHERE key IS NOT NULL;

CREATE TABLE claimless (
  key BLOB PRIMARY KEY,
  recorded_at INTEGER NOT NULL
, content BLOB, till TEXT, receipt TEXT, sold_at INTEGER) STRICT, WITHOUT ROWID;
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
, cause BLOB) STRICT;
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
, till TEXT, receipt TEXT, sold_at INTEGER) STRICT;
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

CREATE TABLE refusal_counts (
  final INTEGER NOT NULL,
  reason TEXT NOT NULL,
  claims INTEGER NOT NULL,
  PRIMARY KEY (final, reason)
) STRICT, WITHOUT ROWID;
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
