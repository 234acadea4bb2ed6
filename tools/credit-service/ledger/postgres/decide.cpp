// SPDX-License-Identifier: Apache-2.0
// Acts, and what is kept with them.
#include "tools/credit-service/ledger/act_key.hpp"
#include "tools/credit-service/ledger/postgres/postgres_store.hpp"

namespace greentill::credit {

Result<std::optional<ActKey>> PostgresStore::act_of(const claim::Nullifier& nullifier) {
  const auto read = [](const Rows& row) { return parse_act(row.bytes(0)); };
  return only<ActKey>(read, database_.ask("SELECT act FROM nullifiers WHERE root = $1 AND version = $2 AND mac = $3",
                                          std::int64_t{nullifier.root}, std::int64_t{nullifier.key_version}, nullifier.mac));
}

Status PostgresStore::lead(const claim::Nullifier& nullifier, const ActKey& act) {
  return database_.send(
      "INSERT INTO nullifiers AS n VALUES($1, $2, $3, $4, 0, NULL, NULL) ON CONFLICT (root, version, mac) DO UPDATE "
      "SET act = excluded.act WHERE n.act <> excluded.act",
      std::int64_t{nullifier.root}, std::int64_t{nullifier.key_version}, nullifier.mac, ActCell(act).bytes());
}

Status PostgresStore::drop_nullifier(const claim::Nullifier& nullifier) {
  return database_.send("DELETE FROM nullifiers WHERE root = $1 AND version = $2 AND mac = $3", std::int64_t{nullifier.root},
                        std::int64_t{nullifier.key_version}, nullifier.mac);
}

Result<Act> PostgresStore::act(const ActKey& key) {
  auto row = database_.ask(
      "SELECT coalesce(holder, 0), coalesce(closed_by, 0) FROM nullifiers WHERE root = $1 AND version = $2 AND mac = $3 AND "
      "is_act = 1",
      std::int64_t{key.root}, std::int64_t{key.key_version}, key.mac);
  return row.result(row.next() ? Act{row.integer(0), row.integer(1)} : Act());
}

Status PostgresStore::put_act(const ActKey& key, const Act& act) {
  return database_.send(
      "INSERT INTO nullifiers VALUES($1, $2, $3, $4, 1, $5, $6) ON CONFLICT (root, version, mac) DO UPDATE SET act = $4, "
      "is_act = 1, holder = $5, closed_by = $6",
      std::int64_t{key.root}, std::int64_t{key.key_version}, key.mac, ActCell(key).bytes(), unless_zero(act.holder),
      unless_zero(act.closed_by));
}

Result<bool> PostgresStore::begin_act(const ActKey& key, const Act& act) {
  const auto begun =
      database_.ask("INSERT INTO nullifiers VALUES($1, $2, $3, $4, 1, $5, $6) ON CONFLICT (root, version, mac) DO NOTHING",
                    std::int64_t{key.root}, std::int64_t{key.key_version}, key.mac, ActCell(key).bytes(), unless_zero(act.holder),
                    unless_zero(act.closed_by));
  return begun.result(begun.changed() == 1);
}

Status PostgresStore::drop_act(const ActKey& key) {
  const ActCell cell(key);
  return as_one([&]() -> Status {
    Status emptied = database_.send(
        "UPDATE nullifiers SET is_act = 0, holder = NULL, closed_by = NULL WHERE root = $1 AND version = $2 AND mac = $3",
        std::int64_t{key.root}, std::int64_t{key.key_version}, key.mac);
    if (emptied) emptied = database_.send("DELETE FROM act_claims WHERE act = $1", cell.bytes());
    if (emptied) emptied = database_.send("DELETE FROM reversals WHERE act = $1", cell.bytes());
    return emptied;
  });
}

Result<std::vector<ActClaim>> PostgresStore::act_claims(const ActKey& key) {
  const auto read = [](const Rows& row) { return std::optional(ActClaim{row.count(0), row.integer(1)}); };
  return list_of<ActClaim>(
      read, database_.ask("SELECT place, claim FROM act_claims WHERE act = $1 ORDER BY place", ActCell(key).bytes()));
}

Status PostgresStore::add_act_claim(const ActKey& key, const ActClaim& claim) {
  // Another claim at the same place fails by NOT NULL.
  return database_.send(
      "INSERT INTO act_claims AS a VALUES($1, $2, $3) ON CONFLICT (act, place) DO UPDATE SET claim = CASE WHEN a.claim = "
      "excluded.claim THEN a.claim END",
      ActCell(key).bytes(), claim.place, claim.claim);
}

Result<std::vector<ActReversal>> PostgresStore::reversals(const ActKey& key) {
  const auto read = [](const Rows& row) {
    return std::optional(ActReversal{row.integer(0), std::string(row.text(1)), std::string(row.text(2))});
  };
  return list_of<ActReversal>(
      read,
      database_.ask("SELECT reversal, merchant, entitled FROM reversals WHERE act = $1 ORDER BY place", ActCell(key).bytes()));
}

Status PostgresStore::add_reversal(const ActKey& key, const ActReversal& reversal) {
  return database_.send(
      "INSERT INTO reversals SELECT $1, $2, (SELECT coalesce(max(place), 0) + 1 FROM reversals WHERE act = $1), $3, $4 "
      "ON CONFLICT DO NOTHING",
      ActCell(key).bytes(), reversal.reversal, reversal.merchant, reversal.entitled);
}

}  // namespace greentill::credit
