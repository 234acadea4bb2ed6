// SPDX-License-Identifier: Apache-2.0
// The sliding window over one chain: which claims to send next, and when to go back. It knows seqs and times, no bytes and no
// network. Private to daemon/uplink. docs/mqtt.md, "Sending: the window".
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>

namespace greentill::uplink {

class Window {
 public:
  using Time = std::chrono::milliseconds;  ///< Clock::monotonic()
  struct Limits {
    std::size_t batches = 8;
    Time timeout{};      ///< without progress for so long: go back
    Time timeout_max{};  ///< what doubling it ends at, where larger
  };

  explicit Window(Limits limits) : limits_(limits) {}

  /// Nothing is on its way any more; the service has processed up to `delivered`. For a new connection, a new chain and a rewound
  /// ledger. Batches that were on their way and brought no progress count as a setback.
  void restart(std::uint64_t delivered);
  /// Whether one more batch may be sent now.
  [[nodiscard]] bool open() const;
  /// The first seq of the next batch.
  [[nodiscard]] std::uint64_t next() const { return next_; }
  /// The batch next()..last is on its way. Returns whether any of it was sent before.
  bool sent(std::uint64_t last, Time now);
  /// A receipt says so; it may be old, or cover claims that are not on their way. Returns whether it moved the window.
  bool processed(std::uint64_t up_to, Time now);
  /// When to give up on the oldest batch, where there is one.
  [[nodiscard]] std::optional<Time> deadline() const;
  /// The deadline passed: everything is sent again behind what was processed.
  void go_back() { restart(delivered_); }
  /// How often in a row batches were sent in vain. After a setback one batch at a time goes out and the timeout doubles, until a
  /// receipt moves the window again: an absent service is not buried, and a line that is slow gets its time.
  [[nodiscard]] unsigned setbacks() const { return setbacks_; }
  [[nodiscard]] bool idle() const { return flying_.empty(); }
  [[nodiscard]] std::uint64_t delivered() const { return delivered_; }

 private:
  Limits limits_;
  std::uint64_t delivered_ = 0;
  std::uint64_t next_ = 1;
  std::uint64_t highest_sent_ = 0;
  std::deque<std::uint64_t> flying_;  // last seq of each batch, ascending
  Time progress_{};                   // when the oldest batch became the one waited for
  unsigned setbacks_ = 0;
};

}  // namespace greentill::uplink
