// SPDX-License-Identifier: Apache-2.0
// The sliding window over one chain at a time: which claims to send next, and when to go back. It knows only seqs and times,
// neither bytes nor the network. For daemon/uplink, and for devices that are simulated. docs/mqtt.md, "Sending: the window".
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>

#include "daemon/claim/claim.hpp"

namespace greentill::uplink {

class Window {
 public:
  using Time = std::chrono::milliseconds;  ///< Clock::monotonic()
  struct Limits {
    std::size_t batches = 8;
    Time timeout{};      ///< go back after so long without progress
    Time timeout_max{};  ///< the largest timeout after doubling, where it is more than `timeout`
  };

  explicit Window(Limits limits) : limits_(limits) {}

  /// Starts again behind `delivered`, up to which the service has processed the chain; nothing is on its way any more. Where
  /// batches were on their way without progress, that is a setback.
  void restart(std::uint64_t delivered);
  /// As restart(), for what may be another chain than before.
  void restart(const claim::ChainId& chain, std::uint64_t delivered);
  /// Whether one more batch may be sent now.
  [[nodiscard]] bool open() const;
  /// The first seq of the next batch.
  [[nodiscard]] std::uint64_t next() const { return next_; }
  /// Notes that the batch next()..last is on its way. Returns whether any of it was sent before.
  bool sent(std::uint64_t last, Time now);
  /// Notes how far a receipt says the chain was processed. The receipt may be old, or cover claims that are not on their way.
  /// Returns whether the window moved.
  bool processed(std::uint64_t up_to, Time now);
  /// When to give up waiting for the oldest batch; nothing where none is on its way.
  [[nodiscard]] std::optional<Time> deadline() const;
  /// For a deadline that has passed: everything behind what was processed is sent again.
  void go_back() { restart(delivered_); }
  /// How many times in a row batches were sent in vain. After a setback one batch at a time is sent and the timeout doubles,
  /// until a receipt moves the window again: an absent service is not flooded, and a slow connection gets more time.
  [[nodiscard]] unsigned setbacks() const { return setbacks_; }
  [[nodiscard]] bool idle() const { return flying_.empty(); }
  /// How many batches are on their way.
  [[nodiscard]] std::size_t flying() const { return flying_.size(); }
  [[nodiscard]] std::uint64_t delivered() const { return delivered_; }

 private:
  Limits limits_;
  std::uint64_t delivered_ = 0;
  std::uint64_t next_ = 1;
  claim::ChainId chain_{};
  std::uint64_t highest_sent_ = 0;    // of that chain
  std::deque<std::uint64_t> flying_;  // the last seq of each batch on its way, ascending
  Time progress_{};                   // when the oldest batch on its way became the oldest, or was sent
  unsigned setbacks_ = 0;
};

}  // namespace greentill::uplink
