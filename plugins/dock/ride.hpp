// SPDX-License-Identifier: Apache-2.0
// A lock's ride as it came, checked under the lock's key, and the transaction that it becomes. Threads: pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "daemon/base/bytes.hpp"
#include "daemon/base/error.hpp"
#include "daemon/claim/lock_ride.hpp"
#include "firmware/core/ports.hpp"
#include "greentill/plugin.hpp"

namespace greentill::dock {

/// What a lock's clock shows that was never set is before this: it counts from 0. 2020-01-01.
inline constexpr std::int64_t kFirstPlausible = 1'577'836'800;

struct Ride {
  std::vector<std::uint8_t> message;
  std::uint32_t counter = 0;
  std::int64_t ended_at = 0;
  std::int64_t link = 0;                 ///< that the next ride carries
  std::optional<std::int64_t> previous;  ///< link to the ride before
  claim::RideValues values;

  /// Whether the lock's clock was set since its start.
  [[nodiscard]] bool is_dated() const { return values.get(claim::RideKey::clock).value_or(2) != 2; }
};

/// Reads the ride that was asked for. invalid, with what is wrong, where it cannot be read, is another lock's or another ride, or
/// was not signed by the lock's key.
Result<Ride> read_ride(ByteView message, const std::string& lock, const firmware::PublicPoint& key, std::uint32_t counter);

/// Whether the key made this proof over the nonce (docs/lock.md, "Key and name").
[[nodiscard]] bool proves(const firmware::PublicPoint& key, const Bytes<16>& nonce, const Bytes<64>& proof);

/// By how much the clock of a lock was behind in one of its starts in which nobody set it.
struct Behind {
  std::uint32_t start = 0;
  std::int64_t seconds = 0;
};

/// When the ride ended, Unix seconds: as the lock says, where its clock was set; else as much later as it was behind, where that
/// is known of this start; else as it says, where it was set ever, and `now` where it was not. Never before it says or after
/// `now` where the dock dates it (docs/lock.md, "The claim of a ride").
[[nodiscard]] std::int64_t end_of(const Ride& ride, const std::optional<Behind>& behind, std::int64_t now);

[[nodiscard]] plugin::Transaction transaction_of(const Ride& ride, const std::string& lock, const std::string& mode,
                                                 std::int64_t ended_at);

}  // namespace greentill::dock
