// SPDX-License-Identifier: Apache-2.0
// What a lock signs (message type 65003) and what the service tells it (65006). docs/lock.md says what each number of a ride
// means. A parsed ride or receipt points into its payload. Nothing allocates or throws. Threads: pure functions.
#pragma once

#include <optional>
#include <string_view>

#include "daemon/claim/claim.hpp"
#include "daemon/claim/crypto.hpp"

namespace greentill::claim {

inline constexpr std::string_view kLockPrefix = "urn:greentill:lock:";
/// A whole lock ride's message: so it fits into a claim as its evidence.
inline constexpr std::size_t kMaxLockRideBytes = 350;
inline constexpr std::size_t kMaxRideValues = 24;
/// The longest lock receipt's message.
inline constexpr std::size_t kMaxLockReceiptBytes = 192;

/// The keys of a ride. They are published: one never changes its meaning.
enum class RideKey : std::uint32_t {
  metres = 1,
  seconds = 2,
  pulses = 3,
  circumference_mm = 4,
  rejected_pulses = 5,
  pauses = 6,
  paused_seconds = 7,
  battery_mv = 8,
  clock = 9,
  clock_age_seconds = 10,
  ending = 11,
  boot = 12,
  previous = 13,
};

/// How a ride ended: the rider locked; nobody did and the wheel stood still for too long; the lock lost its power on the way.
enum class RideEnding : std::uint8_t { locked = 0, left_open = 1, power_lost = 2 };

/// The numbers of a ride, in ascending key. Keys that this version does not know are kept, so that what is read can be written
/// again.
class RideValues {
 public:
  struct Value {
    std::uint64_t key = 0;
    std::int64_t value = 0;
  };

  /// False where it is full, or the key is not above the last one.
  [[nodiscard]] bool append(std::uint64_t key, std::int64_t value);
  [[nodiscard]] bool append(RideKey key, std::int64_t value) { return append(static_cast<std::uint64_t>(key), value); }
  [[nodiscard]] std::optional<std::int64_t> get(RideKey key) const;
  [[nodiscard]] std::size_t size() const { return values_.size(); }
  [[nodiscard]] const Value* begin() const { return values_.begin(); }
  [[nodiscard]] const Value* end() const { return values_.end(); }

 private:
  FixedVector<Value, kMaxRideValues> values_;
};

struct LockRide {
  std::string_view lock;      ///< id alone, without kLockPrefix
  std::int64_t ended_at = 0;  ///< Unix seconds by the lock's clock; what that is worth, RideKey::clock says
  std::uint32_t counter = 0;  ///< from 1, rising by one with each ride that the lock signs
  RideValues ride;
};

struct LockReceipt {
  std::string_view lock;
  std::int64_t issued_at = 0;
  std::uint64_t counter = 0;  ///< every ride up to it is settled
};

/// Writes a ride's payload and returns its length. malformed where a value breaks the limits of docs/lock.md.
Result<std::size_t, Fault> encode_lock_ride(const LockRide& ride, MutableBytes out);
/// Reads a ride's payload; faults as of parse_payload().
Result<LockRide, Fault> parse_lock_ride(ByteView payload);

Result<std::size_t, Fault> encode_lock_receipt(const LockReceipt& receipt, MutableBytes out);
Result<LockReceipt, Fault> parse_lock_receipt(ByteView payload);

/// The link that the ride behind this payload carries (RideKey::previous): the first 8 bytes of the payload's SHA-256,
/// big-endian, as a signed integer.
[[nodiscard]] std::int64_t ride_link(const Hasher& hasher, ByteView payload);

}  // namespace greentill::claim
