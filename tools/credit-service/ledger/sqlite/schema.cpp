// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/ledger/sqlite/schema.hpp"

#include <string>

#include "tools/credit-service/registry/sqlite/registry_store.hpp"

namespace greentill::credit {
namespace {

constexpr std::int64_t kVersion = 3;

// claims.id is chain row * 2^40 + seq. postings.booking is the id of the claim that caused them. granted, customer and programme
// are set for accepted reductions only. meta.id tells ledgers apart; a step is a transaction that was stored.
constexpr const char* kSchema = R"sql(
CREATE TABLE meta(epoch INTEGER NOT NULL, id BLOB NOT NULL, steps INTEGER NOT NULL, registry_step INTEGER NOT NULL);
INSERT INTO meta VALUES(1, randomblob(16), 0, 0);
CREATE TABLE chains(id INTEGER PRIMARY KEY, device TEXT NOT NULL, chain BLOB NOT NULL, seq INTEGER NOT NULL DEFAULT 0,
  hash BLOB NOT NULL, UNIQUE(device, chain));
CREATE TABLE device_states(device TEXT PRIMARY KEY, first_heard INTEGER NOT NULL, last_heard INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE standstills(device TEXT PRIMARY KEY, chain BLOB NOT NULL, seq INTEGER NOT NULL, reason INTEGER NOT NULL,
  certificate BLOB NOT NULL, since INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE quarantine(device TEXT PRIMARY KEY, at INTEGER NOT NULL, cause TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE releases(id INTEGER PRIMARY KEY, device TEXT NOT NULL, since INTEGER NOT NULL, cause TEXT NOT NULL, at INTEGER NOT NULL,
  who TEXT NOT NULL, why TEXT NOT NULL);
CREATE TABLE programmes(id INTEGER PRIMARY KEY, sha256 BLOB NOT NULL UNIQUE, bytes TEXT NOT NULL);
CREATE TABLE claims(id INTEGER PRIMARY KEY, reason INTEGER NOT NULL, since INTEGER NOT NULL, refused_at INTEGER,
  certificate BLOB, granted INTEGER, customer INTEGER, programme INTEGER, payload BLOB NOT NULL);
CREATE INDEX refused_claims ON claims(id >> 40, refused_at) WHERE refused_at IS NOT NULL;
CREATE TABLE nullifiers(mac BLOB PRIMARY KEY, claim INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE reversals(mac BLOB NOT NULL, claim INTEGER NOT NULL, target INTEGER, PRIMARY KEY(mac, claim)) WITHOUT ROWID;
CREATE INDEX reversals_by_target ON reversals(mac, target);
CREATE TABLE accounts(id INTEGER PRIMARY KEY, kind TEXT NOT NULL, name TEXT NOT NULL, UNIQUE(kind, name));
CREATE TABLE postings(booking INTEGER NOT NULL, account INTEGER NOT NULL, mg INTEGER NOT NULL, at INTEGER NOT NULL);
CREATE TABLE usage(account INTEGER NOT NULL, activity TEXT NOT NULL, period INTEGER NOT NULL, mg INTEGER NOT NULL,
  PRIMARY KEY(account, activity, period)) WITHOUT ROWID;
CREATE TABLE pending(id INTEGER PRIMARY KEY, device TEXT NOT NULL, chain BLOB NOT NULL, first INTEGER NOT NULL,
  last INTEGER NOT NULL, at INTEGER NOT NULL, digest BLOB NOT NULL UNIQUE, correlation BLOB NOT NULL, bytes BLOB NOT NULL);
CREATE INDEX pending_by_chain ON pending(device, chain, first);
PRAGMA user_version = 3;
)sql";

}  // namespace

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
  const std::string whole = std::string(kSchema) + kRegistrySchema;
  if (Status created = database.execute(whole.c_str()); !created) return created;
  return transaction->commit();
}

}  // namespace greentill::credit
