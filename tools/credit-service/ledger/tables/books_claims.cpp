// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/ledger/tables/books_claims.hpp"

#include <algorithm>
#include <limits>
#include <variant>

#include "daemon/claim/claim.hpp"
#include "tools/credit-service/ledger/stored_rows.hpp"

namespace greentill::credit {
namespace {

// A chain has a reason too; a claim's goes first, in a row of its own.
const std::string kHeldRows =
    std::string("SELECT device, payload, chains.id, c.id, ") + "c." + kDecisionColumns + " FROM claims c ";
constexpr int kDecision = 4;
constexpr const char* kWhichAreHeld =
    "INDEXED BY held_claims CROSS JOIN chains ON chains.no = c.id >> 40 "
    "WHERE holds != 0 AND (?1 = '' OR device = ?1) AND (CAST(?2 AS BIGINT) = 0 OR (holds & CAST(?2 AS BIGINT)) != 0) AND arrived "
    ">= ?3 AND arrived < ?4 "
    "ORDER BY c.id";
constexpr const char* kOneClaim = "CROSS JOIN chains ON chains.no = c.id >> 40 WHERE c.id = ?";

/// Nothing where the row cannot be.
std::optional<HeldClaim> held_of_row(const sql::Query& row) {
  HeldClaim held;
  held.device = row.text(0);
  held.id = row.integer(3);
  held.seq = seq_of(held.id);
  const auto claim = claim::parse_payload(row.bytes(1));
  if (!claim || !row.fixed(2, held.chain)) return std::nullopt;
  held.merchant = claim->merchant;
  held.ended_at = claim->issued_at;
  held.is_reversal = std::holds_alternative<claim::Reversal>(claim->entry);
  if (const auto* reduction = std::get_if<claim::Reduction>(&claim->entry)) {
    held.activity = reduction->activity;
    held.asked_mg = reduction->credited_mg;
    held.ended_at = reduction->end;
  }
  return read_decision(row, kDecision, held.decision) ? std::optional(std::move(held)) : std::nullopt;
}

}  // namespace

Status read_held(sql::Database& database, const HeldFilter& filter, const std::function<Status(const HeldClaim&)>& take) {
  sql::Statement statement;
  if (Status prepared = statement.prepare(database, kHeldRows + kWhichAreHeld); !prepared) return prepared;
  const Period arrived = filter.arrived.value_or(Period{0, std::numeric_limits<std::int64_t>::max()});
  const std::int64_t holds = filter.reason ? Holds{*filter.reason}.bits() : 0;
  sql::Scan row(statement, filter.device, holds, arrived.begin, arrived.end);
  while (row.next()) {
    const auto held = held_of_row(row);
    if (!held) return database.damaged("a held claim does not parse");
    if (!filter.merchant.empty() && filter.merchant != held->merchant) continue;
    if (Status taken = take(*held); !taken) return taken;
  }
  return row.status();
}

Result<std::optional<HeldClaim>> read_claim(sql::Database& database, std::int64_t id) {
  sql::Statement statement;
  if (Status prepared = statement.prepare(database, kHeldRows + kOneClaim); !prepared) return Failure{prepared.error()};
  sql::Query row(statement, id);
  if (!row.next()) return row.result(std::optional<HeldClaim>());
  auto held = held_of_row(row);
  if (!held) return database.damaged("a stored claim does not parse");
  return held;
}

Status ActReader::prepare() {
  return sql::prepare_all(database_,
                          {{act_,
                            "SELECT coalesce(holder, 0), coalesce(closed_by, 0) FROM nullifiers WHERE root = ? AND version = "
                            "? AND mac = ? AND is_act = 1"},
                           {claims_, "SELECT claim FROM act_claims WHERE act = ? ORDER BY place"},
                           {reversals_, "SELECT reversal, merchant, entitled FROM reversals WHERE act = ? ORDER BY place"},
                           {claim_, kHeldRows + kOneClaim},
                           {leads_, "SELECT act FROM nullifiers WHERE root = ? AND version = ? AND mac = ?"}});
}

Result<KeptClaim> ActReader::claim(std::int64_t id) {
  sql::Query row(claim_, id);
  if (!row.next()) {
    if (Status read = row.status(); !read) return Failure{read.error()};
    return database_.damaged("claim " + std::to_string(id) + ", which is kept with an act, is missing");
  }
  KeptClaim kept{id, std::string(row.text(0)), {}, {}};
  const ByteView payload = row.bytes(1);
  kept.stored.payload.assign(payload.begin(), payload.end());
  if (!read_decision(row, kDecision, kept.stored.decision)) return database_.damaged("a refused claim's certificate is none");
  return kept;
}

/// Where a reduction's nullifiers lead besides this act.
Status ActReader::mark_apart(ByteView cell, KeptClaim& kept) {
  const auto claim = claim::parse_payload(kept.stored.payload);
  const auto* reduction = claim ? std::get_if<claim::Reduction>(&claim->entry) : nullptr;
  if (reduction == nullptr || reduction->nullifiers.size() < 2) return Done{};
  for (const claim::Nullifier& nullifier : reduction->nullifiers) {
    sql::Query row(leads_, std::int64_t{nullifier.root}, std::int64_t{nullifier.key_version}, nullifier.mac);
    if (!row.next()) {
      if (Status read = row.status(); !read) return read;
      continue;
    }
    if (std::ranges::equal(row.bytes(0), cell)) continue;
    kept.apart.apart = true;
    kept.apart.elsewhere = kept.apart.elsewhere || nullifier == reduction->nullifiers[0];
  }
  return Done{};
}

Result<std::optional<KeptAct>> ActReader::read(ByteView cell) {
  KeptAct kept;
  const auto key = parse_act(cell);
  if (!key) return database_.damaged("the key of an act is none");
  kept.key = *key;
  std::vector<std::int64_t> ids;
  {
    sql::Query act(act_, std::int64_t{key->root}, std::int64_t{key->key_version}, key->mac);
    if (!act.next()) return act.result(std::optional<KeptAct>());
    kept.act = {act.integer(0), act.integer(1)};
  }
  sql::Query claims(claims_, cell);
  while (claims.next()) ids.push_back(claims.integer(0));
  if (Status read = claims.status(); !read) return Failure{read.error()};
  for (const std::int64_t id : ids) {
    auto one = claim(id);
    if (!one) return Failure{one.error()};
    if (Status marked = mark_apart(cell, *one); !marked) return Failure{marked.error()};
    kept.claims.push_back(std::move(*one));
  }
  sql::Query reversals(reversals_, cell);
  while (reversals.next()) {
    auto one = claim(reversals.integer(0));
    if (!one) return Failure{one.error()};
    kept.reversals.emplace_back(ActReversal{reversals.integer(0), std::string(reversals.text(1)), std::string(reversals.text(2))},
                                std::move(*one));
  }
  if (Status read = reversals.status(); !read) return Failure{read.error()};
  if (kept.act.holder == 0) return std::optional(std::move(kept));
  auto holder = claim(kept.act.holder);
  if (!holder) return Failure{holder.error()};
  kept.holder = std::move(*holder);
  return std::optional(std::move(kept));
}

Status read_acts(sql::Database& database, const std::function<Status(const KeptAct&)>& take) {
  ActReader reader(database);
  if (Status prepared = reader.prepare(); !prepared) return prepared;
  sql::Statement keys;
  if (Status prepared = keys.prepare(database, "SELECT act FROM acts ORDER BY act"); !prepared) return prepared;
  sql::Scan row(keys);
  while (row.next()) {
    const auto act = reader.read(row.bytes(0));
    if (!act) return Failure{act.error()};
    if (!*act) continue;
    if (Status taken = take(**act); !taken) return taken;
  }
  return row.status();
}

}  // namespace greentill::credit
