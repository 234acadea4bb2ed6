// SPDX-License-Identifier: Apache-2.0
// Devices, their chains, and where these stand.
#include "tools/credit-service/ledger/postgres/postgres_store.hpp"

namespace greentill::credit {

Result<std::string_view> PostgresStore::device_of(std::int64_t chain) {
  if (const auto known = chain_devices_.find(chain); known != chain_devices_.end()) return std::string_view(known->second);
  auto row = database_.ask("SELECT device FROM chain_devices WHERE no = $1", chain);
  if (!row.next()) return row.result(std::string_view());
  learned_ = true;
  return std::string_view(chain_devices_.emplace(chain, row.text(0)).first->second);
}

Result<std::optional<DeviceBook>> PostgresStore::device_book(const std::string& device) {
  static const std::string sql = std::string("SELECT ") + kDeviceBookColumns + " FROM device_states WHERE device = $1";
  return only<DeviceBook>(device_book_of_row<Rows>, database_.ask(sql, device));
}

Status PostgresStore::put_device_book(const std::string& device, const DeviceBook& book) {
  return database_.send(
      "INSERT INTO device_states VALUES($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (device) DO UPDATE SET first_heard = $2, "
      "last_heard = $3, change = $4, repaired_at = $5, quota_claims = $6, quota_bytes = $7, quota_at = $8",
      device, book.first_heard, book.last_heard, book.change, book.repaired_at, book.quota_claims, book.quota_bytes,
      book.quota_at);
}

Result<std::vector<Chain>> PostgresStore::chains(const std::string& device) {
  static const std::string sql = chain_rows("WHERE device = $1 ORDER BY no");
  return list_of<Chain>(chain_of_row<Rows>, database_.ask(sql, device));
}

Result<std::optional<Chain>> PostgresStore::find_chain(const std::string& device, const claim::ChainId& id) {
  static const std::string sql = chain_rows("WHERE device = $1 AND id = $2");
  return only<Chain>(chain_of_row<Rows>, database_.ask(sql, device, id));
}

Result<std::vector<Chain>> PostgresStore::kept_chains(const std::string& device) {
  static const std::string sql =
      chain_rows("WHERE device = $1 AND id IN (SELECT chain FROM pending WHERE device = $1) ORDER BY no");
  return list_of<Chain>(chain_of_row<Rows>, database_.ask(sql, device));
}

Result<std::pair<Chain, std::string>> PostgresStore::chain(std::int64_t no) {
  static const std::string sql = chain_rows("WHERE device = $1 AND no = $2");
  const auto device = device_of(no);
  if (!device) return Failure{device.error()};
  auto found = only<std::pair<Chain, std::string>>(chain_and_device<Rows>, database_.ask(sql, *device, no));
  if (!found) return Failure{found.error()};
  if (!*found) return database_.damaged("chain " + std::to_string(no) + " is missing");
  return std::move(**found);
}

Result<std::vector<std::pair<Chain, std::string>>> PostgresStore::chains_on_probation() {
  static const std::string sql = GREENTILL_ACROSS + chain_rows("WHERE state = 2 ORDER BY no");
  return list_of<std::pair<Chain, std::string>>(chain_and_device<Rows>, database_.ask(sql));
}

Result<std::int64_t> PostgresStore::add_chain(const std::string& device, const Chain& chain) {
  const auto no = next_number("SELECT nextval('chain_no')");
  if (!no) return Failure{no.error()};
  if (*no >= kMostChainNumbers) return fail(ErrorCode::full, "ledger: it has no number left for another chain");
  Status added = as_one([&]() -> Status {
    Status led = database_.send("INSERT INTO chain_devices VALUES($1, $2)", *no, device);
    if (!led) return led;
    return database_.send(
        "INSERT INTO chains VALUES($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)", *no, device,
        chain.id, static_cast<int>(chain.state), chain.state_since, static_cast<int>(chain.reason), chain.held_from,
        std::int64_t{chain.assignment}, chain.key, chain.seq, chain.hash, unless_zero(chain.predecessor), chain.predecessor_seq,
        chain.closed_at, chain.booked_at, chain.opened_at, chain.silent_from, contradiction_of(chain));
  });
  if (!added) return Failure{added.error()};
  return *no;
}

Status PostgresStore::put_chain(const Chain& chain) {
  const auto device = device_of(chain.no);
  if (!device) return Failure{device.error()};
  return database_.send(
      "UPDATE chains SET state = $1, state_since = $2, reason = $3, held_from = $4, seq = $5, hash = $6, predecessor = $7, "
      "predecessor_seq = $8, closed_at = $9, booked_at = $10, opened_at = $11, silent_from = $12, contradiction = $13 "
      "WHERE device = $14 AND no = $15",
      static_cast<int>(chain.state), chain.state_since, static_cast<int>(chain.reason), chain.held_from, chain.seq, chain.hash,
      unless_zero(chain.predecessor), chain.predecessor_seq, chain.closed_at, chain.booked_at, chain.opened_at, chain.silent_from,
      contradiction_of(chain), *device, chain.no);
}

Status PostgresStore::move_head(const Chain& chain) {
  const auto device = device_of(chain.no);
  if (!device) return Failure{device.error()};
  return database_.send("UPDATE chains SET seq = $1, hash = $2 WHERE device = $3 AND no = $4", chain.seq, chain.hash, *device,
                        chain.no);
}

Status PostgresStore::add_lost(std::int64_t chain, const Range& range) {
  const auto device = device_of(chain);
  if (!device) return Failure{device.error()};
  return database_.send("INSERT INTO lost(chain, first, last, by_device) VALUES($1, $2, $3, $4) ON CONFLICT DO NOTHING", chain,
                        range.first, range.last, *device);
}

Result<std::vector<Range>> PostgresStore::lost(std::int64_t chain) {
  const auto device = device_of(chain);
  if (!device) return Failure{device.error()};
  const auto read = [](const Rows& row) { return std::optional(Range{row.count(0), row.count(1)}); };
  return list_of<Range>(
      read,
      database_.ask("SELECT first, last FROM lost WHERE by_device = $1 AND chain = $2 ORDER BY first, last", *device, chain));
}

Status PostgresStore::note_hour(std::int64_t hour) {
  return database_.send("INSERT INTO hours VALUES($1) ON CONFLICT DO NOTHING", hour);
}

Result<std::size_t> PostgresStore::hours_after(std::int64_t hour) {
  auto row = database_.ask("SELECT count(*) FROM hours WHERE hour > $1", hour);
  const std::size_t count = row.next() ? static_cast<std::size_t>(row.count(0)) : 0;
  return row.result(count);
}

Status PostgresStore::stand_still(const std::string& device, const Standstill& still) {
  return database_.send(
      "INSERT INTO standstills AS s VALUES($1, $2, $3, $4, $5, $6) ON CONFLICT (device) DO UPDATE SET chain = excluded.chain, "
      "seq = excluded.seq, reason = excluded.reason, certificate = excluded.certificate, since = excluded.since "
      "WHERE (s.chain, s.seq, s.reason, s.certificate) <> (excluded.chain, excluded.seq, excluded.reason, excluded.certificate)",
      device, still.chain, still.seq, static_cast<int>(still.reason), still.certificate, still.since);
}

Status PostgresStore::go_on(const std::string& device, const claim::ChainId& chain, std::uint64_t seq) {
  return database_.send("DELETE FROM standstills WHERE device = $1 AND chain = $2 AND seq <= $3", device, chain, seq);
}

}  // namespace greentill::credit
