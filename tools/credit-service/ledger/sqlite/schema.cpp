// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/ledger/sqlite/schema.hpp"

#include <string>

#include "tools/credit-service/access/tables/stored_access.hpp"
#include "tools/credit-service/holdings/tables/stored_accounts.hpp"
#include "tools/credit-service/holdings/tables/stored_bookkeeping.hpp"
#include "tools/credit-service/holdings/tables/stored_trees.hpp"
#include "tools/credit-service/registry/tables/registry_store.hpp"

namespace greentill::credit {
namespace {

constexpr std::int64_t kVersion = 12;

// docs/ledger.md, "Schema", says what the columns are; a unit test holds the two together. meta.id tells ledgers apart; a step is
// a transaction that was stored.
constexpr const char* kDeviceTables = R"sql(
CREATE TABLE meta (epoch INTEGER NOT NULL, id BLOB NOT NULL, steps INTEGER NOT NULL, registry_step INTEGER NOT NULL) STRICT;
CREATE TABLE device_states (device TEXT PRIMARY KEY, first_heard INTEGER NOT NULL, last_heard INTEGER NOT NULL,
  change INTEGER NOT NULL, repaired_at INTEGER, quota_claims INTEGER NOT NULL, quota_bytes INTEGER NOT NULL,
  quota_at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE chains (no INTEGER PRIMARY KEY, device TEXT NOT NULL, id BLOB NOT NULL, state INTEGER NOT NULL,
  state_since INTEGER NOT NULL, reason INTEGER NOT NULL, held_from INTEGER NOT NULL, assignment INTEGER NOT NULL,
  key BLOB NOT NULL, seq INTEGER NOT NULL, hash BLOB NOT NULL, predecessor INTEGER, predecessor_seq INTEGER NOT NULL,
  closed_at INTEGER, booked_at INTEGER NOT NULL, opened_at INTEGER NOT NULL, silent_from INTEGER NOT NULL, contradiction BLOB, UNIQUE (device, id)) STRICT;
CREATE INDEX chains_on_probation ON chains (no) WHERE state = 2;
CREATE TABLE lost (chain INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL, PRIMARY KEY (chain, first, last))
  STRICT, WITHOUT ROWID;
CREATE TABLE standstills (device TEXT PRIMARY KEY, chain BLOB NOT NULL, seq INTEGER NOT NULL, reason INTEGER NOT NULL,
  certificate BLOB NOT NULL, since INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE claims (id INTEGER PRIMARY KEY, payload BLOB NOT NULL, reason INTEGER NOT NULL, holds INTEGER NOT NULL,
  lifted INTEGER NOT NULL, arrived INTEGER NOT NULL, since INTEGER NOT NULL, refused_at INTEGER, certificate BLOB,
  customer INTEGER, programme INTEGER, granted INTEGER, differs INTEGER NOT NULL) STRICT;
CREATE INDEX refused_claims ON claims (id) WHERE reason != 0;
CREATE INDEX differing_claims ON claims (id) WHERE differs != 0;
CREATE INDEX held_claims ON claims (id) WHERE holds != 0;
CREATE TABLE changes (device TEXT NOT NULL, number INTEGER NOT NULL, claim INTEGER NOT NULL, standing INTEGER NOT NULL,
  granted INTEGER NOT NULL, reason INTEGER NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (device, number)) STRICT, WITHOUT ROWID;
CREATE TABLE pending (id INTEGER PRIMARY KEY, device TEXT NOT NULL, chain BLOB NOT NULL, first INTEGER NOT NULL,
  last INTEGER NOT NULL, digest BLOB NOT NULL UNIQUE, correlation BLOB NOT NULL, bytes BLOB NOT NULL, at INTEGER NOT NULL) STRICT;
CREATE INDEX pending_by_chain ON pending (device, chain, first);
CREATE TABLE device_days (device TEXT NOT NULL, activity TEXT NOT NULL, day INTEGER NOT NULL, asked INTEGER NOT NULL,
  first INTEGER NOT NULL, last INTEGER NOT NULL, looked INTEGER, PRIMARY KEY (device, activity, day)) STRICT, WITHOUT ROWID;
CREATE TABLE screened (device TEXT NOT NULL, activity TEXT NOT NULL, day INTEGER NOT NULL, value INTEGER NOT NULL,
  words TEXT NOT NULL, lifted_at INTEGER, PRIMARY KEY (device, activity, day)) STRICT, WITHOUT ROWID;
CREATE TABLE class_days (class INTEGER NOT NULL, activity TEXT NOT NULL, slot INTEGER NOT NULL, merchant TEXT NOT NULL,
  device TEXT NOT NULL, day INTEGER NOT NULL, mg INTEGER NOT NULL, PRIMARY KEY (class, activity, slot)) STRICT, WITHOUT ROWID;
CREATE TABLE hours (hour INTEGER PRIMARY KEY) STRICT;
CREATE TABLE lock_rides (lock TEXT NOT NULL, counter INTEGER NOT NULL, digest BLOB NOT NULL, previous INTEGER,
  came INTEGER NOT NULL, claim INTEGER, settled INTEGER NOT NULL, PRIMARY KEY (lock, counter)) STRICT, WITHOUT ROWID;
CREATE TABLE lock_faults (lock TEXT NOT NULL, counter INTEGER NOT NULL, kind INTEGER NOT NULL, claim INTEGER NOT NULL,
  at INTEGER NOT NULL, lifted_at INTEGER, PRIMARY KEY (lock, counter)) STRICT, WITHOUT ROWID;
)sql";

constexpr const char* kActAndAccountTables = R"sql(
CREATE TABLE nullifiers (root INTEGER NOT NULL, version INTEGER NOT NULL, mac BLOB NOT NULL, act BLOB NOT NULL,
  is_act INTEGER NOT NULL, holder INTEGER, closed_by INTEGER, PRIMARY KEY (root, version, mac)) STRICT, WITHOUT ROWID;
CREATE VIEW acts AS SELECT act, holder, closed_by FROM nullifiers WHERE is_act = 1;
CREATE TABLE act_claims (act BLOB NOT NULL, place INTEGER NOT NULL, claim INTEGER NOT NULL, PRIMARY KEY (act, place))
  STRICT, WITHOUT ROWID;
CREATE TABLE reversals (act BLOB NOT NULL, reversal INTEGER NOT NULL, place INTEGER NOT NULL, merchant TEXT NOT NULL,
  entitled TEXT NOT NULL, PRIMARY KEY (act, reversal)) STRICT, WITHOUT ROWID;
CREATE TABLE limits (subject TEXT NOT NULL, activity TEXT NOT NULL, period INTEGER NOT NULL, used INTEGER NOT NULL,
  PRIMARY KEY (subject, activity, period)) STRICT, WITHOUT ROWID;
CREATE TABLE bookings (claim INTEGER NOT NULL, number INTEGER NOT NULL, kind INTEGER NOT NULL, at INTEGER NOT NULL,
  spendable_at INTEGER NOT NULL, legs BLOB NOT NULL, PRIMARY KEY (claim, number)) STRICT, WITHOUT ROWID;
CREATE TABLE accounts (no INTEGER PRIMARY KEY, kind TEXT NOT NULL, name TEXT NOT NULL, slot INTEGER NOT NULL,
  balance INTEGER NOT NULL, owner TEXT, UNIQUE (kind, name, slot)) STRICT;
CREATE TABLE legs (account INTEGER NOT NULL, at INTEGER NOT NULL, claim INTEGER NOT NULL, booking INTEGER NOT NULL,
  mg INTEGER NOT NULL, spendable_at INTEGER NOT NULL, PRIMARY KEY (account, at, claim, booking)) STRICT, WITHOUT ROWID;
CREATE TABLE work (step INTEGER NOT NULL, key TEXT NOT NULL, no INTEGER NOT NULL, what BLOB NOT NULL, due INTEGER NOT NULL,
  PRIMARY KEY (step, key, no)) STRICT, WITHOUT ROWID;
CREATE INDEX work_by_due ON work (due);
CREATE TABLE programmes (id INTEGER PRIMARY KEY, sha256 BLOB NOT NULL UNIQUE, bytes TEXT NOT NULL) STRICT;
)sql";

constexpr const char* kFirstRows = R"sql(
INSERT INTO meta VALUES(1, randomblob(16), 0, 0);
PRAGMA user_version = 12;
)sql";

}  // namespace

