// SPDX-License-Identifier: Apache-2.0
#include "daemon/claim/lock_ride.hpp"

#include <algorithm>
#include <limits>

#include "daemon/claim/codec.hpp"

namespace greentill::claim {
namespace {

constexpr const char* kValueReason = "a ride's values are 64-bit integers under ascending unsigned keys, at most 24";

struct Bounds {
  RideKey key;
  std::int64_t most;
};
// None of the known values is negative but the link, which is any number.
constexpr std::int64_t kAnything = std::numeric_limits<std::int64_t>::max();
constexpr Bounds kBounds[] = {
    {RideKey::metres, kAnything},
    {RideKey::seconds, kAnything},
    {RideKey::pulses, kAnything},
    {RideKey::circumference_mm, kAnything},
    {RideKey::rejected_pulses, kAnything},
    {RideKey::pauses, kAnything},
    {RideKey::paused_seconds, kAnything},
    {RideKey::battery_mv, kAnything},
    {RideKey::clock, 2},
    {RideKey::clock_age_seconds, kAnything},
    {RideKey::ending, 2},
    {RideKey::boot, kAnything},
};

bool within_bounds(const RideValues& ride) {
  return std::all_of(std::begin(kBounds), std::end(kBounds), [&](const Bounds& bounds) {
    const auto value = ride.get(bounds.key);
    return !value || (*value >= 0 && *value <= bounds.most);
  });
}

void values(Encoder& io, const RideValues& ride) {
  auto map = io.begin_map(ride.size(), kValueReason);
  for (const auto& [key, value] : ride) {
    io.unsigned_integer(key, kValueReason);
    io.integer(value, kValueReason);
  }
  io.end_map(map);
}

void values(Decoder& io, RideValues& ride) {
  auto map = io.begin_map(0, kValueReason);
  for (; map.left > 0 && io.ok(); --map.left) {
    std::uint64_t key = 0;
    std::int64_t value = 0;
    io.unsigned_integer(key, kValueReason);
    io.integer(value, kValueReason);
    io.require(ride.append(key, value), kValueReason);
  }
  io.end_map(map);
}

constexpr auto kRideLayout = [](auto& io, auto& ride) {
  constexpr const char* kReason = "the content of a lock ride is not [counter, ride]";
  auto map = io.begin_map(3, "the lock ride is not a map");
  io.key(map, kIssuer);
  io.device(ride.lock, kLockPrefix, "the issuer is not urn:greentill:lock: and 1 to 40 of [a-z0-9-]");
  io.key(map, kIssuedAt);
  io.integer(ride.ended_at, "the time of the ride is not a 64-bit integer");
  io.key(map, kBody);
  io.array(2, kReason);
  io.number32(ride.counter, "the counter is not 1 to 4,294,967,295");
  values(io, ride.ride);
  io.require(ride.ride.get(RideKey::metres) && ride.ride.get(RideKey::seconds), "a ride says metres (1) and seconds (2)");
  io.require(within_bounds(ride.ride), "a value of the ride is outside its range");
  io.end_map(map);
};

constexpr auto kLockReceiptLayout = [](auto& io, auto& receipt) {
  constexpr const char* kReason = "the content of a lock receipt is not [counter]";
  auto map = io.begin_map(3, "the lock receipt is not a map");
  io.key(map, kSubject);
  io.device(receipt.lock, kLockPrefix, "the subject is not urn:greentill:lock: and 1 to 40 of [a-z0-9-]");
  io.key(map, kIssuedAt);
  io.integer(receipt.issued_at, "the time of the lock receipt is not a 64-bit integer");
  io.key(map, kBody);
  io.array(1, kReason);
  io.unsigned_integer(receipt.counter, kReason);
  io.end_map(map);
};

}  // namespace

bool RideValues::append(std::uint64_t key, std::int64_t value) {
  if (!values_.empty() && key <= values_[values_.size() - 1].key) return false;
  return values_.push_back({key, value});
}

std::optional<std::int64_t> RideValues::get(RideKey key) const {
  const auto* const found =
      std::find_if(begin(), end(), [&](const Value& value) { return value.key == static_cast<std::uint64_t>(key); });
  if (found == end()) return std::nullopt;
  return found->value;
}

Result<std::size_t, Fault> encode_lock_ride(const LockRide& ride, MutableBytes out) { return encode_by(kRideLayout, ride, out); }

Result<LockRide, Fault> parse_lock_ride(ByteView payload) { return parse_by<LockRide>(kRideLayout, payload); }

Result<std::size_t, Fault> encode_lock_receipt(const LockReceipt& receipt, MutableBytes out) {
  return encode_by(kLockReceiptLayout, receipt, out);
}

Result<LockReceipt, Fault> parse_lock_receipt(ByteView payload) { return parse_by<LockReceipt>(kLockReceiptLayout, payload); }

std::int64_t ride_link(const Hasher& hasher, ByteView payload) {
  const Digest digest = hasher.sha256({payload});
  std::uint64_t link = 0;
  for (std::size_t i = 0; i < 8; ++i) link = link << 8 | digest[i];
  return static_cast<std::int64_t>(link);
}

}  // namespace greentill::claim
