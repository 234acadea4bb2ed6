// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/broker/inbox.hpp"

#include <algorithm>

namespace greentill::credit {
namespace {

std::size_t size_of(const Received& message) {
  return sizeof(Received) + message.device.size() + message.payload.size() + message.correlation.size();
}

}  // namespace

void Inbox::put(Received message) {
  const std::lock_guard lock(mutex_);
  const std::size_t bytes = size_of(message);
  if (!make_room(message.device, bytes)) return tell_dropped(message.device);
  const auto [device, is_new] = devices_.try_emplace(message.device);
  if (is_new) turns_.push_back(message.device);
  resize(device, device->second.bytes + bytes);
  device->second.messages.push_back(std::move(message));
  filled_.notify_one();
}

std::optional<Received> Inbox::take(std::chrono::milliseconds limit) {
  std::unique_lock lock(mutex_);
  if (!filled_.wait_for(lock, limit, [this] { return !turns_.empty(); })) return std::nullopt;
  const auto device = devices_.find(turns_.front());
  turns_.pop_front();
  std::optional<Received> message(std::move(device->second.messages.front()));
  const std::size_t bytes = size_of(*message);
  device->second.messages.pop_front();
  if (!device->second.messages.empty()) turns_.push_back(device->first);
  resize(device, device->second.bytes - bytes);
  return message;
}

/// Whether so much of the device's has room now: others make it that have more than the device would.
bool Inbox::make_room(const std::string& device, std::size_t bytes) {
  const auto own = devices_.find(device);
  const std::size_t wanted = (own == devices_.end() ? 0 : own->second.bytes) + bytes;
  if (wanted > kMostBytesOfADevice) return false;
  while (bytes_ + bytes > kMostBytes) {
    const auto& [most, name] = *by_bytes_.rbegin();
    if (most <= wanted) return false;
    const auto largest = devices_.find(name);
    // Its last, since without what comes before them these could not be booked.
    const std::size_t freed = size_of(largest->second.messages.back());
    largest->second.messages.pop_back();
    tell_dropped(largest->first);
    if (largest->second.messages.empty()) std::erase(turns_, largest->first);
    resize(largest, largest->second.bytes - freed);
  }
  return true;
}

/// The device has so much now; it is forgotten where that is nothing.
void Inbox::resize(Devices::iterator device, std::size_t bytes) {
  Waiting& waiting = device->second;
  by_bytes_.erase({waiting.bytes, device->first});
  bytes_ = bytes_ - waiting.bytes + bytes;
  waiting.bytes = bytes;
  if (bytes == 0) {
    devices_.erase(device);
  } else {
    by_bytes_.emplace(bytes, device->first);
  }
}

void Inbox::tell_dropped(const std::string& device) {
  const auto line =
      dropped_.take(device, device + ": its batches come faster than they are booked; some are dropped", clock_.monotonic());
  if (line) log_.write(LogLevel::warning, "worker", *line);
}

}  // namespace greentill::credit
