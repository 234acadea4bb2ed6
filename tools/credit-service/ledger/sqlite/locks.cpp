// SPDX-License-Identifier: Apache-2.0
// Rides of locks, and what contradicts them.
#include "tools/credit-service/ledger/sqlite/sqlite_store.hpp"
#include "tools/credit-service/registry/tables/rows.hpp"

namespace greentill::credit {
namespace {

using sqlite::Query;

}  // namespace

Status SqliteStore::prepare_locks() {
  return sqlite::prepare_all(
      database_,
      {{lock_ride_, "SELECT counter, digest, previous, came, claim, settled FROM lock_rides WHERE lock = ? AND counter = ?"},
       {next_lock_ride_,
        "SELECT counter, digest, previous, came, claim, settled FROM lock_rides WHERE lock = ? AND counter > ? ORDER BY counter "
        "LIMIT 1"},
       {put_lock_ride_,
        "INSERT INTO lock_rides VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT DO UPDATE SET claim = ?6, settled = ?7"},
       {lock_fault_,
        "SELECT counter, kind, claim, at FROM lock_faults WHERE lock = ? AND lifted_at IS NULL ORDER BY counter LIMIT 1"},
       {settled_up_to_, "SELECT counter FROM locks WHERE id = ?"},
       {settle_up_to_, "UPDATE locks SET counter = ?2 WHERE id = ?1"}});
}

Result<std::optional<KeptRide>> SqliteStore::lock_ride(const std::string& lock, std::uint32_t counter) {
  return only(list_of<KeptRide>(lock_ride_, ride_of_row<Query>, lock, std::int64_t{counter}));
}

Result<std::optional<KeptRide>> SqliteStore::next_lock_ride(const std::string& lock, std::uint64_t counter) {
  return only(list_of<KeptRide>(next_lock_ride_, ride_of_row<Query>, lock, counter));
}

Result<std::optional<std::int64_t>> SqliteStore::first_came_above(const std::string& lock, std::uint64_t counter) {
  const auto read = [](const Query& row) { return std::optional(row.optional(0)); };
  const auto found =
      list<std::optional<std::int64_t>>(read, "SELECT min(came) FROM lock_rides WHERE lock = ? AND counter > ?", lock, counter);
  if (!found) return Failure{found.error()};
  return found->empty() ? std::nullopt : found->front();
}

Status SqliteStore::put_lock_ride(const std::string& lock, const KeptRide& ride) {
  return put_lock_ride_.run(lock, std::int64_t{ride.counter}, ride.digest, ride.previous, ride.came,
                            ride.claim == 0 ? std::nullopt : std::optional(ride.claim), static_cast<int>(ride.settled));
}

Result<std::uint64_t> SqliteStore::settled_up_to(const std::string& lock) {
  Query row(settled_up_to_, lock);
  const std::uint64_t counter = row.next() ? row.count(0) : 0;
  return row.result(counter);
}

Status SqliteStore::settle_up_to(const std::string& lock, std::uint64_t counter) { return settle_up_to_.run(lock, counter); }

Result<std::optional<LockFault>> SqliteStore::lock_fault(const std::string& lock) {
  const auto read = [&](const Query& row) {
    return std::optional(LockFault{lock, static_cast<std::uint32_t>(row.integer(0)), static_cast<LockFaultKind>(row.integer(1)),
                                   row.integer(2), row.integer(3), std::nullopt});
  };
  return only(list_of<LockFault>(lock_fault_, read, lock));
}

Status SqliteStore::put_lock_fault(const LockFault& fault) {
  return run_once(
      "INSERT INTO lock_faults VALUES(?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO UPDATE SET kind = ?3, claim = ?4, at = ?5, "
      "lifted_at = ?6",
      fault.lock, std::int64_t{fault.counter}, static_cast<int>(fault.kind), fault.claim, fault.at, fault.lifted_at);
}

Result<std::uint64_t> SqliteStore::lift_lock_faults(const std::string& lock, std::int64_t at) {
  Status lifted = run_once("UPDATE lock_faults SET lifted_at = ? WHERE lock = ? AND lifted_at IS NULL", at, lock);
  return lifted ? Result<std::uint64_t>(static_cast<std::uint64_t>(database_.changed()))
                : Result<std::uint64_t>(Failure{lifted.error()});
}

}  // namespace greentill::credit
