// SPDX-License-Identifier: Apache-2.0
// Claims, what was decided of them, and what their devices are told.
#include "tools/credit-service/ledger/sqlite/sqlite_store.hpp"
#include "tools/credit-service/ledger/stored_rows.hpp"

namespace greentill::credit {
namespace {

using sqlite::Query;

std::optional<std::int64_t> id_of_row(const Query& row) { return row.integer(0); }

}  // namespace

// Claims lie in the order of their ids, with their payloads: without being told SQLite reads them all, to spare itself the step
// from an index to its row.
Status SqliteStore::prepare_accept() {
  return sqlite::prepare_all(
      database_,
      {{find_claim_, std::string("SELECT ") + kDecisionColumns + ", payload FROM claims WHERE id = ?"},
       {add_claim_, "INSERT INTO claims VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"},
       {put_decision_,
        "UPDATE claims SET reason = ?, holds = ?, lifted = ?, arrived = ?, since = ?, refused_at = ?, certificate = ?, "
        "customer = ?, programme = ?, granted = ?, differs = ? WHERE id = ?"},
       {refused_,
        "SELECT id & 0xffffffffff, reason FROM claims INDEXED BY refused_claims WHERE reason != 0 AND id > ? AND id <= ? "
        "ORDER BY id LIMIT ?"},
       {differing_,
        "SELECT id & 0xffffffffff, coalesce(granted, 0) FROM claims INDEXED BY differing_claims "
        "WHERE differs != 0 AND reason = 0 AND id > ? AND id <= ? ORDER BY id LIMIT ?"},
       {decided_, "SELECT id & 0xffffffffff, reason, granted FROM claims WHERE id > ? AND id <= ? ORDER BY id"},
       {add_change_, "INSERT INTO changes VALUES(?, ?, ?, ?, ?, ?, ?)"},
       {changes_,
        std::string("SELECT ") + kChangeColumns + " FROM changes WHERE device = ? AND number > ? ORDER BY number LIMIT ?"}});
}

Result<std::optional<StoredClaim>> SqliteStore::claim(std::int64_t id) {
  Query row(find_claim_, id);
  if (!row.next()) return row.result(std::optional<StoredClaim>());
  StoredClaim stored;
  if (!read_decision(row, 0, stored.decision)) return database_.damaged("a refused claim's certificate is none");
  const ByteView payload = row.bytes(kDecisionWidth);
  stored.payload.assign(payload.begin(), payload.end());
  return std::optional(std::move(stored));
}

Status SqliteStore::add_claim(std::int64_t id, const Decision& decision, ByteView payload) {
  return add_claim_.run(id, payload, static_cast<int>(decision.reason), decision.holds.bits(), decision.lifted.bits(),
                        decision.arrived, decision.since, decision.refused_at, decision.certificate, decision.customer,
                        decision.programme, decision.granted, decision.differs ? 1 : 0);
}

Status SqliteStore::put_decision(std::int64_t id, const Decision& decision) {
  Status put = put_decision_.run(static_cast<int>(decision.reason), decision.holds.bits(), decision.lifted.bits(),
                                 decision.arrived, decision.since, decision.refused_at, decision.certificate, decision.customer,
                                 decision.programme, decision.granted, decision.differs ? 1 : 0, id);
  if (!put || database_.changed() == 1) return put;
  return database_.damaged("claim " + std::to_string(id) + " is missing");
}

Result<std::vector<std::pair<std::uint64_t, Reason>>> SqliteStore::refused(std::int64_t after, std::int64_t to,
                                                                           std::size_t most) {
  using Refused = std::pair<std::uint64_t, Reason>;
  const auto read = [](const Query& row) { return std::optional(Refused{row.count(0), static_cast<Reason>(row.integer(1))}); };
  return list_of<Refused>(refused_, read, after, to, most);
}

Result<std::vector<std::pair<std::uint64_t, std::int64_t>>> SqliteStore::differing(std::int64_t after, std::int64_t to,
                                                                                   std::size_t most) {
  using Granted = std::pair<std::uint64_t, std::int64_t>;
  const auto read = [](const Query& row) { return std::optional(Granted{row.count(0), row.integer(1)}); };
  return list_of<Granted>(differing_, read, after, to, most);
}

Result<std::vector<Decided>> SqliteStore::decided(std::int64_t after, std::int64_t to) {
  const auto read = [](const Query& row) {
    return std::optional(Decided{row.count(0), static_cast<Reason>(row.integer(1)), row.optional(2)});
  };
  return list_of<Decided>(decided_, read, after, to);
}

Result<std::vector<std::int64_t>> SqliteStore::held(std::int64_t chain, std::int64_t after, Holds holds, std::size_t most) {
  return list<std::int64_t>(id_of_row,
                            "SELECT id FROM claims INDEXED BY held_claims WHERE holds != 0 AND id > max(?1 << 40, ?2) "
                            "AND id < (?1 + 1) << 40 AND (holds & ?3) != 0 ORDER BY id LIMIT ?4",
                            chain, after, holds.bits(), most);
}

// A chain's claims are all read, from `after` on: nothing else leads to their times, and claims are added far more often than
// a device is revoked.
Result<std::vector<std::int64_t>> SqliteStore::arrived_since(const std::string& device, std::int64_t since, std::int64_t after,
                                                             std::size_t most) {
  auto numbers =
      list<std::int64_t>(id_of_row, "SELECT no FROM chains WHERE device = ? AND no >= ? ORDER BY no", device, chain_of(after));
  if (!numbers) return numbers;
  std::vector<std::int64_t> all;
  for (const std::int64_t no : *numbers) {
    auto found = list<std::int64_t>(id_of_row,
                                    "SELECT id FROM claims WHERE id > max(?1 << 40, ?2) AND id < (?1 + 1) << 40 "
                                    "AND arrived >= ?3 ORDER BY id LIMIT ?4",
                                    no, after, since, most - all.size());
    if (!found) return found;
    all.insert(all.end(), found->begin(), found->end());
    if (all.size() == most) break;
  }
  return all;
}

Result<std::vector<std::int64_t>> SqliteStore::placed(std::int64_t after, std::int64_t to, std::size_t most) {
  return list<std::int64_t>(id_of_row, "SELECT id FROM claims WHERE id > ? AND id <= ? ORDER BY id LIMIT ?", after, to, most);
}

Status SqliteStore::add_change(const std::string& device, const ToldChange& change) {
  return add_change_.run(device, change.number, change.claim, static_cast<int>(change.standing), change.granted_mg,
                         static_cast<int>(change.reason), change.at);
}

Result<std::vector<ToldChange>> SqliteStore::changes(const std::string& device, std::uint64_t number, std::size_t most) {
  return list_of<ToldChange>(changes_, change_of_row<Query>, device, number, most);
}

}  // namespace greentill::credit
