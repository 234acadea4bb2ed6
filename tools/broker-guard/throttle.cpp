// SPDX-License-Identifier: Apache-2.0
#include "tools/broker-guard/throttle.hpp"

#include <algorithm>
#include <cstdint>

namespace greentill::guard {

bool Throttle::take(std::string_view device, std::size_t bytes, Time now) {
  auto known = free_at_.find(device);
  if (known == free_at_.end()) known = free_at_.emplace(device, now).first;
  // A packet has at most 256 MiB, so that nothing overflows.
  const Time of_bytes{static_cast<std::int64_t>(bytes) * std::nano::den / static_cast<std::int64_t>(kBytesASecond)};
  const Time free_at = std::max(known->second, now) + kOfAMessage + of_bytes;
  if (free_at > now + kAtOnce) return false;
  known->second = free_at;
  return true;
}

}  // namespace greentill::guard
