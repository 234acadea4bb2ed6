// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/holdings/sqlite/sqlite_accounts.hpp"

namespace greentill::credit {

const char* const kAccountSchema = R"sql(
CREATE TABLE participants (id TEXT PRIMARY KEY, kind INTEGER NOT NULL, state INTEGER NOT NULL, name TEXT NOT NULL,
  follow TEXT NOT NULL, opened_at INTEGER NOT NULL, ended_at INTEGER) STRICT, WITHOUT ROWID;
CREATE TABLE purses (participant TEXT NOT NULL, account INTEGER NOT NULL, since INTEGER NOT NULL,
  PRIMARY KEY (participant, account)) STRICT, WITHOUT ROWID;
CREATE TABLE members (team TEXT NOT NULL, participant TEXT NOT NULL, since INTEGER NOT NULL,
  PRIMARY KEY (team, participant)) STRICT, WITHOUT ROWID;
CREATE TABLE memberships (participant TEXT NOT NULL, team TEXT NOT NULL, PRIMARY KEY (participant, team)) STRICT, WITHOUT ROWID;
CREATE TABLE invitations (hash BLOB PRIMARY KEY, team TEXT NOT NULL, expires_at INTEGER NOT NULL, used_by TEXT NOT NULL)
  STRICT, WITHOUT ROWID;
CREATE TABLE spends (no INTEGER PRIMARY KEY, participant TEXT NOT NULL, tree_order INTEGER NOT NULL, mg INTEGER NOT NULL,
  state INTEGER NOT NULL, at INTEGER NOT NULL, decided_at INTEGER) STRICT;
CREATE INDEX spends_by_participant ON spends (participant, no);
CREATE INDEX spends_by_order ON spends (tree_order, no);
)sql";

}  // namespace greentill::credit
