// SPDX-License-Identifier: Apache-2.0
// Acts, and what is kept with them.
#include "tools/credit-service/ledger/sqlite/sqlite_store.hpp"

namespace greentill::credit {
namespace {

using sqlite::Query;

}  // namespace

Status SqliteStore::prepare_decide() {
  return sqlite::prepare_all(
      database_,
      {{act_of_, "SELECT act FROM nullifiers WHERE root = ? AND version = ? AND mac = ?"},
       {lead_,
        "INSERT INTO nullifiers VALUES(?, ?, ?, ?, 0, NULL, NULL) ON CONFLICT DO UPDATE SET act = excluded.act WHERE act <> "
        "excluded.act"},
       {find_act_,
        "SELECT coalesce(holder, 0), coalesce(closed_by, 0) FROM nullifiers WHERE root = ? AND version = ? AND mac = ? AND "
        "is_act = 1"},
       {put_act_,
        "INSERT INTO nullifiers VALUES(?1, ?2, ?3, ?4, 1, ?5, ?6) ON CONFLICT DO UPDATE SET act = ?4, is_act = 1, holder = ?5, "
        "closed_by = ?6"},
       {begin_act_, "INSERT INTO nullifiers VALUES(?, ?, ?, ?, 1, ?, ?) ON CONFLICT DO NOTHING"},
       {act_claims_, "SELECT place, claim FROM act_claims WHERE act = ? ORDER BY place"},
       // Another claim at the same place fails by NOT NULL.
       {add_act_claim_,
        "INSERT INTO act_claims VALUES(?, ?, ?) ON CONFLICT DO UPDATE SET claim = iif(claim = excluded.claim, claim, NULL)"},
       {reversals_, "SELECT reversal, merchant, entitled FROM reversals WHERE act = ? ORDER BY place"}});
}

Result<std::optional<ActKey>> SqliteStore::act_of(const claim::Nullifier& nullifier) {
  Query row(act_of_, std::int64_t{nullifier.root}, std::int64_t{nullifier.key_version}, nullifier.mac);
  if (!row.next()) return row.result(std::optional<ActKey>());
  auto key = parse_act(row.bytes(0));
  if (!key) return database_.damaged("a nullifier leads to no act");
  return key;
}

Status SqliteStore::lead(const claim::Nullifier& nullifier, const ActKey& act) {
  const ActCell cell(act);
  return lead_.run(std::int64_t{nullifier.root}, std::int64_t{nullifier.key_version}, nullifier.mac, cell.bytes());
}

Status SqliteStore::drop_nullifier(const claim::Nullifier& nullifier) {
  return run_once("DELETE FROM nullifiers WHERE root = ? AND version = ? AND mac = ?", std::int64_t{nullifier.root},
                  std::int64_t{nullifier.key_version}, nullifier.mac);
}

Result<Act> SqliteStore::act(const ActKey& key) {
  Query row(find_act_, std::int64_t{key.root}, std::int64_t{key.key_version}, key.mac);
  return row.result(row.next() ? Act{row.integer(0), row.integer(1)} : Act());
}

Status SqliteStore::put_act(const ActKey& key, const Act& act) {
  const ActCell cell(key);
  return put_act_.run(std::int64_t{key.root}, std::int64_t{key.key_version}, key.mac, cell.bytes(), unless_zero(act.holder),
                      unless_zero(act.closed_by));
}

Result<bool> SqliteStore::begin_act(const ActKey& key, const Act& act) {
  const ActCell cell(key);
  Status begun = begin_act_.run(std::int64_t{key.root}, std::int64_t{key.key_version}, key.mac, cell.bytes(),
                                unless_zero(act.holder), unless_zero(act.closed_by));
  return begun ? Result<bool>(database_.changed() == 1) : Result<bool>(Failure{begun.error()});
}

Status SqliteStore::drop_act(const ActKey& key) {
  const ActCell cell(key);
  return as_one([&]() -> Status {
    Status emptied =
        run_once("UPDATE nullifiers SET is_act = 0, holder = NULL, closed_by = NULL WHERE root = ? AND version = ? AND mac = ?",
                 std::int64_t{key.root}, std::int64_t{key.key_version}, key.mac);
    if (!emptied) return emptied;
    for (const char* table : {"act_claims", "reversals"}) {
      const std::string sql = std::string("DELETE FROM ") + table + " WHERE act = ?";
      if (Status dropped = run_once(sql, cell.bytes()); !dropped) return dropped;
    }
    return Done{};
  });
}

Result<std::vector<ActClaim>> SqliteStore::act_claims(const ActKey& key) {
  const auto read = [](const Query& row) { return std::optional(ActClaim{row.count(0), row.integer(1)}); };
  return list_of<ActClaim>(act_claims_, read, ActCell(key).bytes());
}

Status SqliteStore::add_act_claim(const ActKey& key, const ActClaim& claim) {
  return add_act_claim_.run(ActCell(key).bytes(), claim.place, claim.claim);
}

Result<std::vector<ActReversal>> SqliteStore::reversals(const ActKey& key) {
  const auto read = [](const Query& row) {
    return std::optional(ActReversal{row.integer(0), std::string(row.text(1)), std::string(row.text(2))});
  };
  return list_of<ActReversal>(reversals_, read, ActCell(key).bytes());
}

Status SqliteStore::add_reversal(const ActKey& key, const ActReversal& reversal) {
  return run_once(
      "INSERT INTO reversals SELECT ?1, ?2, (SELECT coalesce(max(place), 0) + 1 FROM reversals WHERE act = ?1), ?3, ?4 "
      "WHERE true ON CONFLICT DO NOTHING",
      ActCell(key).bytes(), reversal.reversal, reversal.merchant, reversal.entitled);
}

}  // namespace greentill::credit
