// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/ledger/sqlite/schema.hpp"

namespace greentill::credit {
namespace {

constexpr std::int64_t kVersion = 1;

// claims.id is chain row * 2^40 + seq. postings.booking is the id of the claim that caused them. granted, customer and programme
// are set for accepted reductions only.
constexpr const char* kSchema = R"sql(
CREATE TABLE meta(epoch INTEGER NOT NULL);
INSERT INTO meta VALUES(1);
CREATE TABLE chains(id INTEGER PRIMARY KEY, device TEXT NOT NULL, chain BLOB NOT NULL, seq INTEGER NOT NULL DEFAULT 0,
  hash BLOB NOT NULL, UNIQUE(device, chain));
CREATE TABLE quarantine(device TEXT PRIMARY KEY, at INTEGER NOT NULL, cause TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE programmes(id INTEGER PRIMARY KEY, sha256 BLOB NOT NULL UNIQUE, bytes TEXT NOT NULL);
CREATE TABLE claims(id INTEGER PRIMARY KEY, reason INTEGER NOT NULL, refused_at INTEGER, granted INTEGER, customer INTEGER,
  programme INTEGER, payload BLOB NOT NULL);
CREATE INDEX refused_claims ON claims(id >> 40, refused_at) WHERE refused_at IS NOT NULL;
CREATE TABLE nullifiers(mac BLOB PRIMARY KEY, claim INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE reversals(mac BLOB NOT NULL, claim INTEGER NOT NULL, target INTEGER, PRIMARY KEY(mac, claim)) WITHOUT ROWID;
CREATE TABLE accounts(id INTEGER PRIMARY KEY, kind TEXT NOT NULL, name TEXT NOT NULL, UNIQUE(kind, name));
CREATE TABLE postings(booking INTEGER NOT NULL, account INTEGER NOT NULL, mg INTEGER NOT NULL);
CREATE TABLE usage(account INTEGER NOT NULL, activity TEXT NOT NULL, period INTEGER NOT NULL, mg INTEGER NOT NULL,
  PRIMARY KEY(account, activity, period)) WITHOUT ROWID;
CREATE TABLE pending(id INTEGER PRIMARY KEY, device TEXT NOT NULL, chain BLOB NOT NULL, first INTEGER NOT NULL,
  digest BLOB NOT NULL UNIQUE, correlation BLOB NOT NULL, bytes BLOB NOT NULL);
CREATE INDEX pending_by_chain ON pending(device, chain, first);
PRAGMA user_version = 1;
)sql";

// An index changes no row, so older versions, which do not know it, can use the database too: no new version number.
constexpr const char* kIndexes = "CREATE INDEX IF NOT EXISTS reversals_by_target ON reversals(mac, target)";

// So have columns that older versions do not read. The id tells ledgers apart; a step is a transaction that was stored.
constexpr const char* kProgress = R"sql(
ALTER TABLE meta ADD COLUMN id BLOB;
ALTER TABLE meta ADD COLUMN steps INTEGER NOT NULL DEFAULT 0;
UPDATE meta SET id = randomblob(16);
)sql";

}  // namespace

Status migrate(sqlite::Database& database) {
  auto transaction = sqlite::Transaction::begin(database);
  if (!transaction) return Failure{transaction.error()};
  const auto version = database.integer("PRAGMA user_version");
  if (!version) return Failure{version.error()};
  if (*version > kVersion) return fail(ErrorCode::unsupported, "ledger: the database was made by a newer version; use that one");
  if (*version == 0) {
    if (Status created = database.execute(kSchema); !created) return created;
  }
  const auto progress = database.integer("SELECT count(*) FROM pragma_table_info('meta') WHERE name = 'steps'");
  if (!progress) return Failure{progress.error()};
  if (Status added = *progress == 0 ? database.execute(kProgress) : Status(Done{}); !added) return added;
  if (Status indexed = database.execute(kIndexes); !indexed) return indexed;
  return transaction->commit();
}

}  // namespace greentill::credit
