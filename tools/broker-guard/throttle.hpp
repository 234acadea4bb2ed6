// SPDX-License-Identifier: Apache-2.0
// How much a device may publish: docs/mqtt.md, "Who pours". Threads: one at a time.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace greentill::guard {

/// What waits for a worker waits in one queue of the broker's, whosever it is, and what comes when that is full is lost although
/// it was acknowledged: so no device may fill it. It is counted by name, since a new connection makes no other device.
class Throttle {
 public:
  using Time = std::chrono::nanoseconds;

  /// Whether the device may publish a message of so many bytes now; what may not pass uses nothing up. `now`: of a clock that
  /// never goes back.
  bool take(std::string_view device, std::size_t bytes, Time now);

 private:
  // A message takes its share of a second: 4000 small ones, 32 MiB of large ones. An honest device sends no more than the service
  // books and answers, which is less: some 2000 small batches, or 12 MiB of full ones, in a worker's second.
  static constexpr Time kOfAMessage = std::chrono::microseconds(250);
  static constexpr std::size_t kBytesASecond = 32u << 20;
  // At once, 8000 small messages or 64 MiB: many times the 8 batches of 128 KiB that an honest device has on its way.
  static constexpr Time kAtOnce = std::chrono::seconds(2);

  std::map<std::string, Time, std::less<>> free_at_;  // by device: when all may be used again; there are as many as certificates
};

}  // namespace greentill::guard
