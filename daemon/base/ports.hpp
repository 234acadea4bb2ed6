// SPDX-License-Identifier: Apache-2.0
// What the modules need of the world: time, randomness, a place to run work, a log. They are handed in as references, which must
// outlive whoever gets them, so that tests can stand in for the world. No call fails.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string_view>

#include "daemon/base/bytes.hpp"

namespace greentill {

/// Threads: safe from any thread.
class Clock {
 public:
  virtual ~Clock() = default;
  /// The time of day in Unix seconds, UTC. It may jump, also backwards, and may never have been set.
  [[nodiscard]] virtual std::int64_t unix_seconds() const = 0;
  /// The time since an arbitrary start; never goes back. For measuring how long something takes.
  [[nodiscard]] virtual std::chrono::milliseconds monotonic() const = 0;
  /// Whether a time server keeps unix_seconds() right now, so that something lasting may be decided by it.
  [[nodiscard]] virtual bool synchronised() const = 0;
};

/// Random numbers of cryptographic quality. Threads: safe from any thread.
class Random {
 public:
  virtual ~Random() = default;
  /// Fills all of `out`. Must not return without random bytes: an implementation that has none stops the program.
  virtual void fill(MutableBytes out) = 0;
};

/// A strand: runs work one piece after the other, never two at once. The work must be short and must not throw. What it uses must
/// live until it has run or the executor has stopped. Work that has not begun when the executor stops is dropped. Threads:
/// calls are safe from any thread; the work runs on the strand's thread.
class Executor {
 public:
  virtual ~Executor() = default;
  /// Runs the work behind what was posted before; returns at once, without running it, even on the strand itself.
  virtual void post(std::function<void()> work) = 0;
  /// Runs the work once the delay is over. It cannot be called off: let it hold its object weakly.
  virtual void post_after(std::chrono::milliseconds delay, std::function<void()> work) = 0;
};

/// Ascending: a log may leave out what is below a level.
enum class LogLevel { debug, info, warning, error };

/// Lines for the technician, one for each event. Never hand it card numbers, keys, a customer's token or a till's raw bytes.
/// Threads: safe from any thread.
class Log {
 public:
  virtual ~Log() = default;
  /// Takes one line, and never waits for whoever reads it. `module` is a short name of the part that speaks ("engine"); `message`
  /// says what happened, to what, and what to do. Control characters are the log's to make harmless. Views live for the call.
  virtual void write(LogLevel level, std::string_view module, std::string_view message) = 0;
};

}  // namespace greentill
