// SPDX-License-Identifier: Apache-2.0
// What a worker has taken from the broker and not booked yet. Private to the broker's folder. Threads: safe from any thread.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "daemon/base/lines_by_name.hpp"
#include "daemon/base/ports.hpp"
#include "daemon/claim/stored.hpp"

namespace greentill::credit {

/// The parts of a message that are kept: its other properties may be large, and anybody may have set them.
struct Received {
  std::string device;
  std::vector<std::uint8_t> payload;
  std::vector<std::uint8_t> correlation;
  claim::Stored stored;  ///< zeros where the device does not say
};

/// Batches that the broker delivered and nobody has booked yet. Paho acknowledges a message before it hands it over, and holds
/// the lock of all its clients meanwhile, so the inbox must not make it wait: what has no room is dropped. A device that gets no
/// receipt sends its batch again, one at a time and ever more slowly.
///
/// Devices take turns, and each has room of its own: whoever sends much waits longer for it, and nobody else does. Where all is
/// full nevertheless, the one that has the most loses of its own.
class Inbox {
 public:
  // Twice what an honest device has on its way: 8 batches of 128 KiB. Of more it would hear nothing before it sends them again.
  static constexpr std::size_t kMostBytesOfADevice = 2u << 20;
  // So much is booked in less time than a device waits for a receipt; a batch that waits longer was sent again meanwhile.
  static constexpr std::size_t kMostBytes = 64u << 20;

  /// Both must outlive it.
  Inbox(const Clock& clock, Log& log) : clock_(clock), log_(log) {}

  void put(Received message);
  /// The next batch; nothing where none came in that time.
  std::optional<Received> take(std::chrono::milliseconds limit);

 private:
  struct Waiting {
    std::deque<Received> messages;  // not empty
    std::size_t bytes = 0;
  };
  using Devices = std::map<std::string, Waiting>;

  bool make_room(const std::string& device, std::size_t bytes);
  void resize(Devices::iterator device, std::size_t bytes);
  void tell_dropped(const std::string& device);

  const Clock& clock_;
  Log& log_;
  std::mutex mutex_;
  std::condition_variable filled_;
  Devices devices_;
  std::set<std::pair<std::size_t, std::string>> by_bytes_;  // all devices that have some
  std::deque<std::string> turns_;                           // likewise, each once
  std::size_t bytes_ = 0;
  LinesByName dropped_{1, std::chrono::minutes(10)};  // names are bounded by the number of devices with a certificate
};

}  // namespace greentill::credit
