// SPDX-License-Identifier: Apache-2.0
// Deletes delivered claims that are old enough: every ten minutes, and sooner where the disk is full. It deletes a few at a time,
// between commits, and goes on at once while there are more. A clock that runs ahead would make everything look old. So where no
// time server keeps the clock, no later time than the service's last receipt tells is believed, and before the first receipt
// nothing is old; only on a full disk the clock alone decides about delivered claims. Threads: make_room() and heard() from any
// thread; everything else on the strand. Must outlive the queue.
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
  /// How old delivered claims may be on a full disk: they are kept a day, since transactions may be reported twice.
  static constexpr std::int64_t kKeepWhenFull = kSecondsADay;

  Pruner(Executor& strand, WriteQueue& queue, Clock& clock, Log& log, std::int64_t keep_seconds,
         std::chrono::milliseconds every = std::chrono::minutes(10));

  void start();
  /// A commit found the disk full: deletes delivered claims that are more than a day old.
  void make_room();
  /// Tells the time that a verified receipt states. From any thread.
  void heard(std::int64_t service_time);
  /// The queue is given no more work from now on.
  void stop() { stopped_ = true; }

 private:
  void prune(std::int64_t keep_delivered_seconds);
  void after_round(std::int64_t keep_delivered_seconds, bool more);
  /// The current time as far as it is certain; nothing where it is not.
  [[nodiscard]] std::optional<std::int64_t> sure_now() const;

  Executor& strand_;
  WriteQueue& queue_;
  Clock& clock_;
  Log& log_;
  std::int64_t keep_seconds_;
  std::chrono::milliseconds every_;
  static constexpr std::int64_t kNever = INT64_MIN;
  std::atomic<std::int64_t> service_offset_{kNever};  ///< the service's time less the monotonic clock, in seconds
  bool under_way_ = false;
  bool stopped_ = false;
};

}  // namespace greentill::outbox
