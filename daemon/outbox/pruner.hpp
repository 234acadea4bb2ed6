// SPDX-License-Identifier: Apache-2.0
// Deletes delivered claims that are old enough: every ten minutes, and sooner where the disk is full. A little at a time, between
// commits, and at once again while there is more. A clock that runs ahead would make everything old: where no time server keeps
// it, the service's last receipt says what time it is at the most, and before the first one nothing is old. Threads: make_room()
// and heard() from any; everything else on the strand. Must outlive the queue.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>

#include "daemon/base/calendar.hpp"
#include "daemon/base/ports.hpp"
#include "daemon/outbox/outbox.hpp"

namespace greentill::outbox {

class Pruner {
 public:
  static constexpr std::size_t kAtOnce = 2'000;
  /// What a full disk leaves of delivered claims, for the sake of transactions reported twice.
  static constexpr std::int64_t kKeepWhenFull = kSecondsADay;

  Pruner(Executor& strand, WriteQueue& queue, Clock& clock, Log& log, std::int64_t keep_seconds,
         std::chrono::milliseconds every = std::chrono::minutes(10));

  void start();
  /// A commit found the disk full: deletes delivered claims more than a day old.
  void make_room();
  /// What a receipt, whose signature was verified, says the time is. From any thread.
  void heard(std::int64_t service_time);
  /// Nothing is given to the queue from now on.
  void stop() { stopped_ = true; }

 private:
  void prune(std::int64_t keep_delivered_seconds);
  void after_round(std::int64_t keep_delivered_seconds, bool more);
  /// The time as far as it can be relied on; none where it cannot.
  [[nodiscard]] std::optional<std::int64_t> sure_now() const;

  Executor& strand_;
  WriteQueue& queue_;
  Clock& clock_;
  Log& log_;
  std::int64_t keep_seconds_;
  std::chrono::milliseconds every_;
  static constexpr std::int64_t kNever = INT64_MIN;
  std::atomic<std::int64_t> service_offset_{kNever};  ///< its time less the monotonic one, in seconds
  bool under_way_ = false;
  bool stopped_ = false;
};

}  // namespace greentill::outbox