std::string table_descriptions() { return std::string(kDeviceTables) + kActAndAccountTables + kRegistrySchema; }
std::string holding_descriptions() { return std::string(kAccountSchema) + kTreeSchema; }
std::string access_descriptions() { return kAccessSchema; }
std::string bookkeeping_descriptions() { return kBookkeepingSchema; }

Status check_version(sqlite::Database& database) {
  const auto version = database.integer("PRAGMA user_version");
  if (!version) return Failure{version.error()};
  if (*version == kVersion) return Done{};
  const std::string file = database.file() + ": ";
  if (*version == 0) return fail(ErrorCode::not_found, file + "there is no ledger in it; greentill-credit run makes one");
  if (*version > kVersion) return fail(ErrorCode::unsupported, file + "the ledger was made by a newer version; use that one");
  return fail(ErrorCode::unsupported, file +
                                          "the ledger was made by a preview whose books cannot be carried on (schema version " +
                                          std::to_string(*version) + ", this is " + std::to_string(kVersion) +
                                          "); keep it as a record, and begin another in a new file");
}

Status create_or_check(sqlite::Database& database) {
  auto transaction = sqlite::Transaction::begin(database);
  if (!transaction) return Failure{transaction.error()};
  const auto version = database.integer("PRAGMA user_version");
  if (!version) return Failure{version.error()};
  if (*version != 0) return check_version(database);
  const std::string whole =
      table_descriptions() + holding_descriptions() + access_descriptions() + bookkeeping_descriptions() + kFirstRows;
  if (Status created = database.execute(whole.c_str()); !created) return created;
  return transaction->commit();
}

}  // namespace greentill::credit
