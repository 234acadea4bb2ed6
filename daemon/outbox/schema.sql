-- SPDX-License-Identifier: Apache-2.0
-- The store as this version has it: what the migrations of schema.cpp add up to, which a test holds. docs/outbox.md explains it.

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
