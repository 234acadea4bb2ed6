// SPDX-License-Identifier: Apache-2.0
// Claims, what was decided of them, and what their devices are told.
#include "tools/credit-service/ledger/postgres/postgres_store.hpp"

namespace greentill::credit {
namespace {

std::optional<std::int64_t> claim_id_of_row(const postgres::Rows& row) { return row.integer(0); }

}  // namespace

Result<std::optional<StoredClaim>> PostgresStore::claim(std::int64_t id) {
  static const std::string sql =
      std::string("SELECT ") + kDecisionColumns + ", payload FROM claims WHERE by_device = $1 AND id = $2";
  const auto device = device_of(chain_of(id));
  if (!device) return Failure{device.error()};
  const auto read = [](const Rows& row) -> std::optional<StoredClaim> {
    StoredClaim stored;
    if (!read_decision(row, 0, stored.decision)) return std::nullopt;
    const ByteView payload = row.bytes(kDecisionWidth);
    stored.payload.assign(payload.begin(), payload.end());
    return stored;
  };
  if (Status written = write_claims(); !written) return Failure{written.error()};
  return only<StoredClaim>(read, database_.ask(sql, *device, id));
}

Status PostgresStore::add_claim(std::int64_t id, const Decision& decision, ByteView payload) {
  return as_one([&]() -> Status {
    const auto device = device_of(chain_of(id));
    if (!device) return Failure{device.error()};
    booked_.emplace(id, 0);
    if (claims_of_ != *device || new_claims_.rows() >= postgres::Gathered::kMost) {
      if (Status written = write_claims(); !written) return written;
      claims_of_ = *device;
    }
    new_claims_.add(id, payload, static_cast<int>(decision.reason), decision.holds.bits(), decision.lifted.bits(),
                    decision.arrived, decision.since, decision.refused_at, decision.certificate, decision.customer,
                    decision.programme, decision.granted, decision.differs ? 1 : 0);
    return Done{};
  });
}

Status PostgresStore::write_claims() { return new_claims_.write(database_, claims_of_); }

Status PostgresStore::put_decision(std::int64_t id, const Decision& decision) {
  const auto device = device_of(chain_of(id));
  if (!device) return Failure{device.error()};
  if (Status written = write_claims(); !written) return written;
  return database_.change_one(
      "UPDATE claims SET reason = $1, holds = $2, lifted = $3, arrived = $4, since = $5, refused_at = $6, certificate = $7, "
      "customer = $8, programme = $9, granted = $10, differs = $11 WHERE by_device = $12 AND id = $13",
      static_cast<int>(decision.reason), decision.holds.bits(), decision.lifted.bits(), decision.arrived, decision.since,
      decision.refused_at, decision.certificate, decision.customer, decision.programme, decision.granted,
      decision.differs ? 1 : 0, *device, id);
}

Result<std::vector<std::pair<std::uint64_t, Reason>>> PostgresStore::refused(std::int64_t after, std::int64_t to,
                                                                             std::size_t most) {
  using Refused = std::pair<std::uint64_t, Reason>;
  const auto device = device_of(chain_of(to));
  if (!device) return Failure{device.error()};
  const auto read = [](const Rows& row) {
    return std::optional(Refused{seq_of(row.integer(0)), static_cast<Reason>(row.integer(1))});
  };
  return claims_list<Refused>(read,
                              "SELECT id, reason FROM claims WHERE by_device = $1 AND reason <> 0 AND id > $2 AND id <= $3 "
                              "ORDER BY id LIMIT $4",
                              *device, after, to, most);
}

Result<std::vector<std::pair<std::uint64_t, std::int64_t>>> PostgresStore::differing(std::int64_t after, std::int64_t to,
                                                                                     std::size_t most) {
  using Granted = std::pair<std::uint64_t, std::int64_t>;
  const auto device = device_of(chain_of(to));
  if (!device) return Failure{device.error()};
  const auto read = [](const Rows& row) { return std::optional(Granted{seq_of(row.integer(0)), row.integer(1)}); };
  return claims_list<Granted>(read,
                              "SELECT id, coalesce(granted, 0) FROM claims WHERE by_device = $1 AND differs <> 0 AND reason = 0 "
                              "AND id > $2 AND id <= $3 ORDER BY id LIMIT $4",
                              *device, after, to, most);
}

Result<std::vector<Decided>> PostgresStore::decided(std::int64_t after, std::int64_t to) {
  const auto device = device_of(chain_of(to));
  if (!device) return Failure{device.error()};
  const auto read = [](const Rows& row) {
    return std::optional(Decided{seq_of(row.integer(0)), static_cast<Reason>(row.integer(1)), row.optional(2)});
  };
  return claims_list<Decided>(read,
                              "SELECT id, reason, granted FROM claims WHERE by_device = $1 AND id > $2 AND id <= $3 ORDER BY id",
                              *device, after, to);
}

Result<std::vector<std::int64_t>> PostgresStore::held(std::int64_t chain, std::int64_t after, Holds holds, std::size_t most) {
  const auto device = device_of(chain);
  if (!device) return Failure{device.error()};
  return claims_list<std::int64_t>(claim_id_of_row,
                                   "SELECT id FROM claims WHERE by_device = $1 AND holds <> 0 AND id > $2 AND id < $3 "
                                   "AND (holds & $4) <> 0 ORDER BY id LIMIT $5",
                                   *device, std::max(chain << 40, after), (chain + 1) << 40, holds.bits(), most);
}

// A chain's claims are all read, from `after` on: nothing else leads to their times, and claims are added far more often than
// a device is revoked.
Result<std::vector<std::int64_t>> PostgresStore::arrived_since(const std::string& device, std::int64_t since, std::int64_t after,
                                                               std::size_t most) {
  auto numbers = list_of<std::int64_t>(
      claim_id_of_row,
      database_.ask("SELECT no FROM chains WHERE device = $1 AND no >= $2 ORDER BY no", device, chain_of(after)));
  if (!numbers) return numbers;
  std::vector<std::int64_t> all;
  for (const std::int64_t no : *numbers) {
    auto found = claims_list<std::int64_t>(claim_id_of_row,
                                           "SELECT id FROM claims WHERE by_device = $1 AND id > $2 AND id < $3 AND arrived >= $4 "
                                           "ORDER BY id LIMIT $5",
                                           device, std::max(no << 40, after), (no + 1) << 40, since, most - all.size());
    if (!found) return found;
    all.insert(all.end(), found->begin(), found->end());
    if (all.size() == most) break;
  }
  return all;
}

Result<std::vector<std::int64_t>> PostgresStore::placed(std::int64_t after, std::int64_t to, std::size_t most) {
  const auto device = device_of(chain_of(to));
  if (!device) return Failure{device.error()};
  return claims_list<std::int64_t>(claim_id_of_row,
                                   "SELECT id FROM claims WHERE by_device = $1 AND id > $2 AND id <= $3 ORDER BY id LIMIT $4",
                                   *device, after, to, most);
}

Status PostgresStore::add_change(const std::string& device, const ToldChange& change) {
  return database_.send("INSERT INTO changes VALUES($1, $2, $3, $4, $5, $6, $7)", device, change.number, change.claim,
                        static_cast<int>(change.standing), change.granted_mg, static_cast<int>(change.reason), change.at);
}

Result<std::vector<ToldChange>> PostgresStore::changes(const std::string& device, std::uint64_t number, std::size_t most) {
  static const std::string sql =
      std::string("SELECT ") + kChangeColumns + " FROM changes WHERE device = $1 AND number > $2 ORDER BY number LIMIT $3";
  return list_of<ToldChange>(change_of_row<Rows>, database_.ask(sql, device, number, most));
}

}  // namespace greentill::credit
