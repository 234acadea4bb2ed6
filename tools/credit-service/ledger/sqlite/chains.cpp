// SPDX-License-Identifier: Apache-2.0
// Devices, their chains, and where these stand.
#include "tools/credit-service/ledger/sqlite/sqlite_store.hpp"
#include "tools/credit-service/registry/tables/rows.hpp"

namespace greentill::credit {
namespace {

using sqlite::Query;

}  // namespace

Status SqliteStore::prepare_chains() {
  return sqlite::prepare_all(
      database_,
      {{find_book_, std::string("SELECT ") + kDeviceBookColumns + " FROM device_states WHERE device = ?"},
       {put_book_,
        "INSERT INTO device_states VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT DO UPDATE SET first_heard = ?2, "
        "last_heard = ?3, change = ?4, repaired_at = ?5, quota_claims = ?6, quota_bytes = ?7, quota_at = ?8"},
       {find_chains_, chain_rows("WHERE device = ? ORDER BY no")},
       {find_named_chain_, chain_rows("WHERE device = ? AND id = ?")},
       {kept_chains_, chain_rows("WHERE device = ?1 AND id IN (SELECT chain FROM pending WHERE device = ?1) ORDER BY no")},
       {find_chain_, chain_rows("WHERE no = ?")},
       {move_head_, "UPDATE chains SET seq = ?, hash = ? WHERE no = ?"},
       {go_on_, "DELETE FROM standstills WHERE device = ? AND chain = ? AND seq <= ?"},
       {lost_, "SELECT first, last FROM lost WHERE chain = ? ORDER BY first, last"},
       {note_hour_, "INSERT OR IGNORE INTO hours VALUES(?)"}});
}

Result<std::optional<DeviceBook>> SqliteStore::device_book(const std::string& device) {
  return only(list_of<DeviceBook>(find_book_, device_book_of_row<Query>, device));
}

Status SqliteStore::put_device_book(const std::string& device, const DeviceBook& book) {
  return put_book_.run(device, book.first_heard, book.last_heard, book.change, book.repaired_at, book.quota_claims,
                       book.quota_bytes, book.quota_at);
}

Result<std::vector<Chain>> SqliteStore::chains(const std::string& device) {
  return list_of<Chain>(find_chains_, chain_of_row<Query>, device);
}

Result<std::optional<Chain>> SqliteStore::find_chain(const std::string& device, const claim::ChainId& id) {
  return only(list_of<Chain>(find_named_chain_, chain_of_row<Query>, device, id));
}

Result<std::vector<Chain>> SqliteStore::kept_chains(const std::string& device) {
  return list_of<Chain>(kept_chains_, chain_of_row<Query>, device);
}

Result<std::pair<Chain, std::string>> SqliteStore::chain(std::int64_t no) {
  auto found = list_of<std::pair<Chain, std::string>>(find_chain_, chain_and_device<Query>, no);
  if (!found) return Failure{found.error()};
  if (found->empty()) return database_.damaged("chain " + std::to_string(no) + " is missing");
  return std::move(found->front());
}

Result<std::vector<std::pair<Chain, std::string>>> SqliteStore::chains_on_probation() {
  return list<std::pair<Chain, std::string>>(chain_and_device<Query>,
                                             chain_rows("INDEXED BY chains_on_probation WHERE state = 2"));
}

Result<std::int64_t> SqliteStore::add_chain(const std::string& device, const Chain& chain) {
  Status added = run_once("INSERT INTO chains VALUES(NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", device, chain.id,
                          static_cast<int>(chain.state), chain.state_since, static_cast<int>(chain.reason), chain.held_from,
                          std::int64_t{chain.assignment}, chain.key, chain.seq, chain.hash, unless_zero(chain.predecessor),
                          chain.predecessor_seq, chain.closed_at, chain.booked_at, chain.opened_at, chain.silent_from,
                          contradiction_of(chain));
  if (!added) return Failure{added.error()};
  if (database_.last_row() >= kMostChainNumbers) return fail(ErrorCode::full, "ledger: it has no number left for another chain");
  return database_.last_row();
}

Status SqliteStore::put_chain(const Chain& chain) {
  return run_once(
      "UPDATE chains SET state = ?, state_since = ?, reason = ?, held_from = ?, seq = ?, hash = ?, predecessor = ?, "
      "predecessor_seq = ?, closed_at = ?, booked_at = ?, opened_at = ?, silent_from = ?, contradiction = ? WHERE no = ?",
      static_cast<int>(chain.state), chain.state_since, static_cast<int>(chain.reason), chain.held_from, chain.seq, chain.hash,
      unless_zero(chain.predecessor), chain.predecessor_seq, chain.closed_at, chain.booked_at, chain.opened_at, chain.silent_from,
      contradiction_of(chain), chain.no);
}

Status SqliteStore::move_head(const Chain& chain) { return move_head_.run(chain.seq, chain.hash, chain.no); }

Status SqliteStore::add_lost(std::int64_t chain, const Range& range) {
  return run_once("INSERT OR IGNORE INTO lost VALUES(?, ?, ?)", chain, range.first, range.last);
}

Result<std::vector<Range>> SqliteStore::lost(std::int64_t chain) {
  const auto read = [](const Query& row) { return std::optional(Range{row.count(0), row.count(1)}); };
  return list_of<Range>(lost_, read, chain);
}

Status SqliteStore::note_hour(std::int64_t hour) { return note_hour_.run(hour); }

Result<std::size_t> SqliteStore::hours_after(std::int64_t hour) {
  const auto read = [](const Query& row) { return std::optional(static_cast<std::size_t>(row.count(0))); };
  const auto counted = list<std::size_t>(read, "SELECT count(*) FROM hours WHERE hour > ?", hour);
  return counted ? Result<std::size_t>(counted->front()) : Result<std::size_t>(Failure{counted.error()});
}

Status SqliteStore::stand_still(const std::string& device, const Standstill& still) {
  return run_once(
      "INSERT INTO standstills VALUES(?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET chain = excluded.chain, seq = excluded.seq, "
      "reason = excluded.reason, certificate = excluded.certificate, since = excluded.since WHERE (chain, seq, reason, "
      "certificate) <> (excluded.chain, excluded.seq, excluded.reason, excluded.certificate)",
      device, still.chain, still.seq, static_cast<int>(still.reason), still.certificate, still.since);
}

Status SqliteStore::go_on(const std::string& device, const claim::ChainId& chain, std::uint64_t seq) {
  return go_on_.run(device, chain, seq);
}

}  // namespace greentill::credit
