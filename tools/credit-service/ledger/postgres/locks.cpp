// SPDX-License-Identifier: Apache-2.0
// Rides of locks, and what contradicts them.
#include "tools/credit-service/ledger/postgres/postgres_store.hpp"

namespace greentill::credit {

Result<std::optional<KeptRide>> PostgresStore::lock_ride(const std::string& lock, std::uint32_t counter) {
  static const std::string sql = std::string("SELECT ") + kRideColumns + " FROM lock_rides WHERE lock = $1 AND counter = $2";
  return only<KeptRide>(ride_of_row<Rows>, database_.ask(sql, lock, std::int64_t{counter}));
}

Result<std::optional<KeptRide>> PostgresStore::next_lock_ride(const std::string& lock, std::uint64_t counter) {
  static const std::string sql =
      std::string("SELECT ") + kRideColumns + " FROM lock_rides WHERE lock = $1 AND counter > $2 ORDER BY counter LIMIT 1";
  return only<KeptRide>(ride_of_row<Rows>, database_.ask(sql, lock, counter));
}

Result<std::optional<std::int64_t>> PostgresStore::first_came_above(const std::string& lock, std::uint64_t counter) {
  auto row = database_.ask("SELECT min(came) FROM lock_rides WHERE lock = $1 AND counter > $2", lock, counter);
  return row.result(row.next() ? row.optional(0) : std::nullopt);
}

Status PostgresStore::put_lock_ride(const std::string& lock, const KeptRide& ride) {
  return database_.send(
      "INSERT INTO lock_rides VALUES($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (lock, counter) DO UPDATE SET claim = $6, "
      "settled = $7",
      lock, std::int64_t{ride.counter}, ride.digest, ride.previous, ride.came, unless_zero(ride.claim),
      static_cast<int>(ride.settled));
}

Result<std::uint64_t> PostgresStore::settled_up_to(const std::string& lock) {
  auto row = database_.ask("SELECT counter FROM locks WHERE id = $1", lock);
  const std::uint64_t counter = row.next() ? row.count(0) : 0;
  return row.result(counter);
}

Status PostgresStore::settle_up_to(const std::string& lock, std::uint64_t counter) {
  return database_.send("UPDATE locks SET counter = $2 WHERE id = $1", lock, counter);
}

Result<std::optional<LockFault>> PostgresStore::lock_fault(const std::string& lock) {
  const auto read = [&](const Rows& row) {
    return std::optional(LockFault{lock, static_cast<std::uint32_t>(row.integer(0)), static_cast<LockFaultKind>(row.integer(1)),
                                   row.integer(2), row.integer(3), std::nullopt});
  };
  return only<LockFault>(read, database_.ask("SELECT counter, kind, claim, at FROM lock_faults WHERE lock = $1 AND lifted_at IS "
                                             "NULL ORDER BY counter LIMIT 1",
                                             lock));
}

Status PostgresStore::put_lock_fault(const LockFault& fault) {
  return database_.send(
      "INSERT INTO lock_faults VALUES($1, $2, $3, $4, $5, $6) ON CONFLICT (lock, counter) DO UPDATE SET kind = $3, claim = $4, "
      "at = $5, lifted_at = $6",
      fault.lock, std::int64_t{fault.counter}, static_cast<int>(fault.kind), fault.claim, fault.at, fault.lifted_at);
}

Result<std::uint64_t> PostgresStore::lift_lock_faults(const std::string& lock, std::int64_t at) {
  const auto lifted = database_.ask("UPDATE lock_faults SET lifted_at = $1 WHERE lock = $2 AND lifted_at IS NULL", at, lock);
  return lifted.result(static_cast<std::uint64_t>(lifted.changed()));
}

}  // namespace greentill::credit
