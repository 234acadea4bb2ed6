// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/holdings/tables/stored_accounts.hpp"

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
CREATE TABLE spends (participant TEXT NOT NULL, no INTEGER NOT NULL, tree_order INTEGER NOT NULL, mg INTEGER NOT NULL,
  state INTEGER NOT NULL, at INTEGER NOT NULL, decided_at INTEGER, PRIMARY KEY (participant, no)) STRICT, WITHOUT ROWID;
CREATE INDEX spends_by_no ON spends (no);
CREATE TABLE order_spends (tree_order INTEGER NOT NULL, no INTEGER NOT NULL, participant TEXT NOT NULL,
  PRIMARY KEY (tree_order, no)) STRICT, WITHOUT ROWID;
)sql";

}  // namespace greentill::credit
