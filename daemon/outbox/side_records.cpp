// SPDX-License-Identifier: Apache-2.0
// The tables beside the claims, for reading and writing.
#include <algorithm>

#include "daemon/outbox/sqlite_outbox.hpp"

namespace greentill::outbox {

Status SqliteWriter::prepare_side_records() {
  return prepare_all(
      database_,
      {{set_taken_back_,
        "INSERT INTO taken_back (nullifier, unit, value, of_position, recorded_at) VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO "
        "UPDATE "
        "SET value = excluded.value, of_position = excluded.of_position, recorded_at = excluded.recorded_at"},
       {add_awaited_,
        "INSERT INTO awaited (key, recorded_at, reason, activity, unit, value, cause) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"},
       {remove_awaited_, "DELETE FROM awaited WHERE key = ?1"},
       // A record that is read again replaces the guarded act that it made before.
       {set_guarded_,
        "INSERT INTO guarded (key, line, activity, recorded_at, begin, quantities, reason, till, receipt, sold_at) "
        "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) "
        "ON CONFLICT DO UPDATE SET recorded_at = excluded.recorded_at, begin = excluded.begin, "
        "quantities = excluded.quantities, reason = excluded.reason, till = excluded.till, receipt = excluded.receipt, "
        "sold_at = excluded.sold_at"},
       {set_account_use_,
        "INSERT INTO account_uses (account, activity, begin, events, recorded_at) VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO "
        "UPDATE SET events = excluded.events, recorded_at = excluded.recorded_at"},
       {prune_taken_back_,
        "DELETE FROM taken_back WHERE (nullifier, unit) IN (SELECT nullifier, unit FROM taken_back WHERE recorded_at < ?1 AND "
        "NOT EXISTS (SELECT 1 FROM claims c JOIN chains h ON h.no = c.position >> 40 WHERE c.position = of_position AND "
        "c.position > (h.no << 40) + h.delivered_seq) AND NOT EXISTS (SELECT 1 FROM outcomes WHERE position = of_position AND "
        "standing <> 0) LIMIT ?2)"},
       {prune_awaited_, "DELETE FROM awaited WHERE no IN (SELECT no FROM awaited WHERE recorded_at < ?1 LIMIT ?2)"},
       {prune_guarded_, "DELETE FROM guarded WHERE id IN (SELECT id FROM guarded WHERE recorded_at < ?1 LIMIT ?2)"},
       {prune_account_uses_,
        "DELETE FROM account_uses WHERE (account, activity, begin) IN (SELECT account, activity, begin FROM account_uses WHERE "
        "recorded_at < ?1 LIMIT ?2)"}});
}

Status SqliteWriter::add_side_records(const ChainRow& row, const Unit& unit) {
  for (const TakenBack& taken : unit.side.taken_back) {
    const std::int64_t of = taken.of_seq == 0 ? 0 : position_of(row.no, taken.of_seq);
    Status set = set_taken_back_.run(taken.nullifier, taken.unit, taken.value, of, unit.recorded_at);
    if (!set) return set;
  }
  if (Status added = add_awaited(unit); !added) return added;
  if (Status added = add_guarded(unit); !added) return added;
  for (const AccountUse& use : unit.side.account_uses) {
    Status set = set_account_use_.run(use.account, use.activity, use.begin, use.events, unit.recorded_at);
    if (!set) return set;
  }
  return Done{};
}

Status SqliteWriter::add_awaited(const Unit& unit) {
  for (const AwaitedReversal& awaited : unit.side.awaited) {
    Status added = add_awaited_.run(unit.side.awaited_key, unit.recorded_at, awaited.reason, awaited.activity, awaited.unit,
                                    awaited.value, awaited.cause);
    if (!added) return added;
  }
  return unit.side.met && unit.key ? remove_awaited_.run(*unit.key) : Status(Done{});
}

Status SqliteWriter::add_guarded(const Unit& unit) {
  const SaleColumns sale(unit.sale);
  for (const GuardedAct& act : unit.side.guarded) {
    Status set = set_guarded_.run(act.key, act.line, act.activity, unit.recorded_at, act.begin, act.quantities, act.reason,
                                  sale.till, sale.receipt_number, sale.begin);
    if (!set) return set;
  }
  return Done{};
}

Result<std::size_t> SqliteWriter::prune_side_records(std::int64_t recorded_before, std::size_t limit) {
  std::size_t pruned = 0;
  for (Statement* statement : {&prune_taken_back_, &prune_awaited_, &prune_guarded_, &prune_account_uses_}) {
    auto removed = prune_by_time(*statement, recorded_before, limit - pruned);
    if (!removed) return removed;
    pruned += *removed;
  }
  return pruned;
}

Status SqliteReader::prepare_side_records() {
  return prepare_all(
      database_, {{taken_back_,
                   "SELECT unit, value, iif(of_position >> 40 = (SELECT max(no) FROM chains), of_position & 0xffffffffff, 0) "
                   "FROM taken_back WHERE nullifier = ?1"},
                  {awaited_, "SELECT reason, activity, unit, value, cause FROM awaited WHERE key = ?1 ORDER BY no"},
                  {awaits_any_, "SELECT EXISTS (SELECT 1 FROM awaited)"},
                  {account_uses_,
                   "SELECT begin, events FROM account_uses WHERE account = ?1 AND activity = ?2 AND begin >= ?3 AND begin < ?4 "
                   "ORDER BY begin"}});
}

Result<std::vector<TakenBack>> SqliteReader::taken_back(const Digest& nullifier) {
  std::vector<TakenBack> all;
  Query row(taken_back_, nullifier);
  while (row.next()) all.push_back({nullifier, std::string(row.text(0)), row.integer(1), row.count(2)});
  return row.result(std::move(all));
}

Result<std::vector<AwaitedReversal>> SqliteReader::awaited(const TransactionKey& key) {
  std::vector<AwaitedReversal> all;
  Query row(awaited_, key);
  while (row.next()) {
    TransactionKey cause{};
    const bool has_cause = row.fixed(4, cause);
    all.push_back({static_cast<std::uint8_t>(row.integer(0)), std::string(row.text(1)), std::string(row.text(2)), row.integer(3),
                   has_cause ? std::optional(cause) : std::nullopt});
  }
  return row.result(std::move(all));
}

Result<bool> SqliteReader::awaits_any() {
  Query row(awaits_any_);
  return row.result(row.next() && row.integer(0) != 0);
}

Result<std::vector<AccountUse>> SqliteReader::account_uses(const Bytes<16>& account, std::string_view activity, std::int64_t from,
                                                           std::int64_t to) {
  std::vector<AccountUse> uses;
  Query row(account_uses_, account, activity, from, to);
  while (row.next()) uses.push_back({account, std::string(activity), row.integer(0), row.integer(1)});
  return row.result(std::move(uses));
}

Status SqliteReader::for_each_guarded(const GuardedQuery& query, std::size_t limit,
                                      const std::function<void(const GuardedAct&)>& visit) {
  Statement statement;
  Status prepared =
      statement.prepare(database_,
                        "SELECT id, recorded_at, begin, activity, quantities, reason, line, till, receipt, sold_at FROM guarded "
                        "WHERE id < ?1 AND begin >= ?2 AND begin < ?3 AND (?4 = '' OR activity = ?4) ORDER BY id DESC LIMIT ?5");
  if (!prepared) return prepared;
  Query row(statement, query.before == 0 ? INT64_MAX : query.before, query.since, query.until, query.activity, row_limit(limit));
  while (row.next()) {
    GuardedAct act;
    act.id = row.integer(0);
    act.recorded_at = row.integer(1);
    act.begin = row.integer(2);
    act.activity = row.text(3);
    act.quantities = row.text(4);
    act.reason = row.text(5);
    act.line = row.count(6);
    act.sale = sale_in(row, 7);
    visit(act);
  }
  return row.status();
}

}  // namespace greentill::outbox
