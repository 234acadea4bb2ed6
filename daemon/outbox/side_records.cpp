// SPDX-License-Identifier: Apache-2.0
// The tables beside the claims, for reading and writing.
#include <algorithm>

#include "daemon/outbox/sqlite_outbox.hpp"

namespace greentill::outbox {

Status SqliteWriter::prepare_side_records() {
  return prepare_all(
      database_,
      {{set_taken_back_,
        "INSERT INTO taken_back (nullifier, unit, value, of_seq, recorded_at) VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO UPDATE "
        "SET value = excluded.value, of_seq = excluded.of_seq, recorded_at = excluded.recorded_at"},
       {add_awaited_,
        "INSERT INTO awaited (key, recorded_at, reason, activity, unit, value, cause) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"},
       {remove_awaited_, "DELETE FROM awaited WHERE key = ?1"},
       // A record that is read again takes the place of the first one.
       {set_guarded_,
        "INSERT INTO guarded (key, line, activity, recorded_at, begin, quantities, reason) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) "
        "ON CONFLICT DO UPDATE SET recorded_at = excluded.recorded_at, begin = excluded.begin, "
        "quantities = excluded.quantities, reason = excluded.reason"},
       {set_account_use_,
        "INSERT INTO account_uses (account, activity, day, events, last_begin) VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO UPDATE "
        "SET day = excluded.day, events = excluded.events, last_begin = excluded.last_begin"},
       {prune_taken_back_,
        "DELETE FROM taken_back WHERE (nullifier, unit) IN (SELECT nullifier, unit FROM taken_back WHERE recorded_at < ?1 AND "
        "of_seq <= (SELECT delivered_seq FROM chains ORDER BY no DESC LIMIT 1) AND NOT EXISTS (SELECT 1 FROM refusals WHERE "
        "position = ((SELECT max(no) FROM chains) << 40 | of_seq)) LIMIT ?2)"},
       {prune_awaited_, "DELETE FROM awaited WHERE no IN (SELECT no FROM awaited WHERE recorded_at < ?1 LIMIT ?2)"},
       {prune_guarded_, "DELETE FROM guarded WHERE id IN (SELECT id FROM guarded WHERE recorded_at < ?1 LIMIT ?2)"},
       {prune_account_uses_,
        "DELETE FROM account_uses WHERE (account, activity) IN (SELECT account, activity FROM account_uses WHERE last_begin < ?1 "
        "LIMIT ?2)"}});
}

Status SqliteWriter::add_side_records(const Unit& unit) {
  for (const TakenBack& taken : unit.side.taken_back) {
    Query query(set_taken_back_);
    query.with(taken.nullifier).with(taken.unit).with(taken.value);
    query.with(static_cast<std::int64_t>(taken.of_seq)).with(unit.recorded_at);
    if (Status set = query.run(); !set) return set;
  }
  if (Status added = add_awaited(unit); !added) return added;
  if (Status added = add_guarded(unit); !added) return added;
  for (const AccountUse& use : unit.side.account_uses) {
    Query query(set_account_use_);
    query.with(use.account).with(use.activity).with(use.day).with(use.events).with(use.last_begin);
    if (Status set = query.run(); !set) return set;
  }
  return Done{};
}

Status SqliteWriter::add_awaited(const Unit& unit) {
  for (const AwaitedReversal& awaited : unit.side.awaited) {
    Query query(add_awaited_);
    query.with(unit.side.awaited_key).with(unit.recorded_at).with(std::int64_t{awaited.reason}).with(awaited.activity);
    query.with(awaited.unit).with(awaited.value);
    awaited.cause ? query.with(*awaited.cause) : query.with_null();
    if (Status added = query.run(); !added) return added;
  }
  if (!unit.side.met || !unit.key) return Done{};
  Query query(remove_awaited_);
  return query.with(*unit.key).run();
}

Status SqliteWriter::add_guarded(const Unit& unit) {
  for (const GuardedAct& act : unit.side.guarded) {
    Query query(set_guarded_);
    query.with(act.key).with(static_cast<std::int64_t>(act.line)).with(act.activity).with(unit.recorded_at);
    if (Status set = query.with(act.begin).with(act.quantities).with(act.reason).run(); !set) return set;
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
      database_,
      {{taken_back_, "SELECT unit, value, of_seq FROM taken_back WHERE nullifier = ?1"},
       {awaited_, "SELECT reason, activity, unit, value, cause FROM awaited WHERE key = ?1 ORDER BY no"},
       {awaits_any_, "SELECT EXISTS (SELECT 1 FROM awaited)"},
       {account_use_, "SELECT day, events, last_begin FROM account_uses WHERE account = ?1 AND activity = ?2"},
       {guarded_,
        "SELECT id, recorded_at, begin, activity, quantities, reason, line FROM guarded WHERE id < ?1 ORDER BY id DESC LIMIT "
        "?2"}});
}

Result<std::vector<TakenBack>> SqliteReader::taken_back(const Digest& nullifier) {
  std::vector<TakenBack> all;
  Query query(taken_back_);
  query.with(nullifier);
  for (;;) {
    const auto row = query.next();
    if (!row) return Failure{row.error()};
    if (!*row) return all;
    all.push_back({nullifier, std::string(query.text(0)), query.integer(1), static_cast<std::uint64_t>(query.integer(2))});
  }
}

Result<std::vector<AwaitedReversal>> SqliteReader::awaited(const TransactionKey& key) {
  std::vector<AwaitedReversal> all;
  Query query(awaited_);
  query.with(key);
  for (;;) {
    const auto row = query.next();
    if (!row) return Failure{row.error()};
    if (!*row) return all;
    TransactionKey cause{};
    const bool has_cause = query.fixed(4, cause);
    all.push_back({static_cast<std::uint8_t>(query.integer(0)), std::string(query.text(1)), std::string(query.text(2)),
                   query.integer(3), has_cause ? std::optional(cause) : std::nullopt});
  }
}

Result<bool> SqliteReader::awaits_any() {
  Query query(awaits_any_);
  const auto row = query.next();
  if (!row) return Failure{row.error()};
  return *row && query.integer(0) != 0;
}

Result<std::optional<AccountUse>> SqliteReader::account_use(const Bytes<16>& account, std::string_view activity) {
  Query query(account_use_);
  const auto row = query.with(account).with(activity).next();
  if (!row) return Failure{row.error()};
  if (!*row) return std::optional<AccountUse>();
  return std::optional(AccountUse{account, std::string(activity), query.integer(0), query.integer(1), query.integer(2)});
}

Status SqliteReader::for_each_guarded(std::int64_t before, std::size_t limit,
                                      const std::function<void(const GuardedAct&)>& visit) {
  Query query(guarded_);
  query.with(before == 0 ? INT64_MAX : before).with(static_cast<std::int64_t>(std::min<std::size_t>(limit, INT64_MAX)));
  for (;;) {
    const auto row = query.next();
    if (!row) return Failure{row.error()};
    if (!*row) return Done{};
    GuardedAct act;
    act.id = query.integer(0);
    act.recorded_at = query.integer(1);
    act.begin = query.integer(2);
    act.activity = query.text(3);
    act.quantities = query.text(4);
    act.reason = query.text(5);
    act.line = static_cast<std::uint64_t>(query.integer(6));
    visit(act);
  }
}

}  // namespace greentill::outbox
