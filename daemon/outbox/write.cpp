// SPDX-License-Identifier: Apache-2.0
// Storing units. A unit is held against the chain's row as it is stored: its key must be free, its claims must follow
// the head one by one, and the head that it names must be its last claim's. Whatever does not fit is a conflict, and rolls all
// units of the call back.
#include <algorithm>

#include "daemon/base/hex.hpp"
#include "daemon/outbox/durability.hpp"
#include "daemon/outbox/sqlite_outbox.hpp"
#include "daemon/outbox/stored_claim.hpp"

namespace greentill::outbox {

Result<std::unique_ptr<SqliteWriter>> SqliteWriter::open(const Options& options) {
  auto database = open_for_writing(options);
  if (!database) return Failure{database.error()};
  if (Status schema = open_schema(*database); !schema) return Failure{schema.error()};
  std::unique_ptr<SqliteWriter> writer(new SqliteWriter(std::move(*database)));
  writer->on_progress_ = options.on_progress;
  if (Status prepared = writer->prepare(); !prepared) return Failure{prepared.error()};
  auto chain = writer->chains_.find(writer->database_);
  if (!chain) return Failure{chain.error()};
  writer->chain_ = *chain;
  const auto service = read_service(writer->database_);
  if (!service) return Failure{service.error()};
  writer->service_ = *service;
  const auto transactions = writer->database_.integer("SELECT sum(claims) FROM totals WHERE activity = ''");
  if (!transactions) return Failure{transactions.error()};
  writer->transactions_ = static_cast<std::uint64_t>(*transactions);
  return writer;
}

sqlite::Reach SqliteWriter::reach() const {
  if (chain_.no == 0) return {"", 0, 0, "", transactions_};
  return {to_hex(chain_.head.chain), static_cast<std::uint64_t>(chain_.no), chain_.head.seq, to_hex(chain_.head.payload_hash),
          transactions_};
}

Status SqliteWriter::keep(sqlite::StoreMark& mark) {
  if (Status set = mark.set(reach(), database_); !set) return set;
  database_.own_log();
  mark_ = &mark;
  return Done{};
}

void SqliteWriter::note(std::span<const Unit* const> units) {
  const auto before = transactions_;
  bool moved = false;
  for (const Unit* unit : units) {
    moved = moved || !unit->claims.empty();
    for (const TotalsDelta& delta : unit->totals) {
      if (delta.activity.empty()) transactions_ += static_cast<std::uint64_t>(delta.claims);
    }
  }
  if (mark_ != nullptr && (moved || transactions_ != before)) mark_->note(reach(), database_.file());
}

Status SqliteWriter::prepare() {
  if (Status prepared = keys_.prepare(database_); !prepared) return prepared;
  if (Status prepared = chains_.prepare(database_); !prepared) return prepared;
  if (Status prepared = prepare_side_records(); !prepared) return prepared;
  if (Status prepared = prepare_records(); !prepared) return prepared;
  if (Status prepared = prepare_receipts(); !prepared) return prepared;
  return prepare_all(
      database_,
      {{new_chain_,
        "INSERT INTO chains (no, id, assignment, before_id, before_seq, before_hash) VALUES (?1, ?2, ?3, ?4, ?5, ?6)"},
       {declared_, "UPDATE chains SET declared = 1 WHERE no = ?1"},
       {save_chain_, "UPDATE chains SET delivered_seq = ?2, epoch = ?3, pruned = ?4 WHERE no = ?1"},
       {save_service_, "UPDATE service SET epoch = ?1, change = ?2"},
       {add_claim_,
        "INSERT INTO claims (position, recorded_at, message, key, key_claims, content, till, receipt, sold_at) "
        "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)"},
       {add_claimless_,
        "INSERT INTO claimless (key, recorded_at, content, till, receipt, sold_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)"},
       // A sum beyond 64 bits would become REAL, which the column refuses, and with it the sale; the cast stops at the largest
       // integer.
       {add_totals_,
        "INSERT INTO totals (day, activity, claims, estimate_mg, credited_mg) VALUES (?1, ?2, ?5, ?3, ?4) ON CONFLICT DO UPDATE "
        "SET claims = claims + excluded.claims, estimate_mg = CAST(estimate_mg + excluded.estimate_mg AS INTEGER), "
        "credited_mg = CAST(credited_mg + excluded.credited_mg AS INTEGER)"},
       {message_at_, "SELECT message FROM claims WHERE position = ?1"},
       {outcome_,
        "SELECT o.standing, o.told, o.tries FROM claims c LEFT JOIN outcomes o ON o.position = c.position WHERE c.position = ?1"},
       // A change counts until the next epoch, whatever receipts tell of the claim.
       {set_told_,
        "INSERT INTO outcomes (position, standing, reason, granted_mg, told, told_reason, told_mg, tries, last_try, next_try) "
        "VALUES (?1, ?2, ?3, ?4, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT DO UPDATE SET "
        "standing = iif(changed_at IS NULL, excluded.told, standing), "
        "reason = iif(changed_at IS NULL, excluded.told_reason, reason), "
        "granted_mg = iif(changed_at IS NULL, excluded.told_mg, granted_mg), told = excluded.told, "
        "told_reason = excluded.told_reason, told_mg = excluded.told_mg, tries = excluded.tries, last_try = excluded.last_try, "
        "next_try = excluded.next_try"},
       {set_changed_,
        "INSERT INTO outcomes (position, standing, reason, granted_mg, changed_at, told, told_reason) "
        "VALUES (?1, ?2, ?3, ?4, ?5, 0, '') ON CONFLICT DO UPDATE SET standing = excluded.standing, reason = excluded.reason, "
        "granted_mg = excluded.granted_mg, changed_at = excluded.changed_at"},
       {drop_plain_, "DELETE FROM outcomes WHERE position = ?1 AND standing = 0 AND granted_mg IS NULL AND changed_at IS NULL"},
       {retried_, "SELECT position FROM outcomes WHERE position >= ?1 AND position <= ?2 AND told = 3"},
       {forget_changes_, "DELETE FROM outcomes WHERE changed_at IS NOT NULL AND told = 0 AND told_mg IS NULL"},
       {undo_changes_,
        "UPDATE outcomes SET standing = told, reason = told_reason, granted_mg = told_mg, changed_at = NULL "
        "WHERE changed_at IS NOT NULL"},
       {forget_told_, "DELETE FROM outcomes WHERE position > ?1 AND position <= ?2 AND changed_at IS NULL"},
       {undo_told_, "UPDATE outcomes SET told = 0, told_reason = '', told_mg = NULL WHERE position > ?1 AND position <= ?2"},
       // The delivered head itself stays, hence `<`. A refused claim goes behind the one that replaced it: until then its
       // transaction must be known. The inner limit bounds how much is read.
       {to_prune_,
        "SELECT position FROM (SELECT c.position AS position, c.recorded_at AS recorded_at FROM chains h CROSS JOIN claims c "
        "WHERE c.position > h.no << 40 AND c.position < (h.no << 40) + h.delivered_seq AND NOT EXISTS "
        "(SELECT 1 FROM outcomes o WHERE o.position = c.position AND o.standing <> 0 AND (c.anew IS NULL OR c.anew IN (SELECT "
        "position FROM claims))) LIMIT ?3) WHERE recorded_at < ?1 LIMIT ?2"},
       {remove_claim_, "DELETE FROM claims WHERE position = ?1"},
       {remove_outcome_, "DELETE FROM outcomes WHERE position = ?1"},
       {count_pruned_, "UPDATE chains SET pruned = pruned + 1, pruned_to = max(pruned_to, ?2) WHERE no = ?1"},
       {prune_claimless_,
        "DELETE FROM claimless WHERE key IN (SELECT key FROM claimless WHERE recorded_at < ?1 ORDER BY recorded_at LIMIT ?2)"}});
}

Status SqliteWriter::save_chain(const ChainRow& row) { return save_chain_.run(row.no, row.delivered_seq, row.epoch, row.pruned); }

Status SqliteWriter::finish(sqlite::Transaction& transaction, const ChainRow& row) {
  if (Status committed = transaction.commit(); !committed) return committed;
  chain_ = row;
  return Done{};
}

Status SqliteWriter::begin_chain(const claim::ChainId& chain, const Unit& unit) {
  auto transaction = sqlite::Transaction::begin(database_);
  if (!transaction) return Failure{transaction.error()};
  ChainRow row;
  row.no = number_behind(chain_.no);
  row.head.chain = chain;
  if (unit.claims.size() != 1) return fail(ErrorCode::invalid, "outbox: a chain begins with its start alone");
  if (Status begun = begin(row, unit.claims.front()); !begun) return begun;
  if (Status added = add_unit(row, unit); !added) return added;
  if (Status finished = finish(*transaction, row); !finished) return finished;
  const Unit* stored = &unit;
  note({&stored, 1});
  return Done{};
}

Status SqliteWriter::keep_settings_number(std::uint64_t number) {
  const std::string set = "UPDATE settings SET number = " + std::to_string(number);
  return database_.execute(set.c_str());
}

/// Adds the chain's row, with what its start says.
Status SqliteWriter::begin(ChainRow& row, const NewClaim& claim) {
  const auto opened = open_claim(claim.seq, claim.message);
  if (!opened) return Failure{opened.error()};
  const auto* start = std::get_if<claim::Start>(&opened->claim.entry);
  if (start == nullptr || opened->claim.chain != row.head.chain) {
    return fail(ErrorCode::invalid, "outbox: a chain begins with a start of its own");
  }
  row.assignment = start->assignment;
  const std::uint64_t assignment = start->assignment;
  if (!start->predecessor) return new_chain_.run(row.no, row.head.chain, assignment, std::nullopt, 0, std::nullopt);
  const claim::Predecessor& before = *start->predecessor;
  return new_chain_.run(row.no, row.head.chain, assignment, before.chain, before.last_seq, before.payload_hash);
}

Status SqliteWriter::commit(std::span<const Unit* const> units) {
  if (units.empty()) return Done{};
  auto transaction = sqlite::Transaction::begin(database_);
  if (!transaction) return Failure{transaction.error()};
  ChainRow row = chain_;
  for (const Unit* unit : units) {
    if (Status added = add_unit(row, *unit); !added) return added;
  }
  if (Status finished = finish(*transaction, row); !finished) return finished;
  note(units);
  return Done{};
}

Status SqliteWriter::add_unit(ChainRow& row, const Unit& unit) {
  if (unit.key) {
    const auto known = find(*unit.key);
    if (!known) return Failure{known.error()};
    if (*known) return fail(ErrorCode::conflict, "outbox: the transaction is stored already; answer with its claims");
  }
  if (Status added = add_claims(row, unit); !added) return added;
  if (unit.key && unit.claims.empty()) {
    const SaleColumns sale(unit.sale);
    Status added = add_claimless_.run(*unit.key, unit.recorded_at, unit.content, sale.till, sale.receipt_number, sale.begin);
    if (!added) return added;
  }
  if (unit.record) {
    if (Status added = add_record(unit, *unit.record); !added) return added;
  }
  for (const TotalsDelta& delta : unit.totals) {
    Status added = add_totals_.run(delta.day, delta.activity, delta.estimate_mg, delta.credited_mg, delta.claims);
    if (!added) return added;
  }
  if (unit.declares_lost) {
    if (Status declared = declared_.run(row.no); !declared) return declared;
  }
  if (unit.replaces) {
    if (Status replaced = replace(row, *unit.replaces); !replaced) return replaced;
  }
  return add_side_records(row, unit);
}

Status SqliteWriter::replace(const ChainRow& row, const Replacement& replacement) {
  Statement set_anew, move_taken_back;
  Status prepared = sqlite::prepare_all(
      database_, {{set_anew, "UPDATE claims SET anew = ?2 WHERE position = ?1 AND anew IS NULL"},
                  {move_taken_back, "UPDATE taken_back SET of_position = ?3 WHERE nullifier = ?1 AND of_position = ?2"}});
  if (!prepared) return prepared;
  const std::int64_t position = position_of(row.no, replacement.seq);
  if (Status set = set_anew.run(replacement.refused, position); !set) return set;
  if (database_.changed() != 1)
    return fail(ErrorCode::conflict, "outbox: the refused claim was replaced already, or is not here");
  for (const Digest& nullifier : replacement.nullifiers) {
    if (Status moved = move_taken_back.run(nullifier, replacement.refused, position); !moved) return moved;
  }
  return Done{};
}

Status SqliteWriter::add_claims(ChainRow& row, const Unit& unit) {
  if (unit.claims.empty()) return Done{};
  std::uint64_t seq = row.head.seq;
  const SaleColumns sale(unit.sale);
  for (const NewClaim& added : unit.claims) {
    if (added.seq != ++seq || seq > kMaxSeq || row.no == 0) {
      return fail(ErrorCode::conflict, "outbox: claim " + std::to_string(added.seq) + " does not follow the stored head " +
                                           std::to_string(seq - 1) + "; take the chain up from the store again");
    }
    const bool keyed = unit.key && &added == &unit.claims.front();
    const auto key = keyed ? unit.key : std::nullopt;
    const auto count = keyed ? std::optional(unit.claims.size()) : std::nullopt;
    const auto content = keyed ? std::optional(unit.content) : std::nullopt;
    Status stored = add_claim_.run(position_of(row.no, seq), unit.recorded_at, added.message, key, count, content, sale.till,
                                   sale.receipt_number, sale.begin);
    if (!stored) return stored;
  }
  if (unit.head.chain != row.head.chain || unit.head.seq != seq) {
    return fail(ErrorCode::conflict, "outbox: the head given is not that of claim " + std::to_string(seq) +
                                         " of the chain in force; take the chain up from the store again");
  }
  row.head = unit.head;
  return Done{};
}

}  // namespace greentill::outbox
