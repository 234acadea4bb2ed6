// SPDX-License-Identifier: Apache-2.0
// The registry's things as their tables' rows have them, without what other tables hold of each. Private to this folder.
// Threads: pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "tools/credit-service/registry/things.hpp"
#include "tools/credit-service/sql/sql.hpp"

namespace greentill::credit {

inline std::uint32_t number_at(const sql::Query& row, int column) { return static_cast<std::uint32_t>(row.integer(column)); }

inline constexpr std::string_view kMerchantRows =
    "SELECT id, name, zone, state, coalesce(successor, ''), coalesce(successor_from, 0) FROM merchants ";
inline Merchant merchant_of(const sql::Query& row) {
  return {std::string(row.text(0)), std::string(row.text(1)),
          std::string(row.text(2)), static_cast<Merchant::State>(row.integer(3)),
          std::string(row.text(4)), row.integer(5)};
}

inline constexpr std::string_view kRootRows = "SELECT number, name, owner FROM roots ";
inline Root root_of(const sql::Query& row) {
  return {number_at(row, 0), std::string(row.text(1)), std::string(row.text(2)), {}, {}};
}

inline constexpr std::string_view kDeviceRows =
    "SELECT id, class, state, revoked_since, retired_at, settings, settings_hash FROM devices ";
inline Device device_of(const sql::Query& row) {
  Device device;
  device.id = row.text(0);
  device.is = static_cast<Device::Class>(row.integer(1));
  device.state = static_cast<Device::State>(row.integer(2));
  device.revoked_since = row.optional(3);
  device.retired_at = row.optional(4);
  device.settings = number_at(row, 5);
  if (Digest hash{}; row.fixed(6, hash)) device.settings_hash = hash;
  return device;
}

inline constexpr std::string_view kKeyRows = "SELECT hash, device, successor, revoked_at, chain, seq, payload_hash FROM keys ";
inline DeviceKey key_of_row(const sql::Query& row) {
  DeviceKey key;
  (void)row.fixed(0, key.hash);
  key.device = row.text(1);
  if (Digest successor{}; row.fixed(2, successor)) key.successor = successor;
  key.revoked_at = row.optional(3);
  if (KeyEnd end; row.fixed(4, end.chain) && row.fixed(6, end.payload_hash)) {
    end.seq = row.count(5);
    key.end = end;
  }
  return key;
}

inline constexpr std::string_view kLockRows = "SELECT id, key, owner, root, state, counter FROM locks ";
inline Lock lock_of(const sql::Query& row) {
  Lock lock;
  lock.id = row.text(0);
  (void)row.fixed(1, lock.key);
  lock.owner = row.text(2);
  lock.root = static_cast<std::uint32_t>(row.integer(3));
  lock.state = static_cast<Device::State>(row.integer(4));
  lock.counter = row.count(5);
  return lock;
}

}  // namespace greentill::credit
