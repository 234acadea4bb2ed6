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
#include <string>
#include <utility>
#include <vector>

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
/// the lock of all its clients meanwhile, so the inbox must not make it wait: batches beyond its size are dropped. A device that
/// gets no receipt sends its batch again, one at a time and ever more slowly. Devices take turns: whoever sends much waits longer
/// for it, and nobody else does.
class Inbox {
 public:
  explicit Inbox(Log& log) : log_(log) {}

  void put(Received message) {
    const std::lock_guard lock(mutex_);
    const std::size_t size = size_of(message);
    const bool full = bytes_ + size > kMostBytes;
    if (full && !dropping_) log_.write(LogLevel::warning, "worker", "batches come faster than they are booked; some are dropped");
    dropping_ = full;
    if (full) return;
    bytes_ += size;
    std::deque<Received>& waiting = messages_[message.device];
    if (waiting.empty()) turns_.push_back(message.device);
    waiting.push_back(std::move(message));
    filled_.notify_one();
  }
  /// The next batch; nothing where none came in that time.
  std::optional<Received> take(std::chrono::milliseconds limit) {
    std::unique_lock lock(mutex_);
    if (!filled_.wait_for(lock, limit, [this] { return !turns_.empty(); })) return std::nullopt;
    const std::string device = std::move(turns_.front());
    turns_.pop_front();
    const auto waiting = messages_.find(device);
    std::optional<Received> message(std::move(waiting->second.front()));
    waiting->second.pop_front();
    if (waiting->second.empty()) {
      messages_.erase(waiting);
    } else {
      turns_.push_back(device);
    }
    bytes_ -= size_of(*message);
    return message;
  }

 private:
  // So much is booked in less time than a device waits for a receipt; a batch that waits longer was sent again meanwhile.
  static constexpr std::size_t kMostBytes = 64u << 20;

  static std::size_t size_of(const Received& message) {
    return sizeof(Received) + message.device.size() + message.payload.size() + message.correlation.size();
  }

  Log& log_;
  std::mutex mutex_;
  std::condition_variable filled_;
  std::map<std::string, std::deque<Received>> messages_;  // by device; none is empty
  std::deque<std::string> turns_;                         // each device that has some, once
  std::size_t bytes_ = 0;
  bool dropping_ = false;
};

}  // namespace greentill::credit
