// SPDX-License-Identifier: Apache-2.0
// What the chains of locks need of a database (docs/ledger.md, "Rides of locks"). A part of the store (store.hpp), whose errors
// and threads are these. Everything here is of one lock.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "daemon/base/bytes.hpp"
#include "daemon/base/error.hpp"

namespace greentill::credit {

/// By what a ride of a lock is settled. The numbers are stored.
enum class RideSettled : std::uint8_t { no = 0, by_its_act = 1, by_time = 2 };

/// A ride that its lock signed, as it first came.
struct KeptRide {
  std::uint32_t counter = 0;
  Digest digest{};                       ///< of the payload that its lock signed
  std::optional<std::int64_t> previous;  ///< the link that it carries
  std::int64_t came = 0;                 ///< first
  std::int64_t claim = 0;                ///< the first that was accepted with it, and is not gone; 0: none
  RideSettled settled = RideSettled::no;
};

/// What two locks with one key give. The numbers are stored.
enum class LockFaultKind : std::uint8_t { two_rides = 0, broken_link = 1 };

/// A ride that contradicts its lock's others.
struct LockFault {
  std::string lock;
  std::uint32_t counter = 0;
  LockFaultKind kind = LockFaultKind::two_rides;
  std::int64_t claim = 0;  ///< that came with it
  std::int64_t at = 0;
  std::optional<std::int64_t> lifted_at;
};

class LockStore {
 public:
  virtual ~LockStore() = default;

  /// The ride with that counter; nothing where none came.
  virtual Result<std::optional<KeptRide>> lock_ride(const std::string& lock, std::uint32_t counter) = 0;
  /// The one with the lowest counter above that; nothing where none came.
  virtual Result<std::optional<KeptRide>> next_lock_ride(const std::string& lock, std::uint64_t counter) = 0;
  /// When the first of those with a counter above that came; nothing where there is none.
  virtual Result<std::optional<std::int64_t>> first_came_above(const std::string& lock, std::uint64_t counter) = 0;
  /// Adds it, or changes its claim and by what it is settled.
  virtual Status put_lock_ride(const std::string& lock, const KeptRide& ride) = 0;
  /// The counter up to which all of the lock's rides are settled; 0 where there is no such lock.
  virtual Result<std::uint64_t> settled_up_to(const std::string& lock) = 0;
  /// Sets it. Requires: the lock is registered; else nothing is changed.
  virtual Status settle_up_to(const std::string& lock, std::uint64_t counter) = 0;
  /// Of those of the lock that were not lifted the one with the lowest counter; nothing where there is none.
  virtual Result<std::optional<LockFault>> lock_fault(const std::string& lock) = 0;
  /// In place of the one at that counter.
  virtual Status put_lock_fault(const LockFault& fault) = 0;
  /// Lifts all of the lock's that were not, and returns how many that were.
  virtual Result<std::uint64_t> lift_lock_faults(const std::string& lock, std::int64_t at) = 0;
};

}  // namespace greentill::credit
